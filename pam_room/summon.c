/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Runs the helper (see summon.h). The host application may have threads, signal handlers, a SIGCHLD
 * handler that reaps everything, any of descriptors 0 to 3 closed, and, in su, a real uid that is
 * the calling user's. So there are two processes. The first is a child without an exit signal,
 * which no SIGCHLD tells of and no wait(2) of the application's finds; it stays so only as long as
 * it does not exec (the kernel makes a program's exit signal SIGCHLD), so it starts the helper as a
 * child of its own and ends as that ends. Both make system calls only, because other threads may
 * have held any lock of the C library, with all signals blocked; and the helper is started as root
 * by all three ids.
 */
#include "pam_room/summon.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/sys.h"
#include "lib/why.h"

#define SUMMON_PROGRAM ROOM_LIBEXECDIR "/room-helper"
#define SUMMON_SOCKET 3
#define SUMMON_MS 13000 /* a little more than the helper gives itself */
#define SUMMON_REAP_MS 3000
#define SUMMON_CANNOT_RUN 127
#define SUMMON_NOT_HEARD 100 /* room-helper(8): called in a wrong way */

static const char step[] = "ask helper";

struct child {
	int pidfd;
	pid_t pid;
};

static __attribute__((noreturn)) void summon_become_helper(int sock)
{
	char name[] = "room-helper";
	char *argv[] = { name, NULL }, *envp[] = { NULL };
	/* dup2(2) of a descriptor to itself would leave it close-on-exec. */
	bool there = sock == SUMMON_SOCKET ? fcntl(sock, F_SETFD, 0) == 0 :
					     dup2(sock, SUMMON_SOCKET) == SUMMON_SOCKET;

	/* The C library's setresuid(3) would speak to threads that this process does not have. */
	if (there && syscall(SYS_setresgid, 0, 0, 0) == 0 && syscall(SYS_setresuid, 0, 0, 0) == 0 &&
		syscall(SYS_close_range, SUMMON_SOCKET + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0 &&
		prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		execve(SUMMON_PROGRAM, argv, envp);
	_exit(SUMMON_CANNOT_RUN);
}

static __attribute__((noreturn)) void summon_between(int sock)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	int status = 0;
	pid_t pid;

	/* An application that ignores it would have the kernel throw the status away. */
	if (sigaction(SIGCHLD, &action, NULL) < 0)
		_exit(SUMMON_CANNOT_RUN);
	/* The application's memory is not copied a second time: this process has nothing to do
	 * until the helper runs. */
	pid = vfork();
	if (pid == 0)
		summon_become_helper(sock);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		_exit(SUMMON_CANNOT_RUN);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/*
 * The helper is born in the root of the control groups (cgroups(7)), where there is one hierarchy:
 * it works for the host, so neither is it counted to the user's slice, in which the login may be
 * already, nor does it end there for want of memory. Elsewhere it is born where the login is; that
 * the file system is asked first saves a whole copy of the process, which the kernel throws away
 * when it sees that the directory is no group.
 */
static pid_t summon_clone(struct clone_args *args)
{
	cleanup_fd int root_fd = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args within = *args;
	struct statfs fs;
	pid_t pid = -1;

	within.flags |= CLONE_INTO_CGROUP;
	within.cgroup = (unsigned int)root_fd;
	if (root_fd >= 0 && fstatfs(root_fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
		pid = sys_clone3(&within);
	return pid < 0 ? sys_clone3(args) : pid;
}

static int summon_start(int sock, struct child *ret)
{
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&ret->pidfd };
	sigset_t all, before;
	int r;

	sigfillset(&all);
	r = -pthread_sigmask(SIG_SETMASK, &all, &before);
	if (r < 0)
		return r;
	ret->pid = summon_clone(&args);
	if (ret->pid == 0)
		summon_between(sock);
	r = ret->pid < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* Waits for the child's end until deadline, then ends it. Its status, or -1 when it cannot be told.
 */
static int summon_reap(struct child *child, int64_t deadline)
{
	struct pollfd poll_fd = { .fd = child->pidfd, .events = POLLIN };
	siginfo_t info = { 0 };
	int n;

	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
		/* Not for ever: a process that hangs in the kernel is nobody's to wait for. */
		poll(&poll_fd, 1, SUMMON_REAP_MS);
	}
	/* __WALL: a child without an exit signal is not waited for otherwise (wait(2)). */
	if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG | __WALL) < 0 ||
		!info.si_pid)
		return -1;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static int summon_talk(
	int sock, const struct ask *ask, struct reply *reply, int64_t deadline, struct why *why)
{
	struct record record = { .kind = RECORD_ASK, .body = reply->bytes, .fds = { -1, -1 } };
	long len = ask_encode(ask, reply->bytes, sizeof reply->bytes - 64);
	int r;

	if (len < 0)
		return why_set(why, (int)-len, step, "the question is too long");
	record.len = (size_t)len;
	r = record_send(sock, &record, deadline, why);
	if (r == 0)
		r = record_recv(sock, RECORD_ANSWER, reply->bytes, sizeof reply->bytes,
			&reply->record, deadline, why);
	if (r == 0)
		r = answer_decode(reply->record.body, reply->record.len, &reply->answer, why);
	return r;
}

/* Nothing came back: the status says more than the socket. */
static int summon_blame(int r, int status, struct why *why)
{
	if (r != -ECONNRESET && r != -EPIPE)
		return r;
	if (status == SUMMON_CANNOT_RUN)
		return why_set(why, 0, step, SUMMON_PROGRAM " cannot be run");
	if (status == SUMMON_NOT_HEARD)
		return why_set(why, 0, step,
			SUMMON_PROGRAM " understands another version: what was started before an "
				       "upgrade has to be restarted");
	return why_set(why, 0, step, SUMMON_PROGRAM " gives no answer, status %d", status);
}

/*
 * The setuid bit is not for this caller, who is root, but for the user managers: without it, or
 * with a program that others may change, the installation is torn, and half of it is not used.
 */
static int summon_check_program(struct why *why)
{
	struct stat st;

	if (lstat(SUMMON_PROGRAM, &st) < 0)
		return why_set(why, errno, step, SUMMON_PROGRAM " cannot be run");
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return why_set(why, 0, step, SUMMON_PROGRAM " is not root's alone");
	if (!(st.st_mode & S_ISUID))
		return why_set(why, 0, step, SUMMON_PROGRAM " is not setuid");
	return 0;
}

int summon_helper(const struct ask *ask, struct reply *ret, struct why *why)
{
	int64_t deadline = deadline_in(SUMMON_MS);
	struct child child = { .pidfd = -1, .pid = -1 };
	cleanup_fd int ours = -1;
	cleanup_fd int theirs = -1;
	int pair[2], r, status;

	for (int i = 0; i < RECORD_N_FDS; i++)
		ret->record.fds[i] = -1;
	r = summon_check_program(why);
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return why_set(why, errno, step, "no socket pair");
	ours = pair[0];
	theirs = pair[1];
	r = summon_start(theirs, &child);
	if (r < 0)
		return why_set(why, -r, step, "no process");
	fd_closep(&theirs);
	r = summon_talk(ours, ask, ret, deadline, why);
	/* Without an answer it is not worth waiting for. */
	status = summon_reap(&child, r == 0 || r == -ECONNRESET || r == -EPIPE ? deadline : 0);
	fd_closep(&child.pidfd);
	if (r < 0)
		record_close(&ret->record);
	return r < 0 ? summon_blame(r, status, why) : 0;
}
