/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Brings the limits of a room's control group to what the policy says.
 *
 * Where a user's rooms have one group together (cgroup.h: by_user), the tighter one of each limit
 * holds for all of them: otherwise a login to one room would lift the limits of another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SETTLE_TEXT 24

struct cgroup_driver;
struct policy;
struct room_spec;
struct why;

struct settle_request {
	const struct policy *policy;
	const struct room_spec *spec; /* NULL: the policy has no such room any more */
	const char *key;
	uid_t uid;
	int rooms_dfd, room_dfd; /* lib/registry.h; the room's lock is held */
};

/*
 * Whether limits of such a room can hold with this driver; shared: a group shares it. -ENOTSUP: a
 * user's rooms have one group together (by_user), and a group's room has none.
 */
int settle_check(const struct cgroup_driver *driver, const struct room_spec *spec, bool shared,
	struct why *why);

/* Of a room that is being made, or (anew false) only when its limits have changed since. */
int settle_room(const struct settle_request *request, bool anew, int64_t deadline, struct why *why);

/* Which limits a room's description has, as they are noted beside the room: empty for none. NULL is
 * no description. */
void settle_print(const struct room_spec *spec, char buf[SETTLE_TEXT]);

/*
 * Takes back what limits a user's slice still has of rooms that are gone; for users whose login
 * opens no room. Does nothing when there are none.
 */
int settle_user(
	const struct policy *policy, int rooms_dfd, uid_t uid, int64_t deadline, struct why *why);
