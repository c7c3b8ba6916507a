/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a user manager needs of its control group when it lives in another pid namespace: it cannot
 * see the processes that systemd started beside it, and the room's /sys is read-only.
 */
#pragma once

#include <sys/types.h>

struct why;

/*
 * Moves the processes of user@UID.service into its init.scope, as the manager would; otherwise none
 * of its controllers could be enabled (cgroups(7), no internal processes). As the user, who owns
 * the group. Does nothing for a process that is not in that service, or is in its init.scope
 * already.
 */
int manager_cgroup_settle(uid_t uid, gid_t gid, struct why *why);

/*
 * Takes a writable copy of the mount of the user's slice, on the host: an fd, or -ENOENT where
 * there is no such slice.
 */
int manager_cgroup_take(uid_t uid, struct why *why);

/* In the room: lays it over the read-only one, unless the very same slice is writable there
 * already. */
int manager_cgroup_lay(int tree_fd, uid_t uid, struct why *why);
