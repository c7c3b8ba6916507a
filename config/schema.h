/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The policy's language as one table, a row per key. The reader walks it, the manual page's key
 * list is held against it: a new key is one row here, one field in policy.h and one line in
 * room.conf(5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where a key may stand. */
enum schema_level {
	SCHEMA_FILE, /* at the top of a file */
	SCHEMA_ROOM, /* in a room of rooms */
	SCHEMA_RULE, /* in a rule of assign */
};

/* What its value is, and so which function of read.c reads it into the field at offset. */
enum schema_type {
	SCHEMA_LATER,   /* known, but not supported yet: refused by name */
	SCHEMA_VERSION, /* the number 1 */
	SCHEMA_ROOMS,   /* a group of rooms */
	SCHEMA_RULES,   /* a list of rules */
	SCHEMA_CHOICE,  /* a string out of choices, kept as an enum */
	SCHEMA_STRINGS, /* a string or a list of strings: struct pattern_list */
	SCHEMA_UIDS,    /* "1000-1999": struct uid_range */
	SCHEMA_TARGET,  /* a room's name, outside or closed: const char * */
	SCHEMA_N_TYPES,
};

struct schema_choice {
	const char *name;
	unsigned int value;
	bool later; /* not supported yet */
};

struct schema_row {
	enum schema_level level;
	const char *name;
	enum schema_type type;
	size_t offset;                       /* in struct room_spec or struct rule */
	const struct schema_choice *choices; /* ends with a NULL name */
	const char *wants;                   /* for mistakes: "wants ..." */
	const char *fallback;                /* what holds when it is not written, for people */
	const char *meaning;                 /* one line, for people */
};

/* The row of a key, or NULL. */
const struct schema_row *schema_find(enum schema_level level, const char *name);

/* The key of that level whose name is nearest, or NULL when none is near. */
const char *schema_nearest(enum schema_level level, const char *name);

/* Likewise among choices that are supported. */
const char *schema_nearest_choice(const struct schema_choice *choices, const char *name);

/* All rows. */
extern const struct schema_row schema_rows[];
extern const size_t schema_n_rows;
