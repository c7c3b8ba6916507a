/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * room-lookup: asks the name service switch which of some groups and netgroups a user is in; the
 * question and the answer are described in lib/lookup.h. It runs libraries that a directory brings
 * with it, so it is nobody, and it is alone: whoever waits for it may stop waiting.
 *
 * Exit status: 0 an answer was given, 100 the caller's fault, 111 the system's.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/lookup.h"
#include "lib/text.h"
#include "lookup/sources.h"

#define LOOKUP_ID 65534 /* nobody: the kernel's overflow id */
#define LOOKUP_LOCAL "/etc/group"
#define LOOKUP_ALARM_S 60
#define LOOKUP_GROUPS_MAX 65536 /* NGROUPS_MAX */

enum { LOOKUP_OK = 0, LOOKUP_CALLER = 100, LOOKUP_SYSTEM = 111 };

struct question {
	const char *user;
	gid_t gid;
	const char **names; /* groups, then netgroups */
	size_t n_groups, n;
	char *local; /* one byte each, what the file says */
	char *said;  /* and what all say */
	bool silent; /* a source gave no answer */
};

/*
 * What a look-up needs no privilege for, it gets none for: `getent` says the same to everybody.
 * Changing ids makes the process one that others of that id cannot trace (prctl(2),
 * PR_SET_DUMPABLE).
 */
static bool become_nobody(void)
{
	pid_t parent = getppid();

	if ((geteuid() == 0 || getuid() == 0) &&
		(setgroups(0, NULL) < 0 || setresgid(LOOKUP_ID, LOOKUP_ID, LOOKUP_ID) < 0 ||
			setresuid(LOOKUP_ID, LOOKUP_ID, LOOKUP_ID) < 0 || setuid(0) == 0))
		return false;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
		prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

/* The next string of the text, or NULL. */
static const char *next_string(char **at, const char *end)
{
	const char *text = *at;
	char *nul = memchr(text, '\0', (size_t)(end - text));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return text;
}

/* True when it is a question; what it points to is never freed. */
static bool read_question(struct question *ret)
{
	char *data = NULL;
	size_t len = 0;
	const char *user, *gid, *n_groups, *end, *name;
	uint32_t id;
	uint64_t n;

	if (fd_read_all(STDIN_FILENO, LOOKUP_BYTES_MAX, &data, &len) < 0)
		return false;
	end = data + len;
	user = next_string(&data, end);
	gid = user ? next_string(&data, end) : NULL;
	n_groups = gid ? next_string(&data, end) : NULL;
	if (!n_groups || !*user || text_id(gid, &id) < 0 || text_u64(n_groups, len, &n) < 0)
		return false;
	*ret = (struct question){ .user = user, .gid = id, .n_groups = n };
	ret->names = calloc(len + 1, sizeof *ret->names);
	ret->local = calloc(len + 1, 1);
	ret->said = calloc(len + 1, 1);
	if (!ret->names || !ret->local || !ret->said)
		return false;
	while ((name = next_string(&data, end)))
		ret->names[ret->n++] = name;
	memset(ret->local, '-', ret->n);
	return data == end && ret->n_groups <= ret->n;
}

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* The group's place among those asked about; true when it is one of them. */
static bool find_group(const struct question *question, const char *name, size_t *ret)
{
	const char **found = bsearch(
		name, question->names, question->n_groups, sizeof *question->names, compare_name);

	if (found)
		*ret = (size_t)(found - question->names);
	return found;
}

static bool is_member(const struct group *group, const struct question *question)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, question->user) == 0)
			return true;
	return group->gr_gid == question->gid;
}

/* The file, whatever the switch says of it: it answers when nothing else does. */
static void ask_file(struct question *question)
{
	FILE *file = fopen(LOOKUP_LOCAL, "re");
	const struct group *group;
	size_t i;

	errno = file ? 0 : EIO;
	while (file && (group = fgetgrent(file))) {
		if (find_group(question, group->gr_name, &i) && question->local[i] != 'y')
			question->local[i] = is_member(group, question) ? 'y' : 'n';
		errno = 0;
	}
	/* What was not read to its end (ENOENT) says nothing about who is not in it. */
	for (i = 0; errno && errno != ENOENT && i < question->n_groups; i++)
		if (question->local[i] == 'n')
			question->local[i] = '-';
	if (file)
		fclose(file);
}

