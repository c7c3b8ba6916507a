/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Stopping what runs in a room, and letting it go on (cgroup.freeze of the unified hierarchy).
 *
 * A session's control group holds more than the room: the login program outside, which is root's
 * and must go on to watch over its session, or a manager's supervisor. So each group that has a
 * process of the room gets one below it, in which the room's processes stand still, and which is
 * taken away again. What counts processes above it, limits and sessions of systemd, counts on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct why;

#define FREEZER_NAME_MAX 48

struct freezer {
	char name[FREEZER_NAME_MAX]; /* what the groups are called; nobody can know it before */
	pid_t keeper;                /* goes on, and so the room hears what it is told */
	size_t n_groups;
	char **groups; /* those made or found, below the hierarchy's root */
};

/* A name that is nobody's yet. */
int freezer_name(char name[FREEZER_NAME_MAX], struct why *why);

/*
 * Returns the number of processes that stand still, which are then all of the room's, or -errno:
 * -ENOTSUP when the machine cannot freeze, -ETIMEDOUT when they multiply faster, or one does not
 * come to a stop, before the deadline. What stands still by then stays so.
 */
int freezer_freeze(struct freezer *freezer, int64_t deadline, struct why *why);

/* Puts everything back to where it was: the number of processes, or -errno. */
int freezer_thaw(struct freezer *freezer, struct why *why);

/* Fills name with that of a frozen room's; false when it is not frozen. */
bool freezer_find(const char *key, struct freezer *freezer);

/* Fills groups with those that hold processes of the room now. */
int freezer_look(struct freezer *freezer, struct why *why);

/* Takes empty groups away, lets go on whoever is in another one, and forgets them. */
void freezer_sweep(struct freezer *freezer);

void freezer_release(struct freezer *freezer);
