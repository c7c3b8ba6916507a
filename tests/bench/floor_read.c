/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads off a living room what the floor has to make (see floor.h).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/why.h"
#include "tests/bench/floor.h"

#define STORE ROOM_RUNDIR
/* What a room's own file systems are called (mountinfo: the source). */
#define OWN "room"

/* A line of mountinfo (proc_pid_mountinfo(5)). */
struct line {
	int id, parent;
	char dev[16], root[FLOOR_TEXT], path[FLOOR_TEXT], type[32], source[64];
	uint64_t attrs;
	bool matched; /* the other process has it too */
	bool carried; /* it comes along with the copy of its parent */
	unsigned int depth;
};

struct table {
	struct line lines[FLOOR_MOUNTS_MAX];
	size_t n;
};

static uint64_t attrs_of(const char *options)
{
	static const struct {
		const char *name;
		uint64_t attr;
	} rows[] = { { "ro", MOUNT_ATTR_RDONLY }, { "nosuid", MOUNT_ATTR_NOSUID },
		{ "nodev", MOUNT_ATTR_NODEV }, { "noexec", MOUNT_ATTR_NOEXEC } };
	char text[128], *rest = text, *word;
	uint64_t attrs = 0;

	snprintf(text, sizeof text, "%s", options);
	while ((word = strsep(&rest, ",")))
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
			if (strcmp(word, rows[i].name) == 0)
				attrs |= rows[i].attr;
	return attrs;
}

static bool read_table(pid_t pid, struct table *ret)
{
	char name[48], text[4096], options[128];
	cleanup_file FILE *file = NULL;

	snprintf(name, sizeof name, "/proc/%d/mountinfo", pid);
	file = fopen(name, "re");
	*ret = (struct table){ .n = 0 };
	while (file && fgets(text, sizeof text, file)) {
		struct line *line = &ret->lines[ret->n];
		const char *more = strstr(text, " - ");

		if (!more || ret->n == FLOOR_MOUNTS_MAX ||
			sscanf(text, "%d %d %15s %159s %159s %127s", &line->id, &line->parent,
				line->dev, line->root, line->path, options) != 6 ||
			sscanf(more, " - %31s %63s", line->type, line->source) != 2)
			return false;
		line->attrs = attrs_of(options);
		ret->n++;
	}
	return file && ret->n > 0;
}

size_t floor_lines(pid_t pid)
{
	static struct table table;

	return read_table(pid, &table) ? table.n : 0;
}

static bool is_same(const struct line *a, const struct line *b)
{
	return strcmp(a->dev, b->dev) == 0 && strcmp(a->root, b->root) == 0 &&
		strcmp(a->path, b->path) == 0;
}

static struct line *by_id(struct table *table, int id)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->lines[i].id == id)
			return &table->lines[i];
	return NULL;
}

/* Pairs what both have, one by one. */
static void match(struct table *room, struct table *host)
{
	for (size_t i = 0; i < room->n; i++)
		for (size_t k = 0; k < host->n && !room->lines[i].matched; k++)
			if (!host->lines[k].matched && is_same(&room->lines[i], &host->lines[k]))
				room->lines[i].matched = host->lines[k].matched = true;
}

/* A bind of something of the host's. */
static bool is_copied(const struct line *line)
{
	return line && !line->matched && strcmp(line->source, OWN) != 0;
}

static void find_depths(struct table *room, const struct table *host)
{
	for (size_t i = 0; i < room->n; i++) {
		struct line *line = &room->lines[i];
		struct line *parent = by_id(room, line->parent);

		/* A mount of the host below one that is copied comes with it. */
		for (size_t k = 0; is_copied(parent) && !line->matched && k < host->n; k++)
			line->carried = line->carried ||
				(strcmp(line->source, OWN) != 0 && is_same(line, &host->lines[k]));
		for (; parent; parent = by_id(room, parent->parent))
			line->depth++;
	}
}

/* Where the host has what this line shows: false for the room's own. */
static bool find_source(const struct line *line, const struct table *host, char *source)
{
	/* The last one covers the ones before. */
	for (size_t k = host->n; k-- > 0;) {
		const struct line *from = &host->lines[k];
		size_t len = strcmp(from->root, "/") == 0 ? 0 : strlen(from->root);

		if (strcmp(from->dev, line->dev) != 0 || strncmp(from->root, line->root, len) != 0)
			continue;
		snprintf(source, FLOOR_TEXT, "%.70s%.80s",
			strcmp(from->path, "/") == 0 ? "" : from->path,
			strcmp(line->root + len, "/") == 0 ? "" : line->root + len);
		if (!*source)
			snprintf(source, FLOOR_TEXT, "/");
		return true;
	}
	return false;
}

