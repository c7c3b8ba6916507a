/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Small things done to file descriptors (see fd.h).
 */
#include "lib/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/why.h"

static int fd_open_resolved(int dfd, const char *name, int flags, unsigned int resolve)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | resolve,
	};
	int fd;

	if (flags & O_PATH)
		how.flags = (unsigned int)flags | O_CLOEXEC;
	fd = sys_openat2(dfd, name, &how);
	return fd < 0 ? -errno : fd;
}

int fd_open_beneath(int dfd, const char *name, int flags)
{
	return fd_open_resolved(dfd, name, flags, 0);
}

int fd_open_on_mount(int dfd, const char *name, int flags)
{
	return fd_open_resolved(dfd, name, flags, RESOLVE_NO_XDEV);
}

int fd_make_dir(int dfd, const char *name, mode_t mode)
{
	bool made = mkdirat(dfd, name, 0700) == 0;
	cleanup_fd int fd = -1;

	if (!made && errno != EEXIST)
		return -errno;
	fd = fd_open_beneath(dfd, name, O_RDONLY | O_DIRECTORY);
	if (fd >= 0 && made && fchmod(fd, mode) < 0)
		return -errno;
	return take_fd(&fd);
}

int fd_check_root_owned(int fd, mode_t type, const char *what, struct why *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return why_set(why, errno, "check owner", "cannot stat %s", what);
	if ((st.st_mode & S_IFMT) != type)
		return why_set(why, EINVAL, "check owner", "%s is not a %s", what,
			type == S_IFDIR ? "directory" : "regular file");
	if (st.st_uid != 0)
		return why_set(why, EPERM, "check owner", "%s is owned by uid %u, not by root",
			what, st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return why_set(why, EPERM, "check owner", "%s is writable by %s", what,
			st.st_mode & S_IWOTH ? "everybody" : "its group");
	return 0;
}

int fd_open_trusted_dir(const char *path, struct why *why)
{
	cleanup_fd int dfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *at = path;
	int r = dfd < 0 ? why_set(why, errno, "open directory", "/") :
			  fd_check_root_owned(dfd, S_IFDIR, "/", why);

	if (r == 0 && path[0] != '/')
		r = why_set(why, EINVAL, "open directory", "%s is not absolute", path);
	while (r == 0 && *(at += strspn(at, "/"))) {
		char part[NAME_MAX + 1];
		size_t len = strcspn(at, "/");
		int fd;

		if (len >= sizeof part)
			return why_set(why, ENAMETOOLONG, "open directory", "%s", path);
		memcpy(part, at, len);
		part[len] = '\0';
		at += len;
		fd = openat(dfd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return why_set(why, errno, "open directory", "%s", path);
		fd_closep(&dfd);
		dfd = fd;
		r = fd_check_root_owned(dfd, S_IFDIR, *at ? part : path, why);
	}
	return r < 0 ? r : take_fd(&dfd);
}

int fd_read_all(int fd, size_t max, char **ret, size_t *ret_len)
{
	cleanup_free char *buf = NULL;
	size_t len = 0, size = 0;

	for (;;) {
		ssize_t n;

		if (size - len < 2) {
			size_t bigger = size ? size * 2 : 16384;
			char *grown = realloc(buf, bigger);

			if (!grown)
				return -ENOMEM;
			buf = grown;
			size = bigger;
		}
		n = read(fd, buf + len, size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	buf[len] = '\0';
	*ret_len = len;
	*ret = take_ptr(buf);
	return 0;
}

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int fd_replace_file(int dfd, const char *name, const void *data, size_t len)
{
	cleanup_fd int fd = -1;
	char temp[64];
	int r;

	if (snprintf(temp, sizeof temp, ".%s.new", name) >= (int)sizeof temp)
		return -ENAMETOOLONG;
	if (unlinkat(dfd, temp, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, data, len);
	if (r == 0 && renameat(dfd, temp, dfd, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dfd, temp, 0);
	return r;
}

ssize_t fd_read_small(int dfd, const char *name, char *buf, size_t size)
{
	cleanup_fd int fd = openat(dfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;

	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}
