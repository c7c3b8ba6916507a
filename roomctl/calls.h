/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asks the system call filters of this process about calls, without one of them being carried out.
 *
 * A child lays a filter of its own over those that it has (seccomp(2)). Of all filters' answers the
 * kernel takes the strictest, and "ask the supervisor" is milder than every refusal: so a call that
 * the others refuse is answered by them, and one that they let through comes to the supervisor,
 * which answers with an error number that no call has. Only calls with a mark in the sixth argument
 * are stopped in this way; so the child's other work goes on.
 */
#pragma once

#include <stddef.h>

struct why;

struct call {
	unsigned int nr;
	unsigned long args[3]; /* of the first three arguments; the others are 0 */
};

/* Answers: an errno that a filter gave (0: "done", and nothing was), or one of these. */
#define CALLS_PASSES (-1) /* it would have reached the kernel */
#define CALLS_KILLED (-2) /* the filter ends the process */

/*
 * Asks about all n calls. 0, or -errno when the filters cannot be asked: -EPERM when they refuse
 * seccomp(2) itself, -EBUSY when another supervisor is there already.
 */
int calls_ask(const struct call *calls, size_t n, int *answers, struct why *why);
