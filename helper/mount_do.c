/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Carries out mount steps (see mount_do.h), each with the calls of the new mount API:
 *
 *   MOUNT_TAKE     open, open_tree(CLONE), mount_setattr
 *   MOUNT_PUT      open, move_mount
 *   MOUNT_TMPFS    fsopen, fsconfig, fsmount, open, move_mount
 *   MOUNT_PROC, MOUNT_SYSFS, MOUNT_MQUEUE, MOUNT_DEVPTS   the same
 *   MOUNT_MASK     open, open_tree(CLONE) of nothing, move_mount
 *   MOUNT_PRIVATE, MOUNT_SET   mount_setattr
 *   MOUNT_DETACH   umount2
 *
 * Attributes are set before a mount is attached, so there is no moment without them. Options never
 * contain a path.
 */
#include "helper/mount_do.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "helper/mount_devices.h"
#include "helper/mount_way.h"
#include "helper/place.h"
#include "helper/view.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

/* Half of the memory, as the kernel's own default is; files without bytes cost memory as well. */
#define TMPFS_SIZE "50%"
#define TMPFS_INODES 1000000u

/* The group tty, the same everywhere: what the host's own terminals have. */
#define DEVPTS_GID "5"

struct mounter {
	int slots[MOUNT_SLOTS];
	int room_pidfd;
	int disk_fd;
};

typedef int mount_step_do(struct mounter *mounter, const struct mount_step *step);

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
	cleanup_fd int fd = place_open(path);

	if (fd < 0)
		return fd;
	return move_mount(tree_fd, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) <
			0 ?
		-errno :
		0;
}

static int do_private(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = place_open(step->path);

	(void)mounter;
	return fd < 0 ? fd : set_attrs(fd, 0, MS_PRIVATE);
}

