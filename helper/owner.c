/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whose a living room is (see owner.h).
 */
#include "helper/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "helper/place.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

/* A home as it is written beside the room: "MAJOR:MINOR/INODE@SECONDS.NANOSECONDS", without the
 * last part where the file system does not say when a directory was made. */
struct home {
	bool known, has_birth;
	unsigned int major, minor;
	uint64_t ino;
	int64_t sec;
	uint32_t nsec;
};

static struct home home_of(int fd)
{
	struct home home = { 0 };
	struct statx stx;

	if (fd < 0 ||
		statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
			STATX_INO | STATX_BTIME, &stx) < 0)
		return home;
	home = (struct home){ .known = true,
		.has_birth = stx.stx_mask & STATX_BTIME,
		.major = stx.stx_dev_major,
		.minor = stx.stx_dev_minor,
		.ino = stx.stx_ino };
	if (home.has_birth) {
		home.sec = stx.stx_btime.tv_sec;
		home.nsec = stx.stx_btime.tv_nsec;
	}
	return home;
}

static struct home home_read(const char *text)
{
	struct home home = { 0 };
	int n = sscanf(text, "%u:%u/%" SCNu64 "@%" SCNd64 ".%" SCNu32, &home.major, &home.minor,
		&home.ino, &home.sec, &home.nsec);

	home.known = n >= 3;
	home.has_birth = n == 5;
	return home;
}

static bool is_same_device(const struct home *a, const struct home *b)
{
	return a->major == b->major && a->minor == b->minor;
}

/*
 * A room that has its user's home holds its inode and its file system, so that neither number is
 * given out again while it lives; for others the time tells. Where the device is another one,
 * something was mounted, or is not any more.
 */
static int home_compare(const struct home *was, const struct home *now)
{
	bool same_device = is_same_device(was, now);

	if (!was->known || !now->known || was->has_birth != now->has_birth)
		return OWNER_UNSURE;
	if (was->ino == now->ino && was->sec == now->sec && was->nsec == now->nsec &&
		(was->has_birth || same_device))
		return OWNER_SAME;
	return same_device ? OWNER_OTHER : OWNER_UNSURE;
}

const char *owner_print(const struct owner *owner, char buf[OWNER_TEXT_MAX])
{
	cleanup_fd int fd = place_open_home(owner->home, owner->uid, owner->gid);
	const struct home home = home_of(fd);
	int len;

	if (!home.known) {
		snprintf(buf, OWNER_TEXT_MAX, "-");
		return buf;
	}
	len = snprintf(buf, OWNER_TEXT_MAX, "%u:%u/%" PRIu64, home.major, home.minor, home.ino);
	if (home.has_birth)
		snprintf(buf + len, OWNER_TEXT_MAX - (size_t)len, "@%" PRId64 ".%09" PRIu32,
			home.sec, home.nsec);
	return buf;
}

/* Whether that home still lies at path, below what is mounted there or above it since: a copy of a
 * mount has nothing on it (open_tree(2), without AT_RECURSIVE). */
static bool lies_beneath(const char *path, const struct home *was)
{
	char above[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash && slash[1];
		slash = strchr(slash + 1, '/')) {
		cleanup_fd int place_fd = -1;
		cleanup_fd int tree_fd = -1;
		cleanup_fd int fd = -1;
		struct home home;

		snprintf(above, sizeof above, "%.*s/", (int)(slash - path), path);
		place_fd = place_open(above);
		if (place_fd < 0)
			return false;
		tree_fd = open_tree(
			place_fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		fd = tree_fd < 0 ? -1 : fd_open_beneath(tree_fd, slash + 1, O_PATH);
		home = home_of(fd);
		if (home_compare(was, &home) == OWNER_SAME)
			return true;
	}
	return false;
}

/* The value of a state file's line "name=value" into buf, empty when it is not there. */
static const char *state_value(const char *state, const char *name, char *buf, size_t size)
{
	char start[32];
	const char *at;
	int len = snprintf(start, sizeof start, "\n%s=", name);

	at = strstr(state, start);
	at = at ? at + len : "";
	snprintf(buf, size, "%.*s", (int)strcspn(at, "\n"), at);
	return buf;
}

/* By the file: a directory that is down must not end rooms. */
static int name_of(const char *name, uid_t uid)
{
	cleanup_file FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *passwd;

	if (!file)
		return OWNER_UNSURE;
	while ((passwd = fgetpwent(file)))
		if (strcmp(passwd->pw_name, name) == 0)
			return passwd->pw_uid == uid ? OWNER_SAME : OWNER_OTHER;
	return OWNER_OTHER;
}

int owner_of(const struct owner *owner, const char *state)
{
	char text[OWNER_TEXT_MAX], name[256], user[256];
	struct home was = home_read(state_value(state, "home", text, sizeof text));
	cleanup_fd int fd = place_open_home(owner->home, owner->uid, owner->gid);
	struct home now = home_of(fd);
	int r = home_compare(&was, &now);

	if (r == OWNER_SAME || (was.known && lies_beneath(owner->home, &was)))
		return OWNER_SAME;
	/* As it was written there. */
	snprintf(user, sizeof user, "%s", owner->user);
	text_tame(user);
	if (strcmp(state_value(state, "user", name, sizeof name), user) != 0)
		return name_of(name, owner->uid);
	/* An account that had no home has nothing but its name. */
	return was.known ? r : OWNER_SAME;
}

int owner_check(int room_dfd, const struct owner *owner, struct why *why)
{
	char state[1024];
	ssize_t len = fd_read_small(room_dfd, REGISTRY_STATE, state, sizeof state);
	int r = len < 0 ? (int)len : owner_of(owner, state);

	if (r < 0)
		return why_set(why, -r, "enter room", "cannot read whose it is");
	if (r == OWNER_UNSURE)
		return why_set(why, 0, "enter room",
			"it was made with another home, so that nobody can tell whether it is this "
			"account's; roomctl kill ends it");
	return r;
}
