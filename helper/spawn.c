/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Starts a keeper (see spawn.h). The program is run from a detached, read-only mount of its own
 * file: /proc/1/exe of a room then names a file that nobody inside can open for writing
 * (mount_setattr(2)), and unlike a copy in memory it costs none. A child that cannot get that far
 * tells why through a pipe, whose end without a word says that the program runs.
 */
#include "helper/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "helper/mount_do.h"
#include "helper/network.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/lease.h"
#include "lib/registry.h"
#include "lib/sys.h"
#include "lib/why.h"

#define SPAWN_PROGRAM ROOM_LIBEXECDIR "/room-keeper"
#define SPAWN_FIRST_FREE_FD 64 /* above the ones that the keeper is given */

static const char step[] = "start keeper";

/* What the child is given, every fd close-on-exec. */
struct spawn_parts {
	const struct spawn_request *request;
	int program_fd; /* the detached mount */
	int birth_fd, rooms_fd, room_fd, null_fd, report_fd;
};

static void parts_close(struct spawn_parts *parts)
{
	int *const fds[] = { &parts->program_fd, &parts->birth_fd, &parts->rooms_fd,
		&parts->room_fd, &parts->null_fd, &parts->report_fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		fd_closep(fds[i]);
}

/*
 * A copy of the mount that holds path, attached nowhere, with attrs. Private: while it were a peer
 * of the host's mount, the kernel could make a room's /run/user a slave of this copy, and copies
 * that are attached nowhere hand nothing on.
 */
static int spawn_detached(int dfd, const char *path, uint64_t attrs)
{
	struct mount_attr attr = { .attr_set = attrs, .propagation = MS_PRIVATE };
	cleanup_fd int fd = open_tree(
		dfd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH));

	if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return -errno;
	return take_fd(&fd);
}

static int spawn_prepare(
	const struct spawn_request *request, struct spawn_parts *parts, struct why *why)
{
	struct stat st;
	int r;

	parts->program_fd = spawn_detached(AT_FDCWD, SPAWN_PROGRAM, MOUNT_ATTR_RDONLY);
	if (parts->program_fd < 0)
		return why_set(why, -parts->program_fd, step, SPAWN_PROGRAM);
	r = fd_check_root_owned(parts->program_fd, S_IFREG, SPAWN_PROGRAM, why);
	if (r < 0)
		return r;
	/* For root, execve(2) is content with any of the three; a file without them was not
	 * installed. */
	if (fstat(parts->program_fd, &st) < 0 || !(st.st_mode & 0100))
		return why_set(why, EACCES, step, SPAWN_PROGRAM " is not executable");
	parts->rooms_fd = spawn_detached(request->rooms_dfd, "", 0);
	if (parts->rooms_fd >= 0)
		parts->room_fd =
			fd_open_beneath(parts->rooms_fd, request->key, O_RDONLY | O_DIRECTORY);
	parts->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (parts->rooms_fd < 0 || parts->room_fd < 0 || parts->null_fd < 0)
		return why_set(why, errno, step, "cannot open what it needs");
	return 0;
}