static int do_take(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = step->owner == MOUNT_ANYBODY ?
		place_open(step->path) :
		place_open_home(step->path, step->owner, step->group);
	cleanup_fd int tree_fd = -1;
	struct stat st;
	int r;

	fd_closep(&mounter->slots[step->slot]);
	if (fd == -ENOENT && step->optional)
		return 0;
	if (fd < 0)
		return fd;
	if (step->file && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
		return -EINVAL;
	tree_fd = open_tree(
		fd, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree_fd < 0)
		return -errno;
	/* A copy that stayed a peer of the host's mount would hand on what is laid over it. */
	r = set_attrs(tree_fd, step->attrs, step->slave ? MS_SLAVE : MS_PRIVATE);
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

/* A new mount of a file system that needs no source. */
struct mount_option {
	const char *name, *value;
};

static int mount_new(
	const char *type, const struct mount_option *options, const struct mount_step *step)
{
	cleanup_fd int fs_fd = fsopen(type, FSOPEN_CLOEXEC);
	cleanup_fd int fd = -1;

	if (fs_fd < 0)
		return -errno;
	if (fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", MOUNT_OWN_SOURCE, 0) < 0)
		return -errno;
	for (; options && options->name; options++)
		if (fsconfig(fs_fd, options->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			    options->name, options->value, 0) < 0)
			return -errno;
	if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, (unsigned int)step->attrs);
	return fd < 0 ? -errno : attach(fd, step->path);
}

static int do_set(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = place_open(step->path);

	(void)mounter;
	return fd < 0 ? fd : set_attrs(fd, step->attrs, 0);
}

static int do_tmpfs(struct mounter *mounter, const struct mount_step *step)
{
	char size[32] = TMPFS_SIZE, inodes[16];
	const struct mount_option options[] = { { "mode", "0755" }, { "size", size },
		{ "nr_inodes", inodes }, { NULL, NULL } };

	(void)mounter;
	if (step->size > 0)
		snprintf(size, sizeof size, "%" PRIu64, step->size);
	snprintf(inodes, sizeof inodes, "%u", step->inodes > 0 ? step->inodes : TMPFS_INODES);
	return mount_new("tmpfs", options, step);
}

static int do_proc(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_new("proc", NULL, step);
}

static int do_sysfs(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_new("sysfs", NULL, step);
}

static int do_mqueue(struct mounter *mounter, const struct mount_step *step)
{
	int r = mount_new("mqueue", NULL, step);

	(void)mounter;
	return r == -ENOENT && step->optional ? 0 : r;
}

static int do_devpts(struct mounter *mounter, const struct mount_step *step)
{
	char max[16];
	const struct mount_option options[] = { { "newinstance", NULL }, { "ptmxmode", "0666" },
		{ "mode", "0620" }, { "gid", DEVPTS_GID }, { "max", max }, { NULL, NULL } };

	(void)mounter;
	snprintf(max, sizeof max, "%u", (unsigned int)step->number);
	return mount_new("devpts", options, step);
}

static int do_disk(struct mounter *mounter, const struct mount_step *step)
{
	return attach(mounter->disk_fd, step->path);
}

static int do_enter(struct mounter *mounter, const struct mount_step *step)
{
	(void)step;
	return setns(mounter->room_pidfd, CLONE_NEWNS) < 0 ? -errno : 0;
}

static int do_file(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_file(step->path);
}

static int do_dir(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	/* The mode as said, whatever the umask: nobody else can reach this file system yet. */
	return mkdir(step->path, 0700) < 0 || chmod(step->path, step->mode) < 0 ? -errno : 0;
}

static int do_way(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_way(step->text, step->path);
}

static int do_mark(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = open(step->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

	(void)mounter;
	if (fd < 0 || fchmod(fd, 0444) < 0)
		return -errno;
	return fd_write_all(fd, step->text, strlen(step->text));
}

static int do_link(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return symlink(step->text, step->path) < 0 ? -errno : 0;
}

static int do_node(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	if (mknod(step->path, S_IFCHR | step->mode, step->number) < 0)
		return -errno;
	/* The mode as said, whatever the umask. */
	return chmod(step->path, step->mode) < 0 ? -errno : 0;
}

static int do_devices(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_devices(step->path, step->text);
}

static int do_socket(struct mounter *mounter, const struct mount_step *step)
{
	(void)mounter;
	return mount_socket(step->path, step->text);
}

/* The room's empty directory while its store is there; in a living room, a new one. */
static int open_empty(void)
{
	cleanup_fd int fs_fd = -1;
	int fd = open_tree(AT_FDCWD, VIEW_EMPTY_DIR, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fs_fd = fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (fs_fd < 0 || fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", MOUNT_OWN_SOURCE, 0) < 0 ||
		fsconfig(fs_fd, FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 ||
		fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(fs_fd, FSMOUNT_CLOEXEC, (unsigned int)VIEW_OWN);
}

static int do_mask(struct mounter *mounter, const struct mount_step *step)
{
	cleanup_fd int fd = place_open(step->path);
	cleanup_fd int tree_fd = -1;
	struct stat st;
	int r;

	(void)mounter;
	if (fd < 0)
		return fd == -ENOENT && step->optional ? 0 : fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	tree_fd = S_ISDIR(st.st_mode) ?
		open_empty() :
		open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
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
	[MOUNT_SET] = { do_set, "set the mounts below" },
	[MOUNT_TMPFS] = { do_tmpfs, "mount tmpfs at" },
	[MOUNT_PROC] = { do_proc, "mount proc at" },
	[MOUNT_SYSFS] = { do_sysfs, "mount sysfs at" },
	[MOUNT_MQUEUE] = { do_mqueue, "mount mqueue at" },
	[MOUNT_DEVPTS] = { do_devpts, "mount devpts at" },
	[MOUNT_DISK] = { do_disk, "mount the room's disk at" },
	[MOUNT_ENTER] = { do_enter, "enter the mounts of the room for" },
	[MOUNT_FILE] = { do_file, "make file" },
	[MOUNT_DIR] = { do_dir, "make directory" },
	[MOUNT_WAY] = { do_way, "make the way to" },
	[MOUNT_MARK] = { do_mark, "write" },
	[MOUNT_LINK] = { do_link, "make link" },
	[MOUNT_NODE] = { do_node, "make device" },
	[MOUNT_DEVICES] = { do_devices, "bind devices to" },
	[MOUNT_SOCKET] = { do_socket, "bind a socket to" },
	[MOUNT_MASK] = { do_mask, "mask" },
	[MOUNT_DETACH] = { do_detach, "unmount" },
	[MOUNT_DETACH_BELOW] = { do_detach_below, "unmount below" },
};

int mount_do(const struct mount_list *list, int room_pidfd, int disk_fd, struct why *why)
{
	struct mounter mounter = { .room_pidfd = room_pidfd, .disk_fd = disk_fd };
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