/* The ids of the user's groups, malloc'ed; how many, or -1. */
static int get_ids(const struct question *question, gid_t **ret)
{
	for (int max = 64; max <= LOOKUP_GROUPS_MAX * 2; max *= 2) {
		cleanup_free gid_t *gids = calloc((size_t)max, sizeof *gids);
		int n = max;

		if (!gids)
			return -1;
		if (getgrouplist(question->user, question->gid, gids, &n) >= 0) {
			*ret = take_ptr(gids);
			return n;
		}
	}
	return -1;
}

static bool has_id(const gid_t *gids, int n, gid_t gid)
{
	for (int i = 0; i < n; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

/*
 * A group by its name, as policies have it: two may share an id. Membership is what either says,
 * the list of the user's ids or the group's list of members, because each may be incomplete.
 */
static char ask_group(const struct question *question, size_t at, const gid_t *gids, int n)
{
	cleanup_free char *text = NULL;
	struct group group;
	int r = sources_group(question->names[at], &group, &text);

	if (question->local[at] == 'y')
		return 'y';
	if (r < 0)
		return '-';
	if (r > 0 && (is_member(&group, question) || has_id(gids, n, group.gr_gid)))
		return 'y';
	return question->silent ? question->local[at] : 'n';
}

/*
 * getgrouplist(3) leaves out what it was not told and says nothing, so the sources are asked one by
 * one whether they are there.
 */
static void ask_groups(struct question *question)
{
	cleanup_free gid_t *gids = NULL;
	int n;

	question->silent = sources_away();
	n = get_ids(question, &gids);
	if (n < 0)
		question->silent = true;
	for (size_t i = 0; i < question->n_groups; i++)
		question->said[i] = ask_group(question, i, gids, n);
}

/*
 * innetgr(3) does not tell "no" from "no answer". A source that has the netgroup has answered; the
 * files always do.
 */
static char ask_netgroup(const struct question *question, const char *name, bool files)
{
	bool there;

	if (innetgr(name, NULL, question->user, NULL))
		return 'y';
	there = setnetgrent(name) == 1;
	endnetgrent();
	return there || files ? 'n' : '-';
}

static void ask_netgroups(struct question *question)
{
	cleanup_free char *line = sources_line("netgroup");
	char *save = NULL;
	const char *first = line ? strtok_r(line, " \t", &save) : NULL;
	/* Without a line it is the files too. */
	bool files =
		line && (!first || (strcmp(first, "files") == 0 && !strtok_r(NULL, " \t", &save)));

	for (size_t i = question->n_groups; i < question->n; i++)
		question->said[i] = ask_netgroup(question, question->names[i], files);
}

static bool answer(int fd, char *said, size_t n)
{
	said[n] = '\n';
	for (size_t at = 0; at < n + 1;) {
		ssize_t r = write(fd, said + at, n + 1 - at);

		if (r < 0 && errno != EINTR)
			return false;
		at += r > 0 ? (size_t)r : 0;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct question question;
	int fd;

	(void)argv;
	/* For whoever asked and died before PR_SET_PDEATHSIG. */
	alarm(LOOKUP_ALARM_S);
	if (argc != 1 || !become_nobody() || !read_question(&question))
		return LOOKUP_CALLER;
	/* What a library prints is not part of the answer. */
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return LOOKUP_SYSTEM;
	ask_file(&question);
	if (!answer(fd, question.local, question.n))
		return LOOKUP_SYSTEM;
	ask_groups(&question);
	ask_netgroups(&question);
	return answer(fd, question.said, question.n) ? LOOKUP_OK : LOOKUP_SYSTEM;
}
