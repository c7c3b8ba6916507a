/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Makes and joins a room with system calls only (see floor.h).
 */
#include "tests/bench/floor.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/sys.h"

/* Where the room's own store is while the view is laid, as in a room. */
#define STORE ROOM_RUNDIR

static bool confine(const struct plan *plan)
{
	struct sock_fprog program = { .len = (unsigned short)plan->n_insns,
		.filter = (struct sock_filter *)(uintptr_t)plan->insns };

	for (unsigned int cap = 0; cap <= SYS_CAP_LEAST; cap++)
		if (!(plan->bounding >> cap & 1) && prctl(PR_CAPBSET_DROP, cap) < 0)
			return false;
	if (plan->securebits && prctl(PR_SET_SECUREBITS, plan->securebits) < 0)
		return false;
	if (plan->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool floor_join(const struct floor *floor)
{
	return setns(floor->pidfd, plan_ns_flags(&floor->plan)) == 0 && confine(&floor->plan);
}

static bool set_attrs(int fd, const char *path, uint64_t attrs)
{
	struct mount_attr attr = { .attr_set = attrs, .propagation = MS_PRIVATE };

	return mount_setattr(fd, path, AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == 0;
}

static bool take(struct floor_mount *mount)
{
	mount->fd = open_tree(AT_FDCWD, mount->source,
		AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	return mount->fd >= 0 && set_attrs(mount->fd, "", mount->attrs);
}

/* MOUNT_ATTR_* of a new file system as mount(2) wants them. */
static unsigned long flags_of(uint64_t attrs)
{
	return (attrs & MOUNT_ATTR_RDONLY ? MS_RDONLY : 0UL) |
		(attrs & MOUNT_ATTR_NOSUID ? MS_NOSUID : 0UL) |
		(attrs & MOUNT_ATTR_NODEV ? MS_NODEV : 0UL) |
		(attrs & MOUNT_ATTR_NOEXEC ? MS_NOEXEC : 0UL);
}

static bool put(struct floor_mount *at)
{
	if (at->fresh)
		return mount(at->source, at->path, at->source, flags_of(at->attrs),
			       strcmp(at->source, "devpts") == 0 ? "newinstance,ptmxmode=0666" :
								   NULL) == 0;
	if (!at->early && !take(at))
		return false;
	return move_mount(at->fd, "", AT_FDCWD, at->path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

static bool make_node(const struct floor_node *node)
{
	if (S_ISDIR(node->mode))
		return mkdir(node->path, node->mode & 07777) == 0 || errno == EEXIST;
	if (S_ISLNK(node->mode))
		return symlink("/", node->path) == 0;
	return mknod(node->path, S_ISCHR(node->mode) ? node->mode : S_IFREG | 0600, node->dev) == 0;
}

static bool complain(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	return false;
}

static bool lay_view(struct floor *floor)
{
	if (!set_attrs(AT_FDCWD, "/", floor->attrs))
		return complain("/");
	if (mount("tmpfs", STORE, "tmpfs", MS_NOSUID, "mode=0755") < 0)
		return complain(STORE);
	for (size_t i = 0; i < floor->n_nodes; i++)
		if (!make_node(&floor->nodes[i]))
			return complain(floor->nodes[i].path);
	for (size_t i = 0; i < floor->n; i++)
		if (floor->mounts[i].early && !take(&floor->mounts[i]))
			return complain(floor->mounts[i].source);
	for (size_t i = 0; i < floor->n_gone; i++)
		umount2(floor->gone[i], MNT_DETACH);
	if (umount2(STORE, MNT_DETACH) < 0)
		return complain(STORE);
	for (size_t i = 0; i < floor->n; i++)
		if (!put(&floor->mounts[i]))
			return complain(floor->mounts[i].path);
	return true;
}

static bool raise_loopback(void)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

/* Process 1 of the room: a byte says that the view is laid. */
static __attribute__((noreturn)) void wait_inside(struct floor *floor, int report_fd)
{
	bool done = lay_view(floor) &&
		(!(plan_ns_flags(&floor->plan) & CLONE_NEWNET) || raise_loopback());

	if (!done || write(report_fd, "", 1) != 1)
		_exit(1);
	close(report_fd);
	for (;;)
		pause();
}

bool floor_create(struct floor *floor, pid_t *ret_pid)
{
	int pidfd = -1, report[2];
	struct clone_args args = { .flags = CLONE_PIDFD | (uint64_t)plan_ns_flags(&floor->plan),
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD };
	char byte;

	if (pipe2(report, O_CLOEXEC) < 0)
		return false;
	*ret_pid = sys_clone3(&args);
	if (*ret_pid == 0)
		wait_inside(floor, report[1]);
	close(report[1]);
	if (*ret_pid < 0 || read(report[0], &byte, 1) != 1)
		return false;
	floor->pidfd = pidfd;
	return floor_join(floor);
}
