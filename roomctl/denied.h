/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which system calls the filter of a living room has refused, as far as the kernel wrote it down.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "roomctl/learn.h"

struct listed;
struct logs;
struct members;
struct rooms;

struct denied {
	const char *why;        /* it is unknown, and why; NULL: it is known */
	const char *doubt;      /* there may be more, and why; NULL: there are no more */
	bool passed;            /* they were let through: syscalls.action = "log" */
	struct learned learned; /* n_inside of them; the calls are sorted by number */
};

/*
 * Those of rooms->list[at], by the records of its user since it was made. spec describes it as it
 * was made, or is NULL when that is not known any more. members are those of all rooms. The logs
 * are open, or were tried in vain.
 */
void denied_read(const struct rooms *rooms, size_t at, const struct members *members,
	const struct room_spec *spec, const struct logs *logs, struct denied *ret);

void denied_free(struct denied *denied);
