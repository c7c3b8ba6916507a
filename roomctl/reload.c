/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl reload: brings the limits of living rooms to what the policy says now. Everything else of
 * a room is settled when it is made; roomctl status tells what waits for the next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/settle.h"
#include "config/rooms.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/listed.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

#define RELOAD_MS 10000 /* for each room */

struct reload {
	struct policy *policy;
	int rooms_dfd;
	struct report report;
};

/* Under the room's lock, as a login does it. 1: it has ended. */
static int reload_room(const struct reload *reload, const struct listed *listed, uid_t uid,
	const struct room_spec *spec, struct why *why)
{
	cleanup_fd int room_dfd =
		fd_open_beneath(reload->rooms_dfd, listed->key, O_RDONLY | O_DIRECTORY);
	const struct settle_request request = { reload->policy, spec, listed->key, uid,
		reload->rooms_dfd, room_dfd };
	int64_t deadline = deadline_in(RELOAD_MS);

	if (room_dfd < 0)
		return 1;
	if (!listed_lock(room_dfd, true, RELOAD_MS))
		return why_set(why, ETIMEDOUT, "lock room", "%s is busy", listed->key);
	/* It may have ended while we waited. */
	if (faccessat(room_dfd, REGISTRY_STATE, F_OK, 0) < 0)
		return 1;
	return settle_room(&request, true, deadline, why);
}

static void reload_one(struct reload *reload, const struct listed *listed)
{
	const struct room_spec *spec = rooms_find(reload->policy, listed->fields[FIELD_ROOM]);
	struct why why = { 0 };
	char text[512];
	uint32_t uid;
	int r = text_id(listed->fields[FIELD_UID], &uid);

	if (r < 0)
		why_set(&why, EBADMSG, "read state", "%s names no uid", listed->key);
	else
		r = reload_room(reload, listed, uid, spec, &why);
	if (r < 0)
		report_line(&reload->report, REPORT_PROBLEM, "%s: %s", listed->key,
			why_print(&why, text, sizeof text));
	else if (r == 0 && spec)
		report_line(&reload->report, REPORT_OK, "%s: %s", listed->key,
			rooms_are_limited(spec) ? "the policy's limits hold" :
						  "the policy has no limits for it");
	else if (r == 0)
		report_line(&reload->report, REPORT_OK,
			"%s: the policy has no such room any more, its limits are taken back",
			listed->key);
}

/* Users whose slices have limits still, of whose rooms none lives. */
static void reload_rest(struct reload *reload)
{
	cleanup_fd int dfd = registry_open_folder(REGISTRY_LIMITS_FOLDER, 0, NULL);
	cleanup_dir DIR *dir = dfd < 0 ? NULL : fdopendir(dfd);
	const struct dirent *entry;
	char text[512];

	if (!dir)
		return;
	take_fd(&dfd);
	while ((entry = readdir(dir))) {
		struct why why = { 0 };
		uint32_t uid;

		if (text_id(entry->d_name, &uid) == 0 &&
			settle_user(reload->policy, reload->rooms_dfd, uid, deadline_in(RELOAD_MS),
				&why) < 0)
			report_line(&reload->report, REPORT_PROBLEM, "uid %u: %s", uid,
				why_print(&why, text, sizeof text));
	}
}

int verb_reload(int argc, char **argv, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	cleanup_fd int rooms_dfd = -1;
	struct reload reload = { .report = { .json = json } };
	struct options options;
	int r = options_read(argc, argv, 0, 0, &options);

	if (r == 0)
		r = rooms_list(&rooms);
	if (r)
		return r;
	/* Root's all the time: systemd is told what it says. */
	ruling_open(NULL, &ruling);
	r = ruling_need_open(&ruling);
	if (r)
		return r;
	/* Not there: no room was ever made. */
	rooms_dfd = registry_open(0, NULL);
	reload.policy = ruling.policy;
	reload.rooms_dfd = rooms_dfd;
	for (size_t i = 0; i < rooms.n; i++)
		if (rooms.list[i].life != LIFE_STALE)
			reload_one(&reload, &rooms.list[i]);
	if (rooms_dfd >= 0)
		reload_rest(&reload);
	return report_end(&reload.report);
}
