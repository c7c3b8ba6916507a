/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Places that somebody else decides about (see shaky.h).
 */
#include "roomctl/shaky.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "config/policy.h"

#define SHAKY_PATH_MAX 4096

/* Whoever may write to a folder may put something else where the name is; of one with the sticky
 * bit only where nothing is yet, or what is theirs (inode(7)). */
static bool is_open(const struct stat *folder, const struct stat *named)
{
	bool others = (folder->st_mode & S_IWOTH) || (folder->st_gid && folder->st_mode & S_IWGRP);

	if (folder->st_uid != 0)
		return true;
	return others && !(folder->st_mode & S_ISVTX && named && named->st_uid == 0);
}

bool shaky_folder(const char *path, char *ret, size_t size)
{
	char buf[SHAKY_PATH_MAX];
	struct stat folder, named;
	size_t len = strlen(path);

	if (len >= sizeof buf || *path != '/' || lstat("/", &folder) < 0)
		return false;
	memcpy(buf, path, len + 1);
	for (char *slash = buf; slash; folder = named) {
		char *next = strchr(slash + 1, '/');
		bool is_there;

		if (next)
			*next = '\0';
		is_there = lstat(buf, &named) == 0;
		if (is_open(&folder, is_there ? &named : NULL)) {
			*slash = '\0';
			return snprintf(ret, size, "%s", *buf ? buf : "/") < (int)size;
		}
		if (next)
			*next = '/';
		if (!is_there || !S_ISDIR(named.st_mode))
			return false;
		slash = next;
	}
	return false;
}

static size_t shaky_tell(FILE *out, const struct room_spec *spec, const struct place *place,
	const char *path, size_t most)
{
	char folder[SHAKY_PATH_MAX];

	if (most == 0 || !shaky_folder(path, folder, sizeof folder))
		return 0;
	fprintf(out,
		"%s:%u: room '%s' names %.160s, and whoever may write to %.160s can have its "
		"logins "
		"refused: give that folder to root\n",
		place->file, place->line, spec->name, path, folder);
	return 1;
}

size_t shaky_look(FILE *out, const struct policy *policy, size_t most)
{
	size_t found = 0;

	for (size_t i = 0; i < policy->n_rooms; i++) {
		const struct room_spec *spec = &policy->rooms[i];
		const struct text_list *lists[] = { &spec->no_entry, &spec->read_only,
			&spec->writable };

		for (size_t k = 0; k < spec->binds.n; k++)
			found += shaky_tell(out, spec, &spec->binds.items[k].place,
				spec->binds.items[k].source, most - found);
		for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++)
			for (size_t k = 0; k < lists[l]->n; k++)
				found += shaky_tell(
					out, spec, &spec->place, lists[l]->items[k], most - found);
	}
	return found;
}
