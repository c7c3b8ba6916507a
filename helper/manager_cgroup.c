/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a user manager needs of its control group (see manager_cgroup.h). Only the unified hierarchy
 * has a delegated group that its owner may divide further; elsewhere there is nothing to do.
 *
 * The slice is laid anew whenever a manager starts and not when the room is made: systemd removes
 * the slice after a user's last process and makes another one, while the room may live on.
 */
#include "helper/manager_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define SETTLE_PASSES 20

static const char step[] = "user manager's control group";

static void slice_path(char path[64], uid_t uid)
{
	snprintf(path, 64, CGROUP_ROOT "/user.slice/user-%u.slice", uid);
}

/* user@UID.service's directory when this process stands right in it, or -ENOENT. */
static int service_open(uid_t uid)
{
	cleanup_fd int root_dfd = open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int self_dfd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char text[4096], want[128];
	struct statfs fs;
	const char *group;

	if (root_dfd < 0 || self_dfd < 0)
		return -errno;
	if (fstatfs(root_dfd, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOENT;
	if (fd_read_small(self_dfd, "cgroup", text, sizeof text) < 0)
		return -EIO;
	snprintf(want, sizeof want, "/user.slice/user-%u.slice/user@%u.service\n", uid, uid);
	group = strncmp(text, "0::", 3) == 0 ? text + 3 : "";
	if (strcmp(group, want) != 0)
		return -ENOENT;
	want[strlen(want) - 1] = '\0';
	return fd_open_beneath(root_dfd, want + 1, O_RDONLY | O_DIRECTORY);
}

/* Moves every process of one group into another. 1 when there was one, 0 when there was none. */
static int move_all(int from_dfd, int to_fd)
{
	char text[16384], *rest = text, *line;
	ssize_t len = fd_read_small(from_dfd, "cgroup.procs", text, sizeof text);
	int n = 0;

	if (len < 0)
		return (int)len;
	while ((line = strsep(&rest, "\n")) && rest) {
		n++;
		/* It may have ended since. */
		if (write(to_fd, line, strlen(line)) < 0 && errno != ESRCH)
			return -errno;
	}
	return n > 0;
}

static int settle(int service_dfd)
{
	cleanup_fd int scope_dfd = -1;
	cleanup_fd int procs_fd = -1;
	int r = 1;

	if (mkdirat(service_dfd, "init.scope", 0755) < 0 && errno != EEXIST)
		return -errno;
	scope_dfd = fd_open_beneath(service_dfd, "init.scope", O_RDONLY | O_DIRECTORY);
	if (scope_dfd < 0)
		return scope_dfd;
	procs_fd = fd_open_beneath(scope_dfd, "cgroup.procs", O_WRONLY);
	if (procs_fd < 0)
		return procs_fd;
	/* More may be started while some are moved. */
	for (int pass = 0; pass < SETTLE_PASSES && r == 1; pass++)
		r = move_all(service_dfd, procs_fd);
	return r == 1 ? -EBUSY : r;
}

int manager_cgroup_settle(uid_t uid, gid_t gid, struct why *why)
{
	cleanup_fd int service_dfd = service_open(uid);
	mode_t mask;
	int r;

	if (service_dfd < 0)
		return service_dfd == -ENOENT ? 0 :
						why_set(why, -service_dfd, step, "cannot open it");
	if (setegid(gid) < 0 || seteuid(uid) < 0)
		return why_set(why, errno, step, "cannot act as the user");
	mask = umask(022);
	r = settle(service_dfd);
	umask(mask);
	/* Root again, or nothing that follows could be trusted. */
	if (seteuid(0) < 0 || setegid(0) < 0)
		abort();
	return r < 0 ? why_set(why, -r, step, "cannot move its processes to init.scope") : 0;
}

int manager_cgroup_take(uid_t uid, struct why *why)
{
	struct statfs fs;
	char path[64];
	int fd;

	if (statfs(CGROUP_ROOT, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOENT;
	slice_path(path, uid);
	fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : why_set(why, errno, step, "%s", path);
	return fd;
}

/* Whether the slice that is seen at path is tree_fd's, and writable. */
static bool is_laid(int tree_fd, int place_fd)
{
	struct stat theirs, ours;
	struct statvfs vfs;

	return fstat(tree_fd, &theirs) == 0 && fstat(place_fd, &ours) == 0 &&
		theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev &&
		fstatvfs(place_fd, &vfs) == 0 && !(vfs.f_flag & ST_RDONLY);
}

int manager_cgroup_lay(int tree_fd, uid_t uid, struct why *why)
{
	cleanup_fd int place_fd = -1;
	char path[64];

	slice_path(path, uid);
	/* EINVAL: nothing of ours lies there (umount(2)). What does is of an earlier slice. */
	place_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place_fd >= 0 && is_laid(tree_fd, place_fd))
		return 0;
	fd_closep(&place_fd);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
		return why_set(why, errno, step, "cannot take away what lies over %s", path);
	place_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place_fd < 0 ||
		move_mount(tree_fd, "", place_fd, "",
			MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return why_set(why, errno, step, "cannot lay %s", path);
	return 0;
}