/* The first line of a file system of the room's own is its mount, others are binds of it. */
static void add_own(const struct line *line, const struct table *room, struct floor_mount *ret)
{
	const struct line *first = room->lines;

	if (strcmp(line->type, "tmpfs") == 0) {
		snprintf(ret->source, FLOOR_TEXT, STORE "%.80s", line->root);
		ret->early = true;
		return;
	}
	while (strcmp(first->dev, line->dev) != 0 || strcmp(first->root, "/") != 0)
		first++;
	ret->fresh = first == line;
	if (ret->fresh)
		snprintf(ret->source, FLOOR_TEXT, "%s", line->type);
	else
		snprintf(ret->source, FLOOR_TEXT, "%.70s%.80s", first->path, line->root);
}

/* Top down, as the list has to be carried out. */
static void add_mounts(const struct table *room, const struct table *host, struct floor *floor)
{
	for (unsigned int depth = 0; depth < FLOOR_MOUNTS_MAX; depth++)
		for (size_t i = 0; i < room->n; i++) {
			const struct line *line = &room->lines[i];
			struct floor_mount *mount = &floor->mounts[floor->n];

			if (line->matched || line->carried || line->depth != depth)
				continue;
			*mount = (struct floor_mount){
				.attrs = line->attrs, .depth = depth, .fd = -1
			};
			memcpy(mount->path, line->path, sizeof mount->path);
			if (strcmp(line->source, OWN) == 0)
				add_own(line, room, mount);
			else
				mount->early = find_source(line, host, mount->source);
			floor->n++;
		}
}

static void add_node(struct floor *floor, const char *path, const struct stat *st)
{
	struct floor_node *node = &floor->nodes[floor->n_nodes];

	if (floor->n_nodes == FLOOR_NODES_MAX)
		return;
	floor->n_nodes++;
	snprintf(node->path, sizeof node->path, "%.159s", path);
	node->mode = st->st_mode;
	node->dev = st->st_rdev;
}

/* What is in the room's store below path, which shows the part of it named root. */
static void add_nodes(struct floor *floor, const struct line *line)
{
	char name[48 + FLOOR_TEXT], path[FLOOR_TEXT + 300];
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;
	struct stat st;

	snprintf(name, sizeof name, "/proc/%d/root%s", floor->keeper, line->path);
	snprintf(path, sizeof path, STORE "%s", line->root);
	if (stat(name, &st) < 0)
		return;
	if (strchr(line->root + 1, '/')) {
		/* A file below a directory that has a line of its own. */
		return;
	}
	add_node(floor, path, &st);
	dir = S_ISDIR(st.st_mode) ? opendir(name) : NULL;
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
			fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			snprintf(path, sizeof path, STORE "%s/%s", line->root, entry->d_name);
			add_node(floor, path, &st);
		}
}

static bool find_keeper(const char *key, struct floor *ret)
{
	cleanup_fd int rooms_dfd = registry_open(0, NULL);
	cleanup_fd int room_dfd = rooms_dfd < 0 ? -1 : fd_open_beneath(rooms_dfd, key, O_RDONLY);
	cleanup_fd int sock =
		room_dfd < 0 ? -1 : registry_connect(room_dfd, &ret->pidfd, &ret->keeper, NULL);
	cleanup_fd int plan_fd =
		room_dfd < 0 ? -1 : fd_open_beneath(room_dfd, REGISTRY_PLAN, O_RDONLY);
	static unsigned char bytes[PLAN_SIZE_MAX];
	struct why why = { 0 };
	ssize_t len = sock < 0 || plan_fd < 0 ? -1 : read(plan_fd, bytes, sizeof bytes);

	return len > 0 && plan_decode(bytes, (size_t)len, &ret->plan, &why) == 0;
}

bool floor_read(const char *key, struct floor *ret)
{
	static struct table room, host;

	*ret = (struct floor){ .pidfd = -1 };
	if (!find_keeper(key, ret) || !read_table(ret->keeper, &room) ||
		!read_table(getpid(), &host)) {
		fprintf(stderr, "floor: room %s cannot be read\n", key);
		return false;
	}
	ret->lines = room.n;
	ret->attrs = room.lines[0].attrs & ~host.lines[0].attrs;
	match(&room, &host);
	find_depths(&room, &host);
	add_mounts(&room, &host, ret);
	for (size_t i = 0; i < room.n; i++)
		if (strcmp(room.lines[i].type, "tmpfs") == 0 &&
			strcmp(room.lines[i].source, OWN) == 0)
			add_nodes(ret, &room.lines[i]);
	for (size_t k = 0; k < host.n; k++) {
		const struct line *parent = by_id(&host, host.lines[k].parent);

		if (!host.lines[k].matched && (!parent || parent->matched))
			memcpy(ret->gone[ret->n_gone++], host.lines[k].path, FLOOR_TEXT);
	}
	return true;
}
