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
#include <grp.h>
#include <netdb.h>
#include <nss.h>
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

#define LOOKUP_ID 65534 /* nobody: the kernel's overflow id */
#define LOOKUP_LOCAL "/etc/group"
#define LOOKUP_TEXT_MIN 1024u
#define LOOKUP_TEXT_MAX (4u << 20)
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

	while (file && (group = fgetgrent(file)))
		if (find_group(question, group->gr_name, &i) && question->local[i] != 'y')
			question->local[i] = is_member(group, question) ? 'y' : 'n';
	if (file)
		fclose(file);
}

/*
 * The words of the switch's line for a database, "files ldap": malloc'ed, empty when there is none.
 */
static char *read_line(const char *database)
{
	FILE *file = fopen("/etc/nsswitch.conf", "re");
	cleanup_free char *line = NULL;
	char *words = NULL;
	size_t size = 0, len = strlen(database);

	while (file && !words && getline(&line, &size, file) > 0) {
		const char *at = line + strspn(line, " \t");

		if (strncmp(at, database, len) != 0 || at[len] != ':')
			continue;
		line[strcspn(line, "#\n")] = '\0';
		words = strdup(at + len + 1);
	}
	if (file)
		fclose(file);
	return words ? words : strdup("");
}

/*
 * 1 when there is such a group, 0 when there is none, -1 when a source gave no answer: to glibc a
 * source that is away at the end of the line is an error, and one that knows nothing is none. Fills
 * *ret, whose strings lie in *text, malloc'ed.
 */
static int get_group(const char *name, struct group *ret, char **text)
{
	int err = ERANGE;

	*text = NULL;
	for (size_t size = LOOKUP_TEXT_MIN; err == ERANGE && size <= LOOKUP_TEXT_MAX; size *= 2) {
		struct group *found = NULL;

		free(*text);
		*text = malloc(size);
		if (!*text)
			return -1;
		err = getgrnam_r(name, ret, *text, size, &found);
		if (err == 0)
			return found != NULL;
	}
	return -1;
}

/*
 * Whether that source alone is away, or cannot be used at all: it is asked for a group that nobody
 * has. Naming the sources keeps nscd(8) out of it, to which what is away is what does not exist.
 */
static bool is_away(const char *source)
{
	cleanup_free char *text = NULL;
	struct group group;

	return __nss_configure_lookup("group", source) < 0 ||
		get_group("pam_room-no-such-group", &group, &text) < 0;
}

/* Each source of the line by itself; the line holds again when this returns. */
static bool is_one_away(const char *line)
{
	cleanup_free char *copy = strdup(line);
	bool away = !copy;
	char *save = NULL;

	for (char *word = copy ? strtok_r(copy, " \t", &save) : NULL; word;
		word = strtok_r(NULL, " \t", &save))
		/* [NOTFOUND=return] and its like are no sources. */
		if (word[0] != '[' && !strpbrk(word, "=]"))
			away |= is_away(word);
	return __nss_configure_lookup("group", *line ? line : "files") < 0 || away;
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
	int r = get_group(question->names[at], &group, &text);

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
	cleanup_free char *line = read_line("group");
	cleanup_free gid_t *gids = NULL;
	int n;

	question->silent = !line || is_one_away(line);
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
	cleanup_free char *line = read_line("netgroup");
	char *save = NULL;
	const char *first = line ? strtok_r(line, " \t", &save) : NULL;
	/* Without a line it is the files too. */
	bool files =
		line && (!first || (strcmp(first, "files") == 0 && !strtok_r(NULL, " \t", &save)));

	for (size_t i = question->n_groups; i < question->n; i++)
		question->said[i] = ask_netgroup(question, question->names[i], files);
}

static bool answer(char *said, size_t n)
{
	said[n] = '\n';
	for (size_t at = 0; at < n + 1;) {
		ssize_t r = write(STDOUT_FILENO, said + at, n + 1 - at);

		if (r < 0 && errno != EINTR)
			return false;
		at += r > 0 ? (size_t)r : 0;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct question question;

	(void)argv;
	if (argc != 1 || !become_nobody() || !read_question(&question))
		return LOOKUP_CALLER;
	ask_file(&question);
	if (!answer(question.local, question.n))
		return LOOKUP_SYSTEM;
	ask_groups(&question);
	ask_netgroups(&question);
	return answer(question.said, question.n) ? LOOKUP_OK : LOOKUP_SYSTEM;
}
