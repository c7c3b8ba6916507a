/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A machine's files below one directory (see tree.h). RESOLVE_IN_ROOT makes absolute links count
 * from the tree's root, so that a tree laid out for another machine is read as that machine would.
 */
#include "roomctl/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/why.h"

#define TREE_LOCK_MS 10000

static int tree_open_at(const struct tree *tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = sys_openat2(tree->dfd, path, &how);

	return fd < 0 ? -errno : fd;
}

int tree_open(const char *root, struct tree *ret, struct why *why)
{
	int fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return why_set(why, errno, "open tree", "%s", root ? root : "/");
	*ret = (struct tree){ .dfd = fd, .lock_fd = -1, .host = !root };
	return 0;
}

void tree_close(struct tree *tree)
{
	fd_closep(&tree->dfd);
	fd_closep(&tree->lock_fd);
}

int tree_lock(struct tree *tree, struct why *why)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int64_t deadline = deadline_in(TREE_LOCK_MS);
	int fd = tree_open_dir(tree, "etc/pam.d");

	if (fd < 0)
		return why_set(why, -fd, "lock", "/etc/pam.d");
	tree->lock_fd = fd;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return why_set(why, errno, "lock", "/etc/pam.d");
		if (deadline_left(deadline) == 0)
			return why_set(why, ETIMEDOUT, "lock", "another roomctl is at work");
		nanosleep(&pause, NULL);
	}
	return 0;
}

int tree_open_dir(const struct tree *tree, const char *path)
{
	return tree_open_at(tree, path, O_RDONLY | O_DIRECTORY);
}

bool tree_has(const struct tree *tree, const char *path)
{
	cleanup_fd int fd = tree_open_at(tree, path, O_PATH);

	return fd >= 0;
}

static int tree_take(int fd, const char *path, char **ret, struct stat *ret_st, struct why *why)
{
	cleanup_free char *text = NULL;
	struct stat st;
	size_t len = 0;
	int r;

	if (fstat(fd, &st) < 0)
		return why_set(why, errno, "read file", "/%s", path);
	if (!S_ISREG(st.st_mode))
		return why_set(why, 0, "read file", "/%s is not a regular file", path);
	r = fd_read_all(fd, TREE_FILE_MAX, &text, &len);
	if (r < 0)
		return why_set(why, -r, "read file", "/%s", path);
	if (strlen(text) != len)
		return why_set(why, 0, "read file", "/%s has a NUL byte in it", path);
	if (ret_st)
		*ret_st = st;
	*ret = take_ptr(text);
	return 0;
}

int tree_read(
	const struct tree *tree, const char *path, char **ret, struct stat *ret_st, struct why *why)
{
	cleanup_fd int fd = tree_open_at(tree, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return why_set(why, -fd, "read file", "/%s", path);
	return tree_take(fd, path, ret, ret_st, why);
}

int tree_read_own(
	const struct tree *tree, const char *path, char **ret, struct stat *ret_st, struct why *why)
{
	cleanup_fd int fd = tree_open_at(tree, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);

	if (fd == -ELOOP)
		return why_set(why, ELOOP, "read file",
			"/%s is a symbolic link, and only a file of its own is changed", path);
	if (fd < 0)
		return why_set(why, -fd, "read file", "/%s", path);
	return tree_take(fd, path, ret, ret_st, why);
}

int tree_open_parent(const struct tree *tree, const char *path, bool make, const char **ret_name,
	struct why *why)
{
	const char *slash = strrchr(path, '/');
	cleanup_fd int above_dfd = -1;
	char dir[256];
	const char *name = "";
	int fd;

	if (!slash || (size_t)(slash - path) >= sizeof dir)
		return why_set(why, ENAMETOOLONG, "open directory", "of /%s", path);
	snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
	*ret_name = slash + 1;
	fd = tree_open_dir(tree, dir);
	if (fd == -ENOENT && make) {
		above_dfd = tree_open_parent(tree, dir, false, &name, why);
		if (above_dfd < 0)
			return above_dfd;
		if (mkdirat(above_dfd, name, 0755) < 0)
			return why_set(why, errno, "make directory", "/%s", dir);
		fd = tree_open_dir(tree, dir);
	}
	return fd < 0 ? why_set(why, -fd, "open directory", "/%s", dir) : fd;
}
