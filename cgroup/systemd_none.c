/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups where systemd is process 1 and this build has no libsystemd (see cgroup.h):
 * nothing can be placed.
 */
#include <errno.h>
#include <stdio.h>

#include "cgroup/cgroup.h"
#include "lib/why.h"

static int refuse(struct why *why)
{
	return why_set(why, ENOTSUP, "ask systemd", "this build of pam_room has no libsystemd");
}

static int none_place_keeper(
	const struct cgroup_room *room, pid_t keeper, int64_t deadline, struct why *why)
{
	(void)room, (void)keeper, (void)deadline;
	return refuse(why);
}

static int none_place_login(const struct cgroup_room *room, pid_t login, bool limited,
	int64_t deadline, struct why *why)
{
	(void)room, (void)login, (void)limited, (void)deadline;
	return refuse(why);
}

static int none_release_login(
	const struct cgroup_room *room, pid_t login, int64_t deadline, struct why *why)
{
	(void)room, (void)login, (void)deadline;
	return refuse(why);
}

static int none_limit(const struct cgroup_room *room, const struct limits *limits, int64_t deadline,
	struct why *why)
{
	(void)room, (void)limits, (void)deadline;
	return refuse(why);
}

static int none_restart_manager(uid_t uid, int64_t deadline, struct why *why)
{
	(void)uid, (void)deadline;
	return refuse(why);
}

static void none_path(const struct cgroup_room *room, char *buf, size_t size)
{
	snprintf(buf, size, "user.slice/user-%u.slice", room->uid);
}

const struct cgroup_driver cgroup_systemd = {
	.by_user = true,
	.place_keeper = none_place_keeper,
	.place_login = none_place_login,
	.release_login = none_release_login,
	.limit = none_limit,
	.restart_manager = none_restart_manager,
	.path = none_path,
};
