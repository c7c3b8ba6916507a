/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads the policy (see load.h). A file is opened once, judged on the open descriptor and read
 * through it, so what was judged is what is used. Each file is bounded: libconfig never sees more
 * than it can parse in a login's time.
 */
#include "config/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/arena.h"
#include "config/read.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

#define LOAD_FILE_MAX (8u << 20)
#define LOAD_FILES_MAX 256
#define LOAD_UID_MIN 1000 /* login.defs(5) */

static const char step[] = "read policy";

void policy_free(struct policy *policy)
{
	if (policy)
		arena_free(policy->arena);
	free(policy);
}

static void policy_freep(struct policy **policy)
{
	policy_free(*policy);
}

static struct policy *policy_new(void)
{
	cleanup_with(policy_freep) struct policy *policy = calloc(1, sizeof *policy);

	if (!policy)
		return NULL;
	policy->arena = arena_new();
	policy->uid_min = LOAD_UID_MIN;
	return policy->arena ? take_ptr(policy) : NULL;
}

static bool load_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * The whole of an open file, malloc'ed, with a newline at its end: to libconfig a comment that ends
 * with the file is a syntax error.
 */
static int load_bytes(int fd, const char *file, char **ret, size_t *ret_len, struct why *why)
{
	cleanup_free char *text = NULL;
	struct stat before, after;
	char *longer;
	int r;

	if (fstat(fd, &before) < 0)
		return why_set(why, errno, step, "%s", file);
	if (!S_ISREG(before.st_mode))
		return why_set(why, 0, step, "%s is not a regular file", file);
	r = before.st_size > LOAD_FILE_MAX ? -EFBIG :
					     fd_read_all(fd, LOAD_FILE_MAX, &text, ret_len);
	if (r == -EFBIG)
		return why_set(
			why, EFBIG, step, "%s is larger than %u MiB", file, LOAD_FILE_MAX >> 20);
	if (r < 0)
		return why_set(why, -r, step, "%s", file);
	if (fstat(fd, &after) < 0 || !load_same(&before, &after))
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

/* One file that is open; name is how complaints call it. */
static int load_open_file(struct draft *draft, int fd, const char *name,
	struct complaints *complaints, struct why *why)
{
	const char *file = arena_text(draft->policy->arena, name);
	cleanup_free char *text = NULL;
	size_t len = 0;
	int r = file ? load_bytes(fd, file, &text, &len, why) : -ENOMEM;

	if (r == 0)
		r = read_text(draft, file, text, len, complaints);
	return r == -ENOMEM ? why_set(why, ENOMEM, step, "%s", name) : r;
}

static int load_file_at(struct draft *draft, int dfd, const char *dir, const char *name,
	struct complaints *complaints, struct why *why)
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
	return r < 0 ? r : load_open_file(draft, fd, file, complaints, why);
}

/* As the shell's *.conf takes them: hidden files are not meant. */
static int load_is_conf(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

static int load_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_dir(struct draft *draft, int etc_dfd, const char *etc,
	struct complaints *complaints, struct why *why)
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
		n = scandirat(dfd, ".", &entries, load_is_conf, load_compare);
		if (n < 0)
			r = why_set(why, errno, step, "%s", dir);
		else if (n > LOAD_FILES_MAX)
			r = why_set(
				why, E2BIG, step, "%s has more than %d files", dir, LOAD_FILES_MAX);
	}
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = load_file_at(draft, dfd, dir, entries[i]->d_name, complaints, why);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* UID_MIN of login.defs(5), where users begin; without the file or the line, its default. */
static int load_uid_min(uint32_t *ret, struct why *why)
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
		r = load_bytes(fd, file, &text, &len, why);
	rest = text;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *save = NULL, *word = strtok_r(line, " \t\"", &save);
		char *value = word ? strtok_r(NULL, " \t\"", &save) : NULL;

		if (word && strcmp(word, "UID_MIN") == 0 && (!value || text_id(value, ret) < 0))
			r = why_set(why, 0, step, "%s: UID_MIN is no number", file);
	}
	return r;
}

/* Looks at all that was read together. */
static int load_finish(struct draft *draft, struct complaints *complaints, struct why *why)
{
	const struct complaint *first = &complaints->list[0];

	/* What a file with a mistake left out would look like further mistakes. */
	if (complaints->n == 0)
		read_finish(draft, complaints);
	if (complaints->n == 0)
		return load_uid_min(&draft->policy->uid_min, why);
	return why_set(why, 0, step, "%s:%u: %s", first->file, first->line, first->text);
}

int policy_load(
	const char *etc, struct policy **ret, struct complaints *complaints, struct why *why)
{
	cleanup_with(policy_freep) struct policy *policy = policy_new();
	struct draft draft = { .policy = policy };
	cleanup_fd int dfd = -1;
	int r;

	*complaints = (struct complaints){ 0 };
	if (!policy)
		return why_set(why, ENOMEM, step, "no memory");
	dfd = fd_open_trusted_dir(etc, why);
	if (dfd < 0)
		return dfd;
	r = load_file_at(&draft, dfd, etc, "room.conf", complaints, why);
	if (r == 0)
		r = load_dir(&draft, dfd, etc, complaints, why);
	if (r == 0)
		r = load_finish(&draft, complaints, why);
	if (r == 0)
		*ret = take_ptr(policy);
	return r;
}

int policy_load_file(
	const char *path, struct policy **ret, struct complaints *complaints, struct why *why)
{
	cleanup_with(policy_freep) struct policy *policy = policy_new();
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct draft draft = { .policy = policy };
	int r;

	*complaints = (struct complaints){ 0 };
	if (fd < 0)
		return why_set(why, errno, step, "%s", path);
	if (!policy)
		return why_set(why, ENOMEM, step, "no memory");
	r = load_open_file(&draft, fd, path, complaints, why);
	if (r == 0)
		r = load_finish(&draft, complaints, why);
	if (r == 0)
		*ret = take_ptr(policy);
	return r;
}
