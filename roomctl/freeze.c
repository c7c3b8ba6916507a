/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl freeze and roomctl thaw: what runs in a living room stands still, and goes on. The mark
 * in the registry comes first and goes last: whoever logs in meanwhile is refused by the helper,
 * rather than stopped in the middle of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/why.h"
#include "roomctl/freezer.h"
#include "roomctl/join.h"
#include "roomctl/listed.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define FREEZE_MS 5000

static const char step[] = "freeze room";

/* The room's directory, which nobody else is at until it is closed. */
static int open_alone(const char *key, struct why *why)
{
	cleanup_fd int rooms_dfd = registry_open(0, why);
	cleanup_fd int room_dfd =
		rooms_dfd < 0 ? rooms_dfd : fd_open_beneath(rooms_dfd, key, O_RDONLY | O_DIRECTORY);

	if (rooms_dfd < 0)
		return rooms_dfd;
	if (room_dfd < 0)
		return why_set(why, -room_dfd, step, "%s has just ended", key);
	if (!listed_lock(room_dfd, true, FREEZE_MS))
		return why_set(why, EBUSY, step, "a login keeps %s busy", key);
	return take_fd(&room_dfd);
}

/* The mark's name; the one that is there, or a new one: 1. */
static int mark(int room_dfd, struct freezer *freezer, struct why *why)
{
	ssize_t len = fd_read_small(room_dfd, REGISTRY_FROZEN, freezer->name, sizeof freezer->name);
	int r = 0;

	if (len == -ENOENT) {
		r = freezer_name(freezer->name, why);
		if (r < 0)
			return r;
		r = fd_replace_file(
			room_dfd, REGISTRY_FROZEN, freezer->name, strlen(freezer->name));
		r = r < 0 ? r : 1;
	} else if (len <= 0) {
		r = len < 0 ? (int)len : -EBADMSG;
	}
	return r < 0 ? why_set(why, -r, step, "the mark in the registry") : r;
}

static int freeze(const struct host *host, struct freezer *freezer, struct why *why)
{
	cleanup_fd int room_dfd = open_alone(host->key, why);
	int made = room_dfd < 0 ? room_dfd : mark(room_dfd, freezer, why);
	int r = made < 0 ? made : 0;

	if (r == 0)
		r = freezer_freeze(freezer, deadline_in(FREEZE_MS), why);
	/* Nothing was stopped, now or before. What was can be thawed by the mark alone. */
	if (r < 0 && made == 1 && freezer->n_groups == 0)
		unlinkat(room_dfd, REGISTRY_FROZEN, 0);
	return r;
}

static int thaw(const struct host *host, struct freezer *freezer, struct why *why)
{
	cleanup_fd int room_dfd = open_alone(host->key, why);
	ssize_t len = room_dfd < 0 ?
		room_dfd :
		fd_read_small(room_dfd, REGISTRY_FROZEN, freezer->name, sizeof freezer->name);
	int r;

	if (room_dfd < 0)
		return room_dfd;
	if (len == -ENOENT)
		return why_set(why, 0, "thaw room", "%s is not frozen", host->key);
	if (len < 0)
		return why_set(why, (int)-len, "thaw room", "the mark in the registry");
	r = freezer_thaw(freezer, why);
	if (r >= 0 && unlinkat(room_dfd, REGISTRY_FROZEN, 0) < 0)
		return why_set(why, errno, "thaw room", "the mark in the registry");
	return r;
}

static int change(int argc, char **argv, bool json, bool cold)
{
	static struct host host;
	cleanup_with(freezer_release) struct freezer freezer = { 0 };
	struct options options;
	struct why why = { 0 };
	char text[512];
	int r = options_read(argc, argv, 0, 1, &options);

	if (r == 0 && options.n_words != 1) {
		complain("%s: which room, or whose?", argv[0]);
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = join_find(options.words[0], false, &host);
	if (r)
		return r;
	freezer.keeper = host.keeper;
	r = cold ? freeze(&host, &freezer, &why) : thaw(&host, &freezer, &why);
	join_release(&host);
	if (r < 0) {
		complain("%s", why_print(&why, text, sizeof text));
		if (cold && freezer.n_groups > 0)
			complain("what was stopped stays so: say it again, or roomctl thaw, or "
				 "roomctl kill");
		return r == -ETIMEDOUT || r == -EINVAL ? EXIT_NO : EXIT_CANNOT_TELL;
	}
	if (!json) {
		say(cold ? "room %s stands still (processes %d), and takes no login" :
			   "room %s goes on (processes %d)",
			host.key, r);
		return EXIT_YES;
	}
	json_member(stdout, "{", "key", host.key);
	printf(", \"frozen\": %s, \"processes\": %d, \"exit\": 0}\n", cold ? "true" : "false", r);
	return EXIT_YES;
}

int verb_freeze(int argc, char **argv, bool json)
{
	return change(argc, argv, json, true);
}

int verb_thaw(int argc, char **argv, bool json)
{
	return change(argc, argv, json, false);
}
