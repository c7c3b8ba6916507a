/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a run leaves: in the registry, among the processes and in the log.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct aftermath {
	const char *log;
	off_t log_size;
};

/* Looks at the log as it is now. */
void aftermath_begin(struct aftermath *ret, const char *log);

/* Whether the product has written a line since. */
bool aftermath_logged(const struct aftermath *aftermath);

/* NULL, or what is left after some seconds: rooms, keepers, helpers. */
const char *aftermath_left(void);

/* Tells every keeper to end its room. */
void aftermath_end_rooms(void);

/* Whether only root can look into a living room's directory, and its files are root's alone. */
bool aftermath_is_closed(const char *key);

/* Whether this line of "enter --look" was written in a room, by that user. */
bool aftermath_manager_inside(const char *line, uid_t uid);
