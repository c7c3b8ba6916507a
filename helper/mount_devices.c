/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Devices of the host in a room's /dev (see mount_devices.h). Only root makes names below /dev.
 */
#include "helper/mount_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"

#define DEV "/dev"
#define DEV_LEN (sizeof DEV - 1)

/* The directories that lead to path, below the first skip bytes of it. */
static int make_way(char *path, size_t skip)
{
	for (char *slash = strchr(path + skip + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		*slash = '\0';
		r = mkdir(path, 0700);
		if (r == 0)
			r = chmod(path, 0755);
		else if (errno == EEXIST)
			r = 0;
		*slash = '/';
		if (r < 0)
			return -errno;
	}
	return 0;
}

/* 1 when it was made, 0 when it is there. */
static int make_file(char *path, size_t skip)
{
	int r = make_way(path, skip);

	if (r < 0)
		return r;
	if (mknod(path, S_IFREG | 0600, 0) == 0)
		return 1;
	return errno == EEXIST ? 0 : -errno;
}

int mount_file(const char *path)
{
	char text[PATH_MAX];
	int r;

	if (snprintf(text, sizeof text, "%s", path) >= (int)sizeof text)
		return -ENAMETOOLONG;
	r = make_file(text, DEV_LEN);
	return r < 0 ? r : 0;
}

/* Binds what fd is to name, a path below /dev, below dir. */
static int bind_to(const char *dir, const char *name, int fd)
{
	cleanup_fd int tree_fd = -1;
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof path, "%s%s", dir, name + DEV_LEN) >= (int)sizeof path)
		return -ENAMETOOLONG;
	r = make_file(path, strlen(dir));
	if (r != 1)
		return r;
	tree_fd = open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree_fd < 0)
		return -errno;
	return move_mount(tree_fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

static int bind_device(const char *dir, const char *name)
{
	cleanup_fd int fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	/* It may have been unplugged since it was listed. */
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? bind_to(dir, name, fd) : 0;
}

int mount_devices(const char *dir, const char *pattern)
{
	glob_t found;
	int r = glob(pattern, GLOB_NOSORT, NULL, &found);

	if (r == GLOB_NOMATCH)
		return 0;
	if (r != 0)
		return r == GLOB_NOSPACE ? -ENOMEM : -EIO;
	for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
		if (strncmp(found.gl_pathv[i], DEV "/", DEV_LEN + 1) == 0)
			r = bind_device(dir, found.gl_pathv[i]);
	globfree(&found);
	return r;
}

int mount_socket(const char *dir, const char *path)
{
	cleanup_fd int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char text[PATH_MAX], link[PATH_MAX];
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISSOCK(st.st_mode))
		return bind_to(dir, path, fd);
	if (!S_ISLNK(st.st_mode))
		return 0;
	len = readlinkat(fd, "", text, sizeof text - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	if (snprintf(link, sizeof link, "%s%s", dir, path + DEV_LEN) >= (int)sizeof link)
		return -ENAMETOOLONG;
	return symlink(text, link) < 0 ? -errno : 0;
}
