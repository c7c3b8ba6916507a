/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Looks for later mounts below a bind (see late.h). What the room has there and the host lacks is a
 * wall of the room's, unless its file system is nowhere on the host any more, because it was
 * unmounted, and is none that rooms make.
 */
#include "helper/late.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "helper/mount_do.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define LATE_TABLE_MAX (16u << 20)
#define LATE_TIMES_MAX 100 /* a bind that is never right does not fill the table */

/* A part of a table's line, not terminated. */
struct part {
	const char *at;
	size_t len;
};

struct line {
	struct part device, root, point, source;
	bool is_users;      /* a user's program answers for what is in it (fuse(4)) */
	bool is_unbindable; /* no copy of a tree has it (mount_namespaces(7)) */
};

static int read_table(const char *path, char **ret, struct why *why)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len;
	int r = fd < 0 ? -errno : fd_read_all(fd, LATE_TABLE_MAX, ret, &len);

	return r < 0 ? why_set(why, -r, "look for late mounts", "%s", path) : 0;
}

int late_read(struct late *late, pid_t keeper, struct why *why)
{
	char path[48];
	int r = read_table("/proc/self/mountinfo", &late->host, why);

	snprintf(path, sizeof path, "/proc/%d/mountinfo", keeper);
	return r < 0 ? r : read_table(path, &late->room, why);
}

void late_release(struct late *late)
{
	free(late->host);
	free(late->room);
	*late = (struct late){ 0 };
}

static struct part next_part(const char **rest)
{
	struct part part = { *rest, strcspn(*rest, " \n") };

	*rest += part.len + (part.at[part.len] == ' ');
	return part;
}

static bool is_part(struct part a, struct part b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static bool is_text(struct part part, const char *text)
{
	return is_part(part, (struct part){ text, strlen(text) });
}

/* The table's next line; false at its end. */
static bool next_line(const char **rest, struct line *line)
{
	const char *end = strchr(*rest, '\n'), *at = *rest;
	struct part part;

	if (!end)
		return false;
	next_part(&at);
	next_part(&at);
	line->device = next_part(&at);
	line->root = next_part(&at);
	line->point = next_part(&at);
	line->is_unbindable = false;
	/* Options, then how it propagates, then a dash. */
	while (part = next_part(&at), part.len > 0 && !is_text(part, "-"))
		line->is_unbindable |= is_text(part, "unbindable");
	part = next_part(&at);
	line->is_users = part.len >= 4 && memcmp(part.at, "fuse", 4) == 0;
	line->source = next_part(&at);
	*rest = end + 1;
	return true;
}

/* The way from dir to a mount below it; an empty one: it is not below. */
static struct part way_from(const char *dir, const struct line *line)
{
	size_t len = strlen(dir);

	if (line->point.len <= len + 1 || memcmp(line->point.at, dir, len) != 0 ||
		line->point.at[len] != '/')
		return (struct part){ "", 0 };
	return (struct part){ line->point.at + len, line->point.len - len };
}

/* The same mount: device, root and the way to it are the same. */
static bool has_mount(const char *table, const char *dir, const struct line *want, struct part way)
{
	struct line line;

	while (next_line(&table, &line))
		if (is_part(way_from(dir, &line), way) && is_part(line.device, want->device) &&
			is_part(line.root, want->root))
			return true;
	return false;
}

static bool has_device(const char *table, struct part device)
{
	struct line line;

	while (next_line(&table, &line))
		if (is_part(line.device, device))
			return true;
	return false;
}

bool late_has_walls(const struct late *late, const char *source, const char *path)
{
	const char *room = late->room;
	unsigned int times = 0;
	struct line line;

	while (next_line(&room, &line)) {
		struct part way = way_from(path, &line);

		if (is_text(line.point, path) && ++times > LATE_TIMES_MAX)
			return true;
		if (way.len > 0 && !has_mount(late->host, source, &line, way) &&
			(has_device(late->host, line.device) ||
				is_text(line.source, MOUNT_OWN_SOURCE)))
			return true;
	}
	return false;
}

/* Below a mount that is not copied, or that must not be gone into. */
static bool is_apart(const char *table, const struct line *line)
{
	struct line above;

	while (next_line(&table, &above))
		if ((above.is_users || above.is_unbindable) && above.point.len < line->point.len &&
			memcmp(above.point.at, line->point.at, above.point.len) == 0 &&
			line->point.at[above.point.len] == '/')
			return true;
	return false;
}

bool late_next(const char *table, const char **rest, const char *source, char way[LATE_WAY_MAX])
{
	struct line line;

	while (next_line(rest, &line)) {
		struct part part = way_from(source, &line);

		/* A name that is written with an escape is not looked for. */
		if (part.len == 0 || part.len >= LATE_WAY_MAX || memchr(part.at, '\\', part.len) ||
			line.is_unbindable || is_apart(table, &line))
			continue;
		memcpy(way, part.at, part.len);
		way[part.len] = '\0';
		return true;
	}
	return false;
}
