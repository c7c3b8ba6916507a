/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A line of namespace.conf(5): a directory that each user has an own one of. In a room /tmp,
 * /var/tmp and /dev/shm are, whatever the method was called, and all sessions of the user share
 * them.
 */
#include <string.h>

#include "config/units.h"
#include "lib/text.h"
#include "roomctl/import.h"

static bool is_own_in_a_room(const char *dir)
{
	static const char *const dirs[] = { "/tmp", "/var/tmp", "/dev/shm" };
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		if (strlen(dirs[i]) == len && strncmp(dirs[i], dir, len) == 0)
			return true;
	return false;
}

/* "size=1G,nr_inodes=10k,...": what tmpfs(5) was asked for. */
static void take_mount_options(struct import *import, char *options)
{
	char *rest = options, *option;
	uint64_t value;

	while ((option = strsep(&rest, ","))) {
		char *equals = strchr(option, '=');

		if (equals)
			*equals++ = '\0';
		if (equals && strcmp(option, "size") == 0 && strlen(equals) < sizeof import->size) {
			for (char *c = equals; *c; c++)
				if (*c >= 'a' && *c <= 'z')
					*c = (char)(*c - 'a' + 'A');
			if (!units_size(equals, &value)) {
				strcpy(import->size, equals);
				continue;
			}
		}
		if (equals && strcmp(option, "nr_inodes") == 0 &&
			text_u64(equals, INT32_MAX, &value) == 0 && value > 0) {
			import->inodes = (unsigned int)value;
			continue;
		}
		/* The first two are so in a room without being said. */
		if (strcmp(option, "nosuid") != 0 && strcmp(option, "nodev") != 0)
			import_lost(import, "the mount option '%s%s%s'", option, equals ? "=" : "",
				equals ? equals : "");
	}
}

static void take_method(struct import *import, char *method)
{
	static const char *const plain[] = { "user", "tmpfs", "tmpdir" };
	char *rest = method, *flag = strsep(&rest, ":");
	bool known = false;

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		known |= strcmp(flag, plain[i]) == 0;
	if (!known)
		import_lost(import,
			"'%s': a room's directories are the user's, at any SELinux level", flag);
	while ((flag = strsep(&rest, ":"))) {
		if (strncmp(flag, "mntopts=", strlen("mntopts=")) == 0)
			take_mount_options(import, flag + strlen("mntopts="));
		else if (strcmp(flag, "noinit") != 0)
			import_lost(import, "'%s'", flag);
	}
}

/* "root,adm": not for these; "~a,b": for nobody else. */
static void take_users(struct import *import, char *users)
{
	bool only = *users == '~';
	char *names[64], *rest = users + only;
	size_t n = 0;

	if (strlen(users) < sizeof import->users)
		strcpy(import->users, users);
	while (rest && n < sizeof names / sizeof names[0])
		names[n++] = strsep(&rest, ",");
	if (rest)
		import_lost(import, "the names from '%s' on", rest);
	import->only_some |= only;
	for (int groups = 0; groups < 2; groups++) {
		FILE *file = only ? import->middle : import->first;

		if (import_names(import, file, names, n, groups) > 0)
			fprintf(file, " room = \"%s\"; },\n", only ? "imported" : "outside");
	}
}

void import_namespace(struct import *import, char **words, size_t n)
{
	if (n < 3 || n > 4) {
		import_lost(import, "it is no line of namespace.conf(5)");
		return;
	}
	if (!is_own_in_a_room(words[0])) {
		import_lost(import,
			"'%s' of one's own: in a room only /tmp, /var/tmp and /dev/shm are; see "
			"bind, "
			"no_entry and homes in room.conf(5)",
			words[0]);
		return;
	}
	take_method(import, words[2]);
	/* Mostly the same for each directory. */
	if (import->has_dirs && strcmp(import->users, n == 4 ? words[3] : "") != 0)
		import_lost(import,
			"other users than for the directory before: a room has all of them "
			"or none");
	if (n == 4 && (!import->has_dirs || strcmp(import->users, words[3]) != 0))
		take_users(import, words[3]);
	import->has_dirs = true;
}
