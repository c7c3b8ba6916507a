/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Carries out mount steps (see mount_do.h), each with the calls of the new mount API:
 *
 *   MOUNT_TAKE     open, open_tree(CLONE), mount_setattr
 *   MOUNT_PUT      open, move_mount
 *   MOUNT_TMPFS    fsopen, fsconfig, fsmount, open, move_mount
 *   MOUNT_PROC     the same
 *   MOUNT_MASK     open, open_tree(CLONE) of nothing, move_mount
 *   MOUNT_PRIVATE  mount_setattr
 *   MOUNT_DETACH   umount2
 *
 * Attributes are set before a mount is attached, so there is no moment without them. Options never
 * contain a path.
 */
#include "helper/mount_do.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/why.h"

/* Half of the memory, as the kernel's own default is; files without bytes cost memory as well. */
#define TMPFS_SIZE "50%"
#define TMPFS_INODES "1000000"

struct mounter {
	int slots[MOUNT_SLOTS];
};

typedef int mount_step_do(struct mounter *mounter, const struct mount_step *step);

/* Opens a place to mount at, or to take. Links that root made on the way are followed. */
static int open_place(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Nobody but root can have put a link anywhere on the way. */
static bool is_roots_way(const char *path)
{
	char above[PATH_MAX];
	struct stat st;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof above, "%.*s/", (int)(slash - path), path);
		if (stat(above, &st) < 0 || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
			return false;
	}
	return true;
}

/*
 * A path that its user may have had a hand in: where it leads over a link, what it leads to must be
 * his, or root's if the links are too. Otherwise it would show him what the view hides.
 */
static int open_owned(const char *path, uint32_t owner)
{
	const struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS };
	cleanup_fd int fd = sys_openat2(AT_FDCWD, path, &how);
	struct stat st;

	if (fd >= 0 || errno != ELOOP)
		return fd < 0 ? -errno : take_fd(&fd);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid == owner || (st.st_uid == 0 && is_roots_way(path)))
		return take_fd(&fd);
	return -EPERM;
}

static int set_attrs(int fd, uint64_t attrs, uint64_t propagation)
{
	struct mount_attr attr = { .attr_set = attrs, .propagation = propagation };

	if (attrs == 0 && propagation == 0)
		return 0;
	return mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) < 0 ?
		-errno :
		0;
}

static int attach(int tree_fd, const char *path)
{
	cleanup_fd int fd = open_place(path);

	if (fd < 0)
		return fd;
	return move_mount(tree_fd, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) <
			0 ?
		-errno :
		0;
}

static int do_private(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = open_place(step->path);

	(void)mounter;
	return fd < 0 ? fd : set_attrs(fd, 0, MS_PRIVATE);
}

static int do_take(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = step->owner == MOUNT_ANYBODY ? open_place(step->path) :
							   open_owned(step->path, step->owner);
	cleanup_fd int tree_fd = -1;
	int r;

	fd_closep(&mounter->slots[step->slot]);
	if (fd == -ENOENT && step->optional)
		return 0;
	if (fd < 0)
		return fd;
	tree_fd = open_tree(
		fd, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree_fd < 0)
		return -errno;
	r = set_attrs(tree_fd, step->attrs, step->slave ? MS_SLAVE : 0);
	if (r == 0)
		mounter->slots[step->slot] = take_fd(&tree_fd);
	return r;
}

static int do_put(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int tree_fd = take_fd(&mounter->slots[step->slot]);
	/* An empty slot: its TAKE was optional and found nothing. */
	int r = tree_fd < 0 ? 0 : attach(tree_fd, step->path);

	return r == -ENOENT && step->optional ? 0 : r;
}

