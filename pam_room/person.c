/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who logs in (see person.h). The groups are those of the account, not those of the calling
 * process: whether that has called initgroups(3) already differs from application to application.
 */
#include "pam_room/person.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/why.h"

#define PERSON_TEXT_MIN 1024u
#define PERSON_TEXT_MAX (4u << 20)
#define PERSON_GROUPS_MAX 65536 /* NGROUPS_MAX */

static const char step[] = "look up user";

void person_free(struct person *person)
{
	for (size_t i = 0; i < person->n_groups; i++)
		free(person->groups[i]);
	free(person->groups);
	free(person->passwd_text);
	*person = (struct person){ 0 };
}

/* getpwnam(3): these mean as much as "not found". */
static int person_error(int err)
{
	return err == ENOENT || err == ESRCH || err == EBADF || err == EPERM ? 0 : err;
}

int person_find(const char *name, struct person *ret, struct why *why)
{
	int err = ERANGE;

	*ret = (struct person){ 0 };
	for (size_t size = PERSON_TEXT_MIN; err == ERANGE && size <= PERSON_TEXT_MAX; size *= 2) {
		struct passwd *found;

		free(ret->passwd_text);
		ret->passwd_text = malloc(size);
		if (!ret->passwd_text)
			return why_set(why, ENOMEM, step, "no memory");
		err = getpwnam_r(name, &ret->passwd, ret->passwd_text, size, &found);
		if (err == 0 && found)
			return PERSON_FOUND;
	}
	person_free(ret);
	err = person_error(err);
	return err ? why_set(why, err, step, "no answer about '%s'", name) : PERSON_UNKNOWN;
}

/* malloc'ed, or NULL with errno; errno 0: the group has no name. */
static char *group_name(gid_t gid)
{
	int err = ERANGE;

	for (size_t size = PERSON_TEXT_MIN; err == ERANGE && size <= PERSON_TEXT_MAX; size *= 2) {
		cleanup_free char *text = malloc(size);
		struct group group, *found;

		if (!text)
			return NULL;
		err = getgrgid_r(gid, &group, text, size, &found);
		if (err == 0 && found)
			return strdup(group.gr_name);
	}
	errno = person_error(err);
	return NULL;
}

static int group_list(const struct passwd *passwd, gid_t **ret)
{
	for (int max = 64; max <= PERSON_GROUPS_MAX * 2; max *= 2) {
		cleanup_free gid_t *gids = calloc((size_t)max, sizeof *gids);
		int n = max;

		if (!gids)
			return -ENOMEM;
		if (getgrouplist(passwd->pw_name, passwd->pw_gid, gids, &n) >= 0) {
			*ret = take_ptr(gids);
			return n;
		}
	}
	return -E2BIG;
}

int person_find_groups(struct person *person, struct why *why)
{
	cleanup_free gid_t *gids = NULL;
	int n = group_list(&person->passwd, &gids);

	if (n < 0)
		return why_set(why, -n, step, "its groups");
	person->groups = calloc((size_t)n + 1, sizeof *person->groups);
	if (!person->groups)
		return why_set(why, ENOMEM, step, "its groups");
	for (int i = 0; i < n; i++) {
		char *name = group_name(gids[i]);

		/* A group that cannot be told now may be the one that a rule is about. */
		if (!name && errno)
			return why_set(why, errno, step, "no answer about group %u", gids[i]);
		if (name)
			person->groups[person->n_groups++] = name;
	}
	return 0;
}
