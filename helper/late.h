/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the host has mounted below the source of a room's bind since that was laid. No mount comes
 * into a room by itself, because it would come without nosuid; each login looks.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct why;

#define LATE_WAY_MAX 2048

/* Two mount tables (proc_pid_mountinfo(5)), NULL until they were read. */
struct late {
	char *host, *room;
};

/* Reads them: this process's, and that of the keeper. late_release() frees them. */
int late_read(struct late *late, pid_t keeper, struct why *why);
void late_release(struct late *late);

/*
 * Whether the room has walls of its own below the bind of source at path, a mask or what is
 * read-only: to lay the bind again would lay it over them. Told of a mount that cannot be told from
 * a wall, too, and of a bind that was laid very often.
 */
bool late_has_walls(const struct late *late, const char *source, const char *path);

/*
 * The next mount that the table has below source, but for those inside of a user's own and those
 * that no copy has: the way there from source, with a slash first. *rest begins as table.
 */
bool late_next(const char *table, const char **rest, const char *source, char way[LATE_WAY_MAX]);
