/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who is in which room, told from outside by pid namespace (pid_namespaces(7)). A process that
 * begins or ends meanwhile may be missed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rooms;

#define MEMBERS_UIDS_MAX 8

struct members {
	unsigned int n;        /* processes, the keeper not counted */
	unsigned int sessions; /* login programs outside, whose children are born in the room */
	unsigned int managers; /* supervisors of user managers, likewise */
	uint64_t resident;     /* bytes; what processes share is counted with each */
	uint64_t cpu_ms;       /* of those that run */
	size_t n_uids;
	struct {
		uid_t uid;
		unsigned int n;
	} uids[MEMBERS_UIDS_MAX];
};

/* One for each of the rooms, in their order; free(3) it. NULL when there is no memory or no /proc.
 * usage: resident and cpu_ms too. */
struct members *members_count(const struct rooms *rooms, bool usage);

#define MEMBERS_UNKNOWN (-1u)

/* The connections that a keeper holds, as its descriptors show. One that has just ended may still
 * count. */
unsigned int members_leases(pid_t keeper);

/* The number of a process's pid namespace, or 0. proc_dfd is /proc. */
ino_t members_namespace(int proc_dfd, const char *pid);

/* Whether the process is in that pid namespace or in one below it. */
bool members_has(int proc_dfd, const char *pid, ino_t namespace);
