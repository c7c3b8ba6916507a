/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The sources of the name service switch (see sources.h).
 */
#include "lookup/sources.h"

#include <dlfcn.h>
#include <errno.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"

#define SOURCES_TEXT_MIN 1024u
#define SOURCES_TEXT_MAX (4u << 20)

char *sources_line(const char *database)
{
	FILE *file = fopen("/etc/nsswitch.conf", "re");
	cleanup_free char *line = NULL;
	char *words = strdup("");
	size_t size = 0, len = strlen(database);

	while (file && words && getline(&line, &size, file) > 0) {
		const char *at = line + strspn(line, " \t");

		line[strcspn(line, "#\n")] = '\0';
		if (strncmp(at, database, len) != 0 || !at[len] || !strchr(": \t", at[len]))
			continue;
		free(words);
		words = strdup(at + len + strspn(at + len, ": \t"));
	}
	if (file)
		fclose(file);
	return words;
}

/* The sources of a line without what stands between brackets, [NOTFOUND=return] and its like. */
static void blank_brackets(char *line)
{
	bool inside = false;

	for (; *line; line++) {
		inside |= *line == '[';
		if (inside && *line == ']')
			inside = false;
		else if (!inside)
			continue;
		*line = ' ';
	}
}

int sources_group(const char *name, struct group *ret, char **text)
{
	int err = ERANGE;

	*text = NULL;
	for (size_t size = SOURCES_TEXT_MIN; err == ERANGE && size <= SOURCES_TEXT_MAX; size *= 2) {
		struct group *found = NULL;

		free(*text);
		*text = malloc(size);
		if (!*text)
			return -1;
		/* What a source does not say about why, the C library answers with this. */
		errno = ENODATA;
		err = getgrnam_r(name, ret, *text, size, &found);
		if (err == 0)
			return found != NULL;
	}
	return -1;
}

/*
 * A source whose library is not installed is none: the line of nsswitch.conf(5) may well be longer
 * than what is there. One whose library is there and cannot be loaded is away.
 */
static bool is_installed(const char *source)
{
	char library[128];
	const char *error;

	if (snprintf(library, sizeof library, "libnss_%s.so.2", source) >= (int)sizeof library ||
		strcmp(source, "files") == 0 || dlopen(library, RTLD_NOW))
		return true;
	error = dlerror();
	return !error || strncmp(error, library, strlen(library)) != 0 ||
		!strstr(error, "No such file");
}

/*
 * Whether that source alone is away: it is asked for a group that nobody has. Naming the sources
 * keeps nscd(8) out of it, to which what is away is what does not exist.
 */
static bool is_away(const char *source)
{
	cleanup_free char *text = NULL;
	struct group group;

	if (!is_installed(source))
		return false;
	return __nss_configure_lookup("group", source) < 0 ||
		sources_group("pam_room-no-such-group", &group, &text) < 0;
}

/* Whether one of a line's sources is, each by itself. */
static bool is_one_away(const char *line)
{
	cleanup_free char *copy = strdup(line);
	bool away = !copy;
	char *save = NULL;

	if (copy)
		blank_brackets(copy);
	for (char *word = copy ? strtok_r(copy, " \t", &save) : NULL; word;
		word = strtok_r(NULL, " \t", &save))
		away |= is_away(word);
	return away;
}

bool sources_away(void)
{
	cleanup_free char *line = sources_line("group");
	cleanup_free char *users = sources_line("initgroups");
	bool away = !line || !users || is_one_away(line) || is_one_away(users);

	/* Whatever was found. */
	return __nss_configure_lookup("group", line && *line ? line : "files") < 0 || away;
}
