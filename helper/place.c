/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Opens places for mounts (see place.h). Most paths have no link in them, and one openat2(2) tells;
 * only the others are walked step by step.
 */
#include "helper/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/sys.h"

#define PLACE_LINKS_MAX 40 /* as the kernel, path_resolution(7) */

static bool is_roots_alone(const struct stat *st)
{
	return st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int open_plain(const char *path, unsigned int flags)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags,
		.resolve = RESOLVE_NO_SYMLINKS };
	int fd = sys_openat2(AT_FDCWD, path, &how);

	return fd < 0 ? -errno : fd;
}

/* The link at fd, in the directory dfd, followed by rest, becomes the new rest. */
static int expand(int dfd, int fd, char rest[PATH_MAX])
{
	char text[PATH_MAX];
	struct stat above, link;
	ssize_t len;

	if (fstat(dfd, &above) < 0 || fstat(fd, &link) < 0)
		return -errno;
	if (!is_roots_alone(&above) || link.st_uid != 0)
		return -ELOOP;
	len = readlinkat(fd, "", text, sizeof text - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	if ((size_t)len + strlen(rest) + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(rest + len + 1, rest, strlen(rest) + 1);
	memcpy(rest, text, (size_t)len);
	rest[len] = '/';
	return text[0] == '/';
}

static int walk(const char *path)
{
	char rest[PATH_MAX], name[NAME_MAX + 1];
	cleanup_fd int dfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (strlen(path) >= sizeof rest)
		return -ENAMETOOLONG;
	strcpy(rest, path);
	for (int links = 0; dfd >= 0;) {
		size_t skip = strspn(rest, "/"), len = strcspn(rest + skip, "/");
		cleanup_fd int fd = -1;
		struct stat st;
		int r;

		if (len == 0)
			return take_fd(&dfd);
		if (len >= sizeof name)
			return -ENAMETOOLONG;
		memcpy(name, rest + skip, len);
		name[len] = '\0';
		memmove(rest, rest + skip + len, strlen(rest + skip + len) + 1);
		fd = openat(dfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0)
			return -errno;
		if (!S_ISLNK(st.st_mode)) {
			fd_closep(&dfd);
			dfd = take_fd(&fd);
			continue;
		}
		r = ++links > PLACE_LINKS_MAX ? -ELOOP : expand(dfd, fd, rest);
		if (r < 0)
			return r;
		if (r == 1) {
			fd_closep(&dfd);
			dfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		}
	}
	return -errno;
}

int place_open(const char *path)
{
	int fd = open_plain(path, 0);

	return fd == -ELOOP ? walk(path) : fd;
}

/* Nobody but root can have put a link anywhere on the way. */
static bool is_roots_way(const char *path)
{
	char above[PATH_MAX];
	struct stat st;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof above, "%.*s/", (int)(slash - path), path);
		if (stat(above, &st) < 0 || !is_roots_alone(&st))
			return false;
	}
	return true;
}

static int open_owned(const char *path, uid_t uid)
{
	cleanup_fd int fd = open_plain(path, O_DIRECTORY);
	struct stat st;

	if (fd != -ELOOP)
		return take_fd(&fd);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid == uid || (st.st_uid == 0 && is_roots_way(path)))
		return take_fd(&fd);
	return -EPERM;
}

/* With the user's file system ids. The kernel tells of success only by being asked again. */
static int open_as(const char *path, uid_t uid, gid_t gid)
{
	int fd = -EPERM;

	setfsgid(gid);
	setfsuid(uid);
	if ((uid_t)setfsuid((uid_t)-1) == uid && (gid_t)setfsgid((gid_t)-1) == gid)
		fd = open_owned(path, uid);
	setfsuid(0);
	setfsgid(0);
	/* Nothing may go on with half of somebody's ids. */
	if (setfsuid((uid_t)-1) != 0 || setfsgid((gid_t)-1) != 0)
		_exit(111);
	return fd;
}

int place_open_home(const char *path, uid_t uid, gid_t gid)
{
	int fd = open_owned(path, uid);

	return fd == -EACCES ? open_as(path, uid, gid) : fd;
}
