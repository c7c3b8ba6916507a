/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Directories in a part of the view that is read-only for everybody else (see mount_way.h).
 */
#include "helper/mount_way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "helper/place.h"
#include "lib/clean.h"
#include "lib/fd.h"

/* A copy of the mount at root, writable. */
static int open_writable(const char *root)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };
	cleanup_fd int place_fd = place_open(root);
	cleanup_fd int tree_fd = -1;

	if (place_fd < 0)
		return place_fd;
	tree_fd = open_tree(place_fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree_fd < 0 || mount_setattr(tree_fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return -errno;
	return take_fd(&tree_fd);
}

int mount_way(const char *root, const char *path)
{
	size_t len = strlen(root);
	cleanup_fd int at_fd = -1;
	char rest[PATH_MAX], *next = rest, *name;

	if (strncmp(path, root, len) != 0 || path[len] != '/')
		return -EINVAL;
	if (snprintf(rest, sizeof rest, "%s", path + len + 1) >= (int)sizeof rest)
		return -ENAMETOOLONG;
	at_fd = open_writable(root);
	if (at_fd < 0)
		return at_fd;
	while ((name = strsep(&next, "/"))) {
		int fd = fd_make_dir(at_fd, name, 0755);

		if (fd < 0)
			return fd;
		fd_closep(&at_fd);
		at_fd = fd;
	}
	return 0;
}
