/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a user manager is to start in (see promise.h). The promise is a file in the room's own
 * directory, so it goes when the room goes.
 */
#include "helper/promise.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define PROMISE_PATH_MAX (REGISTRY_KEY_MAX + 1 + REGISTRY_MEMBER_MAX)

static const char step[] = "promise room";

/* In a room that others share it is one user's. */
static const char *promise_name(const char *key, uid_t uid, char buf[REGISTRY_MEMBER_MAX])
{
	return registry_is_group(key) ? registry_member(REGISTRY_PROMISE, uid, buf) :
					REGISTRY_PROMISE;
}

static int promise_make(int rooms_dfd, uid_t uid, const char *key, struct why *why)
{
	char name[REGISTRY_MEMBER_MAX];
	cleanup_fd int room_dfd = fd_open_beneath(rooms_dfd, key, O_RDONLY | O_DIRECTORY);
	cleanup_fd int fd = -1;

	if (room_dfd < 0)
		return why_set(why, -room_dfd, step, "%s", key);
	fd = openat(room_dfd, promise_name(key, uid, name),
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? why_set(why, errno, step, "%s", key) : 0;
}

static void promise_path(char path[PROMISE_PATH_MAX], const char *key, uid_t uid)
{
	char name[REGISTRY_MEMBER_MAX];

	snprintf(path, PROMISE_PATH_MAX, "%s/%s", key, promise_name(key, uid, name));
}

/* Those to the user's manager by other rooms. */
static int promise_withdraw(int rooms_dfd, uid_t uid, const char *but, struct why *why)
{
	cleanup_dir DIR *dir = registry_list(rooms_dfd, why);
	char key[REGISTRY_KEY_MAX], path[PROMISE_PATH_MAX];
	int r = dir ? 0 : -errno;

	while (r == 0 && (r = registry_next_shared(dir, uid, key, why)) == 1) {
		promise_path(path, key, uid);
		r = 0;
		if (but && strcmp(key, but) == 0)
			continue;
		if (unlinkat(rooms_dfd, path, 0) < 0 && errno != ENOENT)
			r = why_set(why, errno, step, "%s", path);
	}
	return r;
}

int promise_write(uid_t uid, const char *key, struct why *why)
{
	cleanup_fd int rooms_dfd = registry_open(key != NULL, why);
	int r = rooms_dfd < 0 ? rooms_dfd : 0;

	if (r == -ENOENT && !key)
		return 0;
	/* Made before the others go: in between there are two, which promise_read() refuses. */
	if (r == 0 && key)
		r = promise_make(rooms_dfd, uid, key, why);
	return r < 0 ? r : promise_withdraw(rooms_dfd, uid, key, why);
}

int promise_read(uid_t uid, char ret[REGISTRY_KEY_MAX], struct why *why)
{
	cleanup_fd int rooms_dfd = registry_open(0, why);
	cleanup_dir DIR *dir = NULL;
	char key[REGISTRY_KEY_MAX], path[PROMISE_PATH_MAX];
	int n = 0, r;

	if (rooms_dfd < 0)
		return rooms_dfd == -ENOENT ? 0 : rooms_dfd;
	dir = registry_list(rooms_dfd, why);
	if (!dir)
		return -errno;
	while ((r = registry_next_shared(dir, uid, key, why)) == 1) {
		promise_path(path, key, uid);
		if (faccessat(rooms_dfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
			memcpy(ret, key, REGISTRY_KEY_MAX);
			n++;
		} else if (errno != ENOENT) {
			return why_set(why, errno, step, "%s", path);
		}
	}
	if (n > 1)
		return why_set(why, EBUSY, step, "two rooms promise a manager to uid %u", uid);
	return r < 0 ? r : n;
}