/* Puts the fds where doc/protocol.md says; all others are close-on-exec. */
static int spawn_arrange(struct spawn_parts *parts)
{
	int from[] = { parts->null_fd, parts->null_fd, parts->null_fd, parts->birth_fd,
		parts->request->listen_fd, parts->rooms_fd, parts->room_fd };
	const int n = sizeof from / sizeof from[0];

	/* Out of the way first: one may stand where another has to go. */
	for (int i = 0; i < n; i++) {
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, SPAWN_FIRST_FREE_FD);
		if (from[i] < 0)
			return -errno;
	}
	parts->program_fd = fcntl(parts->program_fd, F_DUPFD_CLOEXEC, SPAWN_FIRST_FREE_FD);
	parts->report_fd = fcntl(parts->report_fd, F_DUPFD_CLOEXEC, SPAWN_FIRST_FREE_FD);
	if (parts->program_fd < 0 || parts->report_fd < 0)
		return -errno;
	for (int i = 0; i < n; i++)
		if (dup2(from[i], i) < 0)
			return -errno;
	return close_range((unsigned int)n, ~0u, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

/* What a new namespace is like that the view does not show. */
static int spawn_settle(const struct spawn_request *request, struct why *why)
{
	int r;

	if (request->hostname && sethostname(request->hostname, strlen(request->hostname)) < 0)
		return why_set(why, errno, step, "host name");
	if (request->net_fd >= 0 && setns(request->net_fd, CLONE_NEWNET) < 0)
		return why_set(why, errno, step, "private network");
	r = request->ns_flags & CLONE_NEWNET ? network_raise_loopback() : 0;
	return r < 0 ? why_set(why, -r, step, "loopback network") : 0;
}

/* The child, process 1 of the room until it has become the keeper. */
static int spawn_become_keeper(struct spawn_parts *parts, struct why *why)
{
	char name[] = "room-keeper", key[REGISTRY_KEY_MAX], linger[16];
	char *argv[] = { name, key, linger, NULL }, *envp[] = { NULL };
	int r = spawn_settle(parts->request, why);

	if (r == 0)
		r = mount_do(parts->request->view, -1, parts->request->disk_fd, why);
	if (r < 0)
		return r;
	snprintf(key, sizeof key, "%s", parts->request->key);
	snprintf(linger, sizeof linger, "%s", parts->request->linger);
	r = spawn_arrange(parts);
	if (r < 0)
		return why_set(why, -r, step, "descriptors");
	if (setsid() < 0 || chdir("/") < 0)
		return why_set(why, errno, step, "session and working directory");
	execveat(parts->program_fd, "", argv, envp, AT_EMPTY_PATH);
	return why_set(why, errno, step, "cannot run " SPAWN_PROGRAM);
}

/* Waits until the pipe ends. A reason that came first is the child's. */
static int spawn_hear_report(int report_fd, int64_t deadline, struct why *why)
{
	struct pollfd poll_fd = { .fd = report_fd, .events = POLLIN };
	struct why reason;
	ssize_t len;
	int n;

	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return why_set(
			why, n < 0 ? errno : ETIMEDOUT, step, "making the room takes too long");
	len = read(report_fd, &reason, sizeof reason);
	if (len == 0)
		return 0;
	if (len != sizeof reason)
		return why_set(why, EIO, step, "its report was cut short");
	reason.step[sizeof reason.step - 1] = reason.text[sizeof reason.text - 1] = '\0';
	return why_set(why, reason.err, reason.step, "%s", reason.text);
}

static int spawn_hear_ready(int birth_fd, int64_t deadline, struct why *why)
{
	enum lease_kind kind;
	int word = lease_hear(birth_fd, &kind, deadline, why);

	if (word == LEASE_READY)
		return 0;
	return why_set(why, word < 0 ? -word : EPROTO, step, SPAWN_PROGRAM " does not do its work");
}

static int spawn_clone(struct spawn_parts *parts, struct spawned *spawned)
{
	struct clone_args args = { .flags = parts->request->ns_flags | CLONE_PIDFD,
		.pidfd = (uintptr_t)&spawned->pidfd };
	struct why why = { 0 };

	spawned->pid = sys_clone3(&args);
	if (spawned->pid != 0)
		return spawned->pid < 0 ? -errno : 0;
	spawn_become_keeper(parts, &why);
	if (fd_write_all(parts->report_fd, &why, sizeof why) < 0)
		_exit(112);
	_exit(111);
}

int spawn_keeper(const struct spawn_request *request, struct spawned *ret, struct why *why)
{
	cleanup_with(parts_close) struct spawn_parts parts = { .request = request,
		.program_fd = -1,
		.birth_fd = -1,
		.rooms_fd = -1,
		.room_fd = -1,
		.null_fd = -1,
		.report_fd = -1 };
	cleanup_with(
		spawn_release) struct spawned spawned = { .pid = -1, .pidfd = -1, .birth_fd = -1 };
	cleanup_fd int report_fd = -1;
	int pair[2], report[2];
	int r = spawn_prepare(request, &parts, why);

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return why_set(why, errno, step, "no socket pair");
	spawned.birth_fd = pair[0];
	parts.birth_fd = pair[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(why, errno, step, "no pipe");
	report_fd = report[0];
	parts.report_fd = report[1];
	r = spawn_clone(&parts, &spawned);
	if (r < 0)
		return why_set(why, -r, step, "new namespaces");
	/* Only the child may hold its ends now, or they would never end. */
	parts_close(&parts);
	r = spawn_hear_report(report_fd, request->deadline, why);
	if (r == 0)
		r = spawn_hear_ready(spawned.birth_fd, request->deadline, why);
	if (r < 0)
		return r;
	*ret = spawned;
	spawned = (struct spawned){ .pid = -1, .pidfd = -1, .birth_fd = -1 };
	return 0;
}

int spawn_adopt(struct spawned *spawned, int64_t deadline, struct why *why)
{
	int r = lease_say(spawned->birth_fd, LEASE_ADOPT, 0, deadline, why);

	if (r == 0)
		spawned->pid = -1;
	return r;
}

void spawn_release(struct spawned *spawned)
{
	/* Killing process 1 ends whatever else is in its namespaces (pid_namespaces(7)). */
	if (spawned->pid > 0 && pidfd_send_signal(spawned->pidfd, SIGKILL, NULL, 0) == 0)
		waitid(P_PIDFD, (id_t)spawned->pidfd, &(siginfo_t){ 0 }, WEXITED | __WALL);
	spawned->pid = -1;
	fd_closep(&spawned->pidfd);
	fd_closep(&spawned->birth_fd);
}