/* A new mount of a file system that needs no source; options are pairs of names and values. */
static int mount_new(
	const char *type, const char *const options[][2], const struct mount_step *step)
{
	cleanup_fd int fs_fd = fsopen(type, FSOPEN_CLOEXEC);
	cleanup_fd int fd = -1;

	if (fs_fd < 0)
		return -errno;
	for (size_t i = 0; options[i][0]; i++)
		if (fsconfig(fs_fd, FSCONFIG_SET_STRING, options[i][0], options[i][1], 0) < 0)
			return -errno;
	if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, (unsigned int)step->attrs);
	return fd < 0 ? -errno : attach(fd, step->path);
}

static int do_tmpfs(struct mounter *mounter, const struct mount_step *step)
{
	static const char *const options[][2] = { { "source", "room" }, { "mode", "0755" },
		{ "size", TMPFS_SIZE }, { "nr_inodes", TMPFS_INODES }, { NULL, NULL } };

	(void)mounter;
	return mount_new("tmpfs", options, step);
}

static int do_proc(struct mounter *mounter, const struct mount_step *step)
{
	static const char *const options[][2] = { { "source", "proc" }, { NULL, NULL } };

	(void)mounter;
	return mount_new("proc", options, step);
}

static int do_dir(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	/* The mode as said, whatever the umask: nobody else can reach this file system yet. */
	return mkdir(step->path, 0700) < 0 || chmod(step->path, step->mode) < 0 ? -errno : 0;
}

static int do_mark(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = open(step->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

	(void)mounter;
	if (fd < 0 || fchmod(fd, 0444) < 0)
		return -errno;
	return fd_write_all(fd, step->text, strlen(step->text));
}

static int do_mask(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = open_place(step->path);
	cleanup_fd int tree_fd = -1;
	struct stat st;
	int r;

	(void)mounter;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	tree_fd = open_tree(AT_FDCWD, S_ISDIR(st.st_mode) ? MOUNT_EMPTY_DIR : "/dev/null",
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree_fd < 0)
		return -errno;
	r = set_attrs(tree_fd, MOUNT_ATTR_RDONLY, 0);
	return r < 0 ? r : attach(tree_fd, step->path);
}

static int do_detach(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return umount2(step->path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 ? -errno : 0;
}

static int do_detach_below(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_dir DIR *dir = opendir(step->path);
	struct dirent *entry;

	(void)mounter;
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((errno = 0, entry = readdir(dir))) {
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", step->path, entry->d_name);
		/* EINVAL: nothing is mounted there (umount(2)). */
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL)
			return -errno;
	}
	return -errno;
}

static const struct mount_op_row {
	mount_step_do *run;
	const char *verb;
} mount_ops[MOUNT_N_OPS] = {
	[MOUNT_PRIVATE] = { do_private, "make private" },
	[MOUNT_TAKE] = { do_take, "copy" },
	[MOUNT_PUT] = { do_put, "mount" },
	[MOUNT_TMPFS] = { do_tmpfs, "mount tmpfs at" },
	[MOUNT_PROC] = { do_proc, "mount proc at" },
	[MOUNT_DIR] = { do_dir, "make directory" },
	[MOUNT_MARK] = { do_mark, "write" },
	[MOUNT_MASK] = { do_mask, "mask" },
	[MOUNT_DETACH] = { do_detach, "unmount" },
	[MOUNT_DETACH_BELOW] = { do_detach_below, "unmount below" },
};

int mount_do(const struct mount_list *list, struct why *why)
{
	struct mounter mounter;
	int r = 0;

	for (size_t i = 0; i < MOUNT_SLOTS; i++)
		mounter.slots[i] = -1;
	for (size_t i = 0; i < list->n && r == 0; i++) {
		const struct mount_step *step = &list->steps[i];

		r = mount_ops[step->op].run(&mounter, step);
		if (r < 0)
			why_set(why, -r, "make view", "cannot %s %s", mount_ops[step->op].verb,
				step->path);
	}
	for (size_t i = 0; i < MOUNT_SLOTS; i++)
		fd_closep(&mounter.slots[i]);
	return r;
}
