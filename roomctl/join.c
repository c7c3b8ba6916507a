/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Finding the room that is meant, and becoming a guest in it (see join.h).
 */
#include "roomctl/join.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/apply.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/lease.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/listed.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define JOIN_MS 5000

static int complain_why(const struct why *why)
{
	char text[512];

	complain("%s", why_print(why, text, sizeof text));
	return EXIT_CANNOT_TELL;
}

/* The key comes before the user, and the user before the room's name. */
static const struct listed *pick(const struct rooms *rooms, const char *word, size_t *ret_n)
{
	static const enum { BY_KEY, BY_USER, BY_ROOM } order[] = { BY_KEY, BY_USER, BY_ROOM };

	for (size_t by = 0; by < 3; by++) {
		const struct listed *found = NULL;

		*ret_n = 0;
		for (size_t i = 0; i < rooms->n; i++) {
			const struct listed *one = &rooms->list[i];
			const char *name = order[by] == BY_KEY ? one->key :
				order[by] == BY_USER           ? one->fields[FIELD_USER] :
								 one->fields[FIELD_ROOM];

			if (one->life == LIFE_STALE || strcmp(name, word) != 0)
				continue;
			found = one;
			(*ret_n)++;
		}
		if (found)
			return found;
	}
	return NULL;
}

static int find_key(const char *word, char key[REGISTRY_KEY_MAX])
{
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	const struct listed *found;
	size_t n = 0;
	int r = rooms_list(&rooms);

	if (r)
		return r;
	found = pick(&rooms, word, &n);
	if (!found || n > 1) {
		complain(found ? "'%s' means more than one room: name it by its key, UID.ROOM" :
				 "there is no living room of '%s'; see roomctl list",
			word);
		return EXIT_NO;
	}
	strcpy(key, found->key);
	return 0;
}

/*
 * 1: host has it. 0, where none is needed: the keeper has answered, be it in the words of another
 * version or that nobody has a place any more; who it is, that proves.
 */
static int take_lease(struct host *host, int sock, bool needed, struct why *why)
{
	int64_t deadline = deadline_in(JOIN_MS);
	enum lease_kind kind;
	int word = lease_say(sock, LEASE_HELLO, LEASE_LOGIN, deadline, why);

	if (word == 0)
		word = lease_hear(sock, &kind, deadline, why);
	if ((word == -EPROTO || word > 0) && !needed)
		return 0;
	if (word == -EPROTO || word == LEASE_UNKNOWN)
		return why_set(why, EPROTO, "find room",
			"another version made %s: roomctl kill can end it", host->key);
	if (word < 0)
		return word;
	if (word != LEASE_READY)
		return why_set(why, EBUSY, "find room",
			word == LEASE_ENDING ? "%s is just ending" : "%s takes nobody more in",
			host->key);
	host->lease_fd = sock;
	return 1;
}

static int read_plan(int room_dfd, struct plan *plan, struct why *why)
{
	cleanup_fd int fd = fd_open_beneath(room_dfd, REGISTRY_PLAN, O_RDONLY);
	cleanup_free char *data = NULL;
	size_t len;
	int r = fd < 0 ? fd : fd_read_all(fd, PLAN_SIZE_MAX, &data, &len);

	if (r < 0)
		return why_set(why, -r, "find room", "cannot read its plan");
	return plan_decode(data, len, plan, why);
}

static int connect_room(struct host *host, bool lease, struct why *why)
{
	cleanup_fd int rooms_dfd = registry_open(0, why);
	cleanup_fd int room_dfd = rooms_dfd < 0 ?
		rooms_dfd :
		fd_open_beneath(rooms_dfd, host->key, O_RDONLY | O_DIRECTORY);
	cleanup_fd int sock = -1;
	int r;

	if (rooms_dfd < 0)
		return rooms_dfd;
	if (room_dfd < 0)
		return why_set(why, -room_dfd, "find room", "%s has just ended", host->key);
	/* As long as it is held, the keeper does not decide that nobody needs the room. */
	r = listed_lock(room_dfd, false, JOIN_MS) ?
		0 :
		why_set(why, EBUSY, "find room", "a login keeps it busy");
	if (r == 0) {
		sock = registry_connect(room_dfd, &host->pidfd, &host->keeper, why);
		r = sock == -ENOENT ?
			why_set(why, ENOENT, "find room", "%s has no keeper", host->key) :
			sock;
	}
	if (r >= 0)
		r = take_lease(host, sock, lease, why);
	if (r == 1)
		take_fd(&sock);
	return r < 0 || !lease ? r : read_plan(room_dfd, &host->plan, why);
}

int join_find(const char *word, bool lease, struct host *ret)
{
	struct why why = { 0 };
	int r;

	*ret = (struct host){ .pidfd = -1, .lease_fd = -1 };
	r = find_key(word, ret->key);
	if (r)
		return r;
	return connect_room(ret, lease, &why) < 0 ? complain_why(&why) : 0;
}

void join_release(struct host *host)
{
	fd_closep(&host->pidfd);
	fd_closep(&host->lease_fd);
}

int join_guest(const struct host *host, struct guest *ret)
{
	char digits[16] = "";
	const struct passwd *found;

	snprintf(digits, sizeof digits, "%.*s", (int)strcspn(host->key, "."), host->key);
	if (text_id(digits, &ret->uid) < 0 || ret->uid == 0) {
		complain("room %s is of no user", host->key);
		return EXIT_CANNOT_TELL;
	}
	found = getpwuid(ret->uid);
	if (!found || strlen(found->pw_name) >= sizeof ret->name ||
		strlen(found->pw_dir) >= sizeof ret->home ||
		strlen(found->pw_shell) >= sizeof ret->shell) {
		complain("no answer about uid %u, whose room it is", ret->uid);
		return EXIT_CANNOT_TELL;
	}
	strcpy(ret->name, found->pw_name);
	strcpy(ret->home, found->pw_dir);
	strcpy(ret->shell, found->pw_shell[0] ? found->pw_shell : "/bin/sh");
	ret->gid = found->pw_gid;
	ret->n_groups = JOIN_GROUPS_MAX;
	if (getgrouplist(ret->name, ret->gid, ret->groups, &ret->n_groups) < 0) {
		complain("%s is in too many groups", ret->name);
		return EXIT_CANNOT_TELL;
	}
	return 0;
}
