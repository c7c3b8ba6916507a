/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads the files of a policy (see load.h). A file is opened once, judged on the open descriptor
 * and read through it, so what was judged is what is used. Each file is bounded: libconfig never
 * sees more than it can parse in a login's time.
 */
#include "config/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/load.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

#define SOURCES_FILE_MAX (8u << 20)
#define SOURCES_FILES_MAX 256
#define SOURCES_UID_MIN 1000 /* login.defs(5) */

static const char step[] = "read policy";

void sources_free(struct sources *sources)
{
	for (size_t i = 0; sources && i < sources->n; i++) {
		free(sources->list[i].name);
		free(sources->list[i].text);
	}
	if (sources)
		free(sources->list);
	free(sources);
}

static void sources_freep(struct sources **sources)
{
	sources_free(*sources);
}

static struct sources *sources_new(void)
{
	struct sources *sources = calloc(1, sizeof *sources);

	if (sources)
		sources->uid_min = SOURCES_UID_MIN;
	return sources;
}

static bool sources_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * The whole of an open file, malloc'ed, with a newline at its end: to libconfig a comment that ends
 * with the file is a syntax error.
 */
static int sources_bytes(int fd, const char *file, char **ret, size_t *ret_len, struct why *why)
{
	cleanup_free char *text = NULL;
	struct stat before, after;
	char *longer;
	int r;

	if (fstat(fd, &before) < 0)
		return why_set(why, errno, step, "%s", file);
	if (!S_ISREG(before.st_mode))
		return why_set(why, 0, step, "%s is not a regular file", file);
	r = before.st_size > SOURCES_FILE_MAX ? -EFBIG :
						fd_read_all(fd, SOURCES_FILE_MAX, &text, ret_len);
	if (r == -EFBIG)
		return why_set(
			why, EFBIG, step, "%s is larger than %u MiB", file, SOURCES_FILE_MAX >> 20);
	if (r < 0)
		return why_set(why, -r, step, "%s", file);
	if (fstat(fd, &after) < 0 || !sources_same(&before, &after))
		return why_set(why, EAGAIN, step, "%s was changed while it was read", file);
	if (*ret_len > 0 && text[*ret_len - 1] != '\n') {
		longer = realloc(text, *ret_len + 2);
		if (!longer)
			return why_set(why, ENOMEM, step, "%s", file);
		text = longer;
		memcpy(text + *ret_len, "\n", 2);
		*ret_len += 1;
	}
	*ret = take_ptr(text);
	return 0;
}

/* Takes text over when it succeeds. */
static int sources_add(struct sources *sources, const char *name, char **text, size_t len)
{
	struct source *grown = realloc(sources->list, (sources->n + 1) * sizeof *grown);
	char *copy = strdup(name);

	if (grown)
		sources->list = grown;
	if (!grown || !copy) {
		free(copy);
		return -ENOMEM;
	}
	sources->list[sources->n++] = (struct source){ copy, take_ptr(*text), len };
	return 0;
}

static int sources_add_open(struct sources *sources, int fd, const char *name, struct why *why)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	int r = sources_bytes(fd, name, &text, &len, why);

	if (r == 0 && sources_add(sources, name, &text, len) < 0)
		r = why_set(why, ENOMEM, step, "%s", name);
	return r;
}

static int sources_add_at(
	struct sources *sources, int dfd, const char *dir, const char *name, struct why *why)
{
	cleanup_fd int fd = fd_open_beneath(dfd, name, O_RDONLY);
	char file[PATH_MAX];
	int r;

	snprintf(file, sizeof file, "%s/%s", dir, name);
	if (fd == -ELOOP)
		return why_set(why, ELOOP, step, "%s is a symbolic link", file);
	if (fd < 0)
		return why_set(why, -fd, step, "%s", file);
	r = fd_check_root_owned(fd, S_IFREG, file, why);
	return r < 0 ? r : sources_add_open(sources, fd, file, why);
}

/* As the shell's *.conf takes them: hidden files are not meant. */
static int sources_is_conf(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

static int sources_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int sources_add_dir(struct sources *sources, int etc_dfd, const char *etc, struct why *why)
{
	cleanup_fd int dfd = fd_open_beneath(etc_dfd, "room.d", O_RDONLY | O_DIRECTORY);
	struct dirent **entries = NULL;
	char dir[PATH_MAX];
	int n = 0, r;

	snprintf(dir, sizeof dir, "%s/room.d", etc);
	if (dfd == -ENOENT)
		return 0;
	r = dfd < 0 ? why_set(why, -dfd, step, "%s", dir) :
		      fd_check_root_owned(dfd, S_IFDIR, dir, why);
	if (r == 0) {
		n = scandirat(dfd, ".", &entries, sources_is_conf, sources_compare);
		if (n < 0)
			r = why_set(why, errno, step, "%s", dir);
		else if (n > SOURCES_FILES_MAX)
			r = why_set(why, E2BIG, step, "%s has more than %d files", dir,
				SOURCES_FILES_MAX);
	}
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = sources_add_at(sources, dfd, dir, entries[i]->d_name, why);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* UID_MIN of login.defs(5), where users begin; without the file or the line, its default. */
static int sources_uid_min(uint32_t *ret, struct why *why)
{
	static const char file[] = "/etc/login.defs";
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	cleanup_free char *text = NULL;
	char *rest, *line;
	size_t len = 0;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : why_set(why, errno, step, "%s", file);
	r = fd_check_root_owned(fd, S_IFREG, file, why);
	if (r == 0)
		r = sources_bytes(fd, file, &text, &len, why);
	rest = text;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *save = NULL, *word = strtok_r(line, " \t\"", &save);
		char *value = word ? strtok_r(NULL, " \t\"", &save) : NULL;

		if (word && strcmp(word, "UID_MIN") == 0 && (!value || text_id(value, ret) < 0))
			r = why_set(why, 0, step, "%s: UID_MIN is no number", file);
	}
	return r;
}

int sources_read(const char *etc, struct sources **ret, struct why *why)
{
	cleanup_with(sources_freep) struct sources *sources = sources_new();
	cleanup_fd int dfd = -1;
	int r;

	if (!sources)
		return why_set(why, ENOMEM, step, "no memory");
	dfd = fd_open_trusted_dir(etc, why);
	if (dfd < 0)
		return dfd;
	r = sources_add_at(sources, dfd, etc, "room.conf", why);
	if (r == 0)
		r = sources_add_dir(sources, dfd, etc, why);
	if (r == 0)
		r = sources_uid_min(&sources->uid_min, why);
	if (r == 0)
		*ret = take_ptr(sources);
	return r;
}

int sources_read_file(const char *path, struct sources **ret, struct why *why)
{
	cleanup_with(sources_freep) struct sources *sources = sources_new();
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0)
		return why_set(why, errno, step, "%s", path);
	if (!sources)
		return why_set(why, ENOMEM, step, "no memory");
	r = sources_add_open(sources, fd, path, why);
	if (r == 0)
		r = sources_uid_min(&sources->uid_min, why);
	if (r == 0)
		*ret = take_ptr(sources);
	return r;
}

int sources_take(const char *name, const char *text, size_t len, struct sources **ret)
{
	cleanup_with(sources_freep) struct sources *sources = sources_new();
	cleanup_free char *copy = malloc(len + 2);

	if (!sources || !copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	memcpy(copy + len, "\n", 2);
	if (sources_add(sources, name, &copy, len + 1) < 0)
		return -ENOMEM;
	*ret = take_ptr(sources);
	return 0;
}
