/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's limits as numbers, and the table that says what each is called by the kernel
 * (cgroups(7), Documentation/admin-guide/cgroup-v2.rst) and by systemd
 * (systemd.resource-control(5)).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/units.h"

struct room_spec;
struct why;

enum limit {
	LIMIT_MEMORY,
	LIMIT_MEMORY_HIGH,
	LIMIT_SWAP,
	LIMIT_CPU,
	LIMIT_CPU_WEIGHT,
	LIMIT_IO_WEIGHT,
	LIMIT_TASKS,
	N_LIMITS,
};

extern const struct limit_row {
	const char *key;        /* of the policy, below limits */
	const char *controller; /* cgroup.controllers */
	const char *file; /* what the kernel reads is before, the number by file_scale, after */
	const char *before, *after;
	uint64_t file_scale;
	const char *none;     /* what the file says where there is no limit */
	const char *property; /* of systemd's units: the number by property_scale */
	uint64_t property_scale;
	const char *drop_in; /* what systemd calls the file that keeps it, 50-NAME.conf */
} limit_rows[N_LIMITS];

#define LIMITS_NONE UINT64_MAX
#define LIMITS_IO_MAX 16

/* Bytes per second to and from a whole disk. LIMITS_NONE: as many as it can. */
struct io_rate {
	dev_t disk;
	uint64_t read, write;
};

struct limits {
	uint64_t values[N_LIMITS]; /* as the policy counts them, or LIMITS_NONE */
	bool has_cpus;
	struct units_cpus cpus;
	size_t n_io;
	struct io_rate io[LIMITS_IO_MAX];
};

/*
 * What the room's description says; a path of limits.io is resolved to its disk now. -ENODEV: it
 * lies on none.
 */
int limits_of(const struct room_spec *spec, struct limits *ret, struct why *why);

/* No limit at all. */
void limits_clear(struct limits *limits);
bool limits_are_none(const struct limits *limits);

/*
 * Makes of each limit the tighter one of both. -EINVAL when no processor is left that both may use.
 */
int limits_tighten(struct limits *limits, const struct limits *other, struct why *why);

/* The controllers that these limits need, each once; returns how many. */
size_t limits_controllers(const struct limits *limits, const char *ret[N_LIMITS]);
