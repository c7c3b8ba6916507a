/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the readers of a policy share: the file they are in, and how they complain.
 */
#pragma once

#include <libconfig.h>

#include "config/complaint.h"
#include "config/policy.h"
#include "config/read.h"
#include "config/schema.h"

struct reader {
	struct policy *policy;   /* that is being put together */
	const char *file, *text; /* the name and the whole of it */
	struct complaints *complaints;
};

/*
 * Reads one value into the struct at target, at the row's offset. A mistake is told and is no
 * failure. 0 or -ENOMEM.
 */
typedef int read_value(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target);

/* For every type of the schema, the reader of its values. */
extern read_value *const read_values[SCHEMA_N_TYPES];

/* The field that a row is about. */
static inline void *reader_field(const struct schema_row *row, void *target)
{
	return (char *)target + row->offset;
}

/* A mistake in what is written at setting. */
void reader_complain(const struct reader *reader, const config_setting_t *setting, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));

/* "'limits.memory' wants a size like ..." */
void reader_wants(
	const struct reader *reader, const config_setting_t *setting, const struct schema_row *row);

/* "'limits.memory' = "2X": phrase" */
void reader_refuses(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text, const char *phrase);

/* "'tmp.kind' = "disk" is understood, but not built yet" */
void reader_later(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text);

/* Where a setting stands. */
struct place reader_place(const struct reader *reader, const config_setting_t *setting);

/*
 * The strings of a setting, one or a list; they are libconfig's and live as long as the policy.
 * True when they are all there; else a mistake was told, or there was no memory: then ret->items is
 * NULL and ret->n not 0.
 */
bool reader_strings(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, size_t least, struct text_list *ret);

#define READER_STRINGS_MAX 1000

/* Readers of lists (read_list.c), in the table of read_value.c. */
read_value read_globs, read_names, read_paths, read_devices, read_sysnames, read_setuid, read_caps,
	read_uids, read_from, read_time, read_target;
/* Readers of groups (read.c), likewise. */
read_value read_rooms, read_rules, read_group, read_binds, read_io_list;
