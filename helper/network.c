/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The helper's part of a private network (see network.h): makes the namespace, starts the warden
 * where the keeper is counted, and finds out whether it still lives.
 */
#include "helper/network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "helper/warden.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/sys.h"
#include "lib/why.h"

/*
 * Whoever has the uid of a user namespace's owner has all capabilities in it (user_namespaces(7)).
 * Root's would give sudo in a room more than the room's bounding set, and nobody's is that of other
 * programs; this one is given to no account and no service.
 */
#define NETWORK_OWNER ((uid_t)4294967293u)
#define NETWORK_NOBODY "0 65534 1\n" /* uid 0 in there is nobody outside */

static const char step[] = "open private network";

static int wait_until(int fd, int64_t deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

/* --- the namespace ------------------------------------------------------------------------------
 */

int network_raise_loopback(void)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* A process that only makes the namespaces and stays in them until sock ends. Its capabilities stay
 * through the change of its uid, because a host may let no user without them make namespaces. */
static __attribute__((noreturn)) void make_apart(int sock)
{
	int err = 0;

	if (prctl(PR_SET_SECUREBITS, (unsigned long)SECBIT_NO_SETUID_FIXUP) < 0 ||
		setresuid(NETWORK_OWNER, NETWORK_OWNER, NETWORK_OWNER) < 0 ||
		unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		err = errno;
	if (err == 0)
		err = -network_raise_loopback();
	if (write(sock, &err, sizeof err) == sizeof err && err == 0)
		while (read(sock, &err, sizeof err) > 0)
			;
	_exit(0);
}

static int write_map(pid_t pid, const char *name)
{
	char path[48];
	cleanup_fd int fd = -1;

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd_write_all(fd, NETWORK_NOBODY, strlen(NETWORK_NOBODY));
}

static int take_namespace(pid_t pid, int sock, int64_t deadline, struct why *why)
{
	char path[48];
	int err, fd, r = wait_until(sock, deadline);

	if (r < 0)
		return why_set(why, -r, step, "the namespaces take too long");
	if (read(sock, &err, sizeof err) != sizeof err)
		return why_set(why, EIO, step, "the namespaces were not made");
	if (err != 0)
		return why_set(why, err, step, "new user and network namespace");
	r = write_map(pid, "uid_map");
	if (r == 0)
		r = write_map(pid, "gid_map");
	if (r < 0)
		return why_set(why, -r, step, "ids of the user namespace");
	snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? why_set(why, errno, step, "the new network namespace") : fd;
}

int network_make(int64_t deadline, struct why *why)
{
	cleanup_fd int ours = -1;
	int pair[2], fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return why_set(why, errno, step, "no socket pair");
	ours = pair[0];
	pid = fork();
	if (pid == 0) {
		/* Its copy would keep the socket from ending with the helper. */
		fd_closep(&ours);
		make_apart(pair[1]);
	}
	close(pair[1]);
	if (pid < 0)
		return why_set(why, errno, step, "no process");
	fd = take_namespace(pid, ours, deadline, why);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

/* --- the warden ---------------------------------------------------------------------------------
 */

static void parts_close(struct warden_parts *parts)
{
	int *const fds[] = { &parts->null_fd, &parts->net_fd, &parts->user_fd, &parts->lock_fd,
		&parts->report_fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		fd_closep(fds[i]);
}

static int check_program(struct why *why)
{
	struct stat st;

	if (stat(NETWORK_PROGRAM, &st) < 0)
		return why_set(why, errno, step, "network = private needs %s (package passt)",
			NETWORK_PROGRAM);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return why_set(why, EPERM, step, "%s is not root's alone", NETWORK_PROGRAM);
	return 0;
}

/* The namespaces of the keeper. Those of the host would give pasta the host's capabilities. */
static int find_namespaces(pid_t keeper, struct warden_parts *parts, struct why *why)
{
	struct stat own, here;
	char path[48];

	snprintf(path, sizeof path, "/proc/%d/ns/net", keeper);
	parts->net_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (parts->net_fd >= 0)
		parts->user_fd = ioctl(parts->net_fd, NS_GET_USERNS);
	if (parts->user_fd < 0 || fstat(parts->user_fd, &own) < 0 ||
		stat("/proc/self/ns/user", &here) < 0)
		return why_set(why, errno, step, "the room's network namespace");
	/* The pid was the keeper's when it was opened. */
	if (wait_until(parts->keeper_fd, deadline_in(0)) != -ETIMEDOUT)
		return why_set(why, ESRCH, step, "the keeper is gone");
	return own.st_ino != here.st_ino || own.st_dev != here.st_dev ?
		0 :
		why_set(why, EPERM, step, "the room's network namespace is the host's own");
}

/*
 * The keeper's control group, into which the warden is born: where the helper runs, the end of a
 * session would be its end. *ret is -1 where they are in the same one, or there are none.
 */
static int find_cgroup(pid_t keeper, int *ret, struct why *why)
{
	cleanup_fd int root_fd = cgroup_root();
	char own[4096], theirs[4096];
	int r;

	*ret = -1;
	if (root_fd < 0)
		return 0;
	r = cgroup_of(getpid(), own, sizeof own, why);
	if (r < 0)
		return r;
	r = cgroup_of(keeper, theirs, sizeof theirs, why);
	if (r < 0 || strcmp(own, theirs) == 0)
		return r;
	*ret = theirs[1] ? fd_open_beneath(root_fd, theirs + 1, O_RDONLY | O_DIRECTORY) :
			   take_fd(&root_fd);
	return *ret < 0 ? why_set(why, -*ret, step, "the keeper's control group %.150s", theirs) :
			  0;
}

/* Waits for the one report, and takes back what did not come that far. */
static int hear_report(int report_fd, int warden_fd, int64_t deadline, struct why *why)
{
	struct warden_report report = { .err = EIO };
	int r = wait_until(report_fd, deadline);

	if (r == 0 && read(report_fd, &report, sizeof report) == sizeof report && report.err == 0)
		return 0;
	pidfd_send_signal(warden_fd, SIGKILL, NULL, 0);
	waitid(P_PIDFD, (id_t)warden_fd, &(siginfo_t){ 0 }, WEXITED | __WALL);
	report.text[sizeof report.text - 1] = '\0';
	if (r < 0)
		return why_set(why, -r, step, "%s does not come up in time", NETWORK_PROGRAM);
	return why_set(why, report.err, step, "%s",
		report.text[0] ? report.text : "the warden gives no reason");
}

static int start_warden(struct warden_parts *parts, pid_t keeper, int64_t deadline, struct why *why)
{
	cleanup_fd int cgroup_fd = -1;
	cleanup_fd int warden_fd = -1;
	cleanup_fd int read_fd = -1;
	int report[2], raw_pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD | CLONE_NEWPID,
		.pidfd = (uintptr_t)&raw_pidfd };
	pid_t pid;
	int r = find_cgroup(keeper, &cgroup_fd, why);

	if (r < 0)
		return r;
	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cgroup_fd;
	}
	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(why, errno, step, "no pipe");
	read_fd = report[0];
	parts->report_fd = report[1];
	pid = sys_clone3(&args);
	if (pid == 0)
		warden_run(parts, NETWORK_PROGRAM);
	if (pid < 0)
		return why_set(why, errno, step, "no process");
	warden_fd = raw_pidfd;
	/* Only the warden may hold the lock and its end of the pipe now. */
	parts_close(parts);
	return hear_report(read_fd, warden_fd, deadline, why);
}

int network_forget(int room_dfd, struct why *why)
{
	if (unlinkat(room_dfd, REGISTRY_NETWORK, 0) < 0 && errno != ENOENT)
		return why_set(why, errno, step, "old lock");
	return 0;
}

int network_open(int room_dfd, pid_t keeper, int keeper_pidfd, int64_t deadline, struct why *why)
{
	cleanup_with(parts_close) struct warden_parts parts = { .null_fd = -1,
		.net_fd = -1,
		.user_fd = -1,
		.keeper_fd = keeper_pidfd,
		.lock_fd = -1,
		.report_fd = -1 };
	int r;

	parts.lock_fd =
		openat(room_dfd, REGISTRY_NETWORK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (parts.lock_fd < 0)
		return why_set(why, errno, step, "lock");
	/* Whoever holds it is a warden, and a warden without a program has ended. */
	if (flock(parts.lock_fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : why_set(why, errno, step, "lock");
	r = find_namespaces(keeper, &parts, why);
	if (r == 0)
		r = check_program(why);
	if (r < 0)
		return r;
	parts.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (parts.null_fd < 0)
		return why_set(why, errno, step, "/dev/null");
	return start_warden(&parts, keeper, deadline, why);
}

int network_mend(int room_dfd, pid_t keeper, int keeper_pidfd, int64_t deadline, struct why *why)
{
	struct stat st;

	if (fstatat(room_dfd, REGISTRY_NETWORK, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : why_set(why, errno, step, "lock");
	return network_open(room_dfd, keeper, keeper_pidfd, deadline, why);
}
