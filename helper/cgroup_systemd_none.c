/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups without libsystemd (see cgroup.h): where systemd manages them, nothing can be
 * placed.
 */
#include "helper/cgroup.h"

#include <errno.h>
#include <unistd.h>

#include "lib/why.h"

static int cgroup_unmanaged(struct why *why)
{
	if (access("/run/systemd/system", F_OK) < 0)
		return 0;
	return why_set(why, ENOTSUP, "ask systemd", "this build of pam_room has no libsystemd");
}

int cgroup_place_keeper(pid_t keeper, const char *key, uid_t uid, int64_t deadline, struct why *why)
{
	(void)keeper, (void)key, (void)uid, (void)deadline;
	return cgroup_unmanaged(why);
}

int cgroup_place_login(pid_t login, uid_t uid, int64_t deadline, struct why *why)
{
	(void)login, (void)uid, (void)deadline;
	return cgroup_unmanaged(why);
}

int cgroup_restart_manager(uid_t uid, int64_t deadline, struct why *why)
{
	(void)uid, (void)deadline;
	return cgroup_unmanaged(why);
}
