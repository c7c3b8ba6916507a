/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which groups and netgroups a user is in, as the name service switch says (nsswitch.conf(5)). It
 * is asked by room-lookup(8), a process of its own: a directory that hangs is waited for until a
 * deadline, and its libraries are in nobody else's memory.
 *
 *   question, on its standard input, strings that each end in a NUL byte:
 *       the user's name, the primary group id, how many groups, the groups, the netgroups
 *   answer, on its standard output, one byte for each name and a newline, twice:
 *       what /etc/group says, at once; what all sources say, when they have said it
 *
 * y: the user is in it; n: not; -: it cannot be told.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct why;

#define LOOKUP_BYTES_MAX (8u << 20) /* of a question; a longer one is refused */
#define LOOKUP_MS 5000              /* how long whoever decides about a login waits */

enum lookup_said { LOOKUP_UNKNOWN, LOOKUP_NO, LOOKUP_YES };

/* Names are sorted by strcmp(3), groups and netgroups apart, each once. */
struct lookup_question {
	const char *user;
	gid_t gid; /* the primary group: a user is in it without being listed */
	const char *const *groups;
	size_t n_groups;
	const char *const *netgroups;
	size_t n_netgroups;
};

/*
 * Fills said, one enum lookup_said for each group and then for each netgroup. Returns 0 when there
 * is an answer, be it that of /etc/group alone because the rest did not come before the deadline;
 * why then tells why anything is unknown. -errno: nothing is known, and said is LOOKUP_UNKNOWN
 * throughout. For processes without other threads.
 */
int lookup_ask(const struct lookup_question *question, int64_t deadline, unsigned char *said,
	struct why *why);

/* As lookup_ask(), by another program than the installed one. */
int lookup_ask_program(const char *program, const struct lookup_question *question,
	int64_t deadline, unsigned char *said, struct why *why);
