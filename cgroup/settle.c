/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Brings the limits of a room's control group to what the policy says (see settle.h).
 */
#include "cgroup/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "config/policy.h"
#include "config/rooms.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

static const char step[] = "limit";

/* The description that the key's room has today, or NULL. */
static const struct room_spec *spec_of(const struct policy *policy, const char *key)
{
	char name[TEXT_ROOM_NAME_MAX + 1];

	return rooms_find(policy, text_key_name(key, name));
}

/*
 * Logins to two rooms of one user must not settle at the same time: each would take the other's
 * limits for what was before, and the first one's could be set last. Returns the folder of what was
 * before, locked until it is closed. -ENOENT: there is none, which is no failure for whoever wants
 * to set nothing.
 */
static int lock_limits(uid_t uid, bool want, int64_t deadline, struct why *why)
{
	const struct timespec pause = { .tv_nsec = 3000000 };
	cleanup_fd int dfd = registry_open_folder(REGISTRY_LIMITS_FOLDER, want, want ? why : NULL);
	char name[16];

	if (dfd < 0)
		return dfd == -ENOENT ? dfd : why_set(why, -dfd, step, "what was before");
	snprintf(name, sizeof name, "%u", uid);
	if (!want && faccessat(dfd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? -ENOENT : why_set(why, errno, step, "what was before");
	while (flock(dfd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || deadline_left(deadline) == 0)
			return why_set(why, errno, step, "limits are being set by others");
		nanosleep(&pause, NULL);
	}
	return take_fd(&dfd);
}

/* The tighter one of each, of all rooms of the user's that the registry has, but one. */
static int tighten_by_others(const struct policy *policy, int rooms_dfd, uid_t uid, const char *but,
	struct limits *limits, struct why *why)
{
	cleanup_dir DIR *dir = registry_list(rooms_dfd, why);
	char key[REGISTRY_KEY_MAX];
	int r = dir ? 1 : -errno;

	while (r == 1 && (r = registry_next(dir, uid, key, why)) == 1) {
		const struct room_spec *spec = spec_of(policy, key);
		struct limits other;

		if (!spec || strcmp(key, but) == 0 || !rooms_are_limited(spec))
			continue;
		r = limits_of(spec, &other, why);
		if (r == 0)
			r = limits_tighten(limits, &other, why);
		if (r == 0)
			r = 1;
	}
	return r;
}

void settle_print(const struct room_spec *spec, char buf[SETTLE_TEXT])
{
	*buf = '\0';
	if (spec && rooms_are_limited(spec))
		snprintf(buf, SETTLE_TEXT, "%016" PRIx64, rooms_limits_hash(spec));
}

static int write_hash(int room_dfd, const char *text, struct why *why)
{
	int r = *text ? fd_replace_file(room_dfd, REGISTRY_LIMITS, text, strlen(text)) :
		unlinkat(room_dfd, REGISTRY_LIMITS, 0) < 0 && errno != ENOENT ? -errno :
										0;

	return r < 0 ? why_set(why, -r, step, "cannot write which limits hold") : 0;
}

/* Sets what is wanted for the room of that key, or (empty) for none but the user's other rooms. */
static int settle(const struct settle_request *request, int64_t deadline, struct why *why)
{
	const struct cgroup_driver *driver = cgroup_driver();
	const struct cgroup_room room = { request->key, request->uid };
	bool want = request->spec && rooms_are_limited(request->spec);
	cleanup_fd int lock_fd =
		driver->by_user ? lock_limits(request->uid, want, deadline, why) : -1;
	struct limits limits;
	int r = 0;

	if (driver->by_user && lock_fd < 0)
		return lock_fd == -ENOENT && !want ? 0 : lock_fd;
	limits_clear(&limits);
	if (want)
		r = limits_of(request->spec, &limits, why);
	if (r == 0 && driver->by_user)
		r = tighten_by_others(request->policy, request->rooms_dfd, request->uid,
			request->key, &limits, why);
	return r < 0 ? r : driver->limit(&room, &limits, deadline, why);
}

/*
 * What a slice of the group's holds, each of its members can leave: systemd moves a user's process
 * into any unit of the user's, at a word of the user's.
 */
int settle_check(const struct cgroup_driver *driver, const struct room_spec *spec, bool shared,
	struct why *why)
{
	if (!shared || !driver->by_user || !spec || !rooms_are_limited(spec))
		return 0;
	return why_set(why, ENOTSUP, step,
		"a room that a group shares has no limits where systemd runs: each member could "
		"leave them");
}

/* A slice's properties hold for it whenever it comes; a group of our own that somebody removed is
 * to be made again. */
static bool still_hold(const struct settle_request *request)
{
	const struct cgroup_room room = { request->key, request->uid };
	cleanup_fd int dfd = -1;

	if (cgroup_driver()->by_user || !request->spec || !rooms_are_limited(request->spec))
		return true;
	dfd = cgroup_open(&room);
	return dfd >= 0;
}

int settle_room(const struct settle_request *request, bool anew, int64_t deadline, struct why *why)
{
	char want[SETTLE_TEXT], have[SETTLE_TEXT] = "";
	ssize_t len = fd_read_small(request->room_dfd, REGISTRY_LIMITS, have, sizeof have);
	bool shared = registry_is_group(request->key);
	int r = settle_check(cgroup_driver(), request->spec, shared, why);

	/* What is left to do for a group's room there would be done to a user: root. */
	if (r < 0 || (shared && cgroup_driver()->by_user))
		return r;
	if (len < 0 && len != -ENOENT)
		return why_set(why, (int)-len, step, "cannot read which limits hold");
	settle_print(request->spec, want);
	if (!anew && strcmp(have, want) == 0 && still_hold(request))
		return 0;
	r = settle(request, deadline, why);
	return r < 0 || strcmp(have, want) == 0 ? r : write_hash(request->room_dfd, want, why);
}

int settle_user(
	const struct policy *policy, int rooms_dfd, uid_t uid, int64_t deadline, struct why *why)
{
	const struct settle_request request = { policy, NULL, "", uid, rooms_dfd, -1 };

	return cgroup_driver()->by_user ? settle(&request, deadline, why) : 0;
}
