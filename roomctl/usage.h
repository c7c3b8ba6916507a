/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a room uses, and of how much, as the kernel counts it for its control group; where the room
 * has none, as it counts for its processes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listed;
struct members;

enum usage_what {
	USAGE_MEMORY,
	USAGE_MEMORY_MAX,
	USAGE_TASKS,
	USAGE_TASKS_MAX,
	USAGE_CPU,     /* microseconds since it was made */
	USAGE_CPU_MAX, /* percent of one processor */
	USAGE_OOM_KILLS,
	USAGE_CPU_PRESSURE, /* hundredths of a percent of the last ten seconds */
	USAGE_MEMORY_PRESSURE,
	USAGE_IO_PRESSURE,
	N_USAGES,
};

/* How they are called, for programs. */
extern const char *const usage_names[N_USAGES];

struct usage {
	bool by_user;    /* it is that of all of the user's rooms */
	bool by_process; /* memory, tasks and cpu are sums over processes */
	struct usage_figure {
		uint64_t value;
		bool none;       /* no limit */
		const char *why; /* it is unknown, and why; NULL: it is known */
	} figures[N_USAGES];
};

/* root_fd is the unified hierarchy's (cgroup/cgroup.h), or below 0. */
void usage_read(
	const struct listed *listed, const struct members *members, int root_fd, struct usage *ret);

/* Memory, tasks and cpu alone: the cheap ones, for many rooms and often. */
void usage_read_few(
	const struct listed *listed, const struct members *members, int root_fd, struct usage *ret);

#define USAGE_TEXT 48

/* "1.5G", "17", "3m20s", "50%", "0.25%"; "none" for no limit and "-" for what is unknown. */
const char *usage_print(const struct usage *usage, enum usage_what what, char buf[USAGE_TEXT]);
