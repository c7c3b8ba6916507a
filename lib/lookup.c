/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asks room-lookup (see lookup.h). The program gets one socket and nothing else that is ours: no
 * environment, no descriptor, no signal setting. Whatever it does or does not do, it is gone when
 * this returns.
 */
#include "lib/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/sys.h"
#include "lib/why.h"

#define LOOKUP_PROGRAM ROOM_LIBEXECDIR "/room-lookup"
#define LOOKUP_REAP_MS 1000

static const char step[] = "look up groups";

static int lookup_check_program(const char *program, struct why *why)
{
	struct stat st;

	if (lstat(program, &st) < 0)
		return why_set(why, errno, step, "%s cannot be run", program);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return why_set(why, EPERM, step, "%s is not root's alone", program);
	return 0;
}

static __attribute__((noreturn)) void lookup_become(const char *program, int sock)
{
	char name[] = "room-lookup";
	char *argv[] = { name, NULL }, *envp[] = { NULL };
	const struct sigaction action = { .sa_handler = SIG_DFL };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &action, NULL);
	sigemptyset(&none);
	/* Each is another one than the three that it becomes, or the wrong one would be closed. */
	if (null_fd > STDERR_FILENO && sock > STDERR_FILENO &&
		sigprocmask(SIG_SETMASK, &none, NULL) == 0 && dup2(sock, STDIN_FILENO) >= 0 &&
		dup2(sock, STDOUT_FILENO) >= 0 && dup2(null_fd, STDERR_FILENO) >= 0 &&
		close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		execve(program, argv, envp);
	_exit(127);
}

/* Sends the bytes before the deadline. */
static int lookup_send(int sock, const void *data, size_t len, int64_t deadline)
{
	const char *at = data;

	while (len > 0) {
		struct pollfd poll_fd = { .fd = sock, .events = POLLOUT };
		ssize_t n = send(sock, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0 && poll(&poll_fd, 1, deadline_left(deadline)) == 0)
			return -ETIMEDOUT;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int lookup_send_names(int sock, const char *const *names, size_t n, int64_t deadline)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = lookup_send(sock, names[i], strlen(names[i]) + 1, deadline);
	return r;
}

static int lookup_send_question(int sock, const struct lookup_question *question, int64_t deadline)
{
	char numbers[64];
	int len =
		snprintf(numbers, sizeof numbers, "%u%c%zu", question->gid, 0, question->n_groups);
	int r = lookup_send(sock, question->user, strlen(question->user) + 1, deadline);

	if (r == 0)
		r = lookup_send(sock, numbers, (size_t)len + 1, deadline);
	if (r == 0)
		r = lookup_send_names(sock, question->groups, question->n_groups, deadline);
	if (r == 0)
		r = lookup_send_names(sock, question->netgroups, question->n_netgroups, deadline);
	if (r == 0 && shutdown(sock, SHUT_WR) < 0)
		r = -errno;
	return r;
}

/* One part of the answer: n names and a newline, nothing else. 0, or -errno with said as it was. */
static int lookup_receive(int sock, unsigned char *said, size_t n, char *buf, int64_t deadline)
{
	size_t len = 0;

	while (len < n + 1) {
		struct pollfd poll_fd = { .fd = sock, .events = POLLIN };
		ssize_t got = recv(sock, buf + len, n + 1 - len, MSG_DONTWAIT);

		if (got == 0)
			return -ECONNRESET;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (got < 0 && poll(&poll_fd, 1, deadline_left(deadline)) == 0)
			return -ETIMEDOUT;
		len += got > 0 ? (size_t)got : 0;
	}
	buf[n + 1] = '\0';
	if (strspn(buf, "yn-") != n || buf[n] != '\n')
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		said[i] = buf[i] == 'y' ? LOOKUP_YES : buf[i] == 'n' ? LOOKUP_NO : LOOKUP_UNKNOWN;
	return 0;
}

/* The two parts: the second is better, the first is better than nothing. */
static int lookup_talk(int sock, const struct lookup_question *question, int64_t deadline,
	unsigned char *said, struct why *why)
{
	size_t n = question->n_groups + question->n_netgroups;
	cleanup_free char *buf = malloc(n + 2);
	int r = buf ? lookup_send_question(sock, question, deadline) : -ENOMEM;

	if (r == 0)
		r = lookup_receive(sock, said, n, buf, deadline);
	if (r < 0)
		return why_set(why, -r, step, "no answer");
	r = lookup_receive(sock, said, n, buf, deadline);
	if (r < 0)
		why_set(why, -r, step, "only /etc/group answers");
	else if (memchr(said, LOOKUP_UNKNOWN, n))
		why_set(why, 0, step, "a directory does not answer");
	return 0;
}

/* Its end, whether it comes by itself or not; a status tells nothing that the answer does not. */
static void lookup_end(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;

	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	/* Not for ever: a process that hangs in the kernel is nobody's to wait for. */
	poll(&poll_fd, 1, LOOKUP_REAP_MS);
	waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
}

int lookup_ask_program(const char *program, const struct lookup_question *question,
	int64_t deadline, unsigned char *said, struct why *why)
{
	int raw_pidfd = -1, pair[2], r = lookup_check_program(program, why);
	struct clone_args args = {
		.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&raw_pidfd, .exit_signal = SIGCHLD
	};
	cleanup_fd int pidfd = -1;
	cleanup_fd int ours = -1;
	cleanup_fd int theirs = -1;
	pid_t pid;

	memset(said, LOOKUP_UNKNOWN, question->n_groups + question->n_netgroups);
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return why_set(why, errno, step, "no socket pair");
	ours = pair[0];
	theirs = pair[1];
	pid = sys_clone3(&args);
	if (pid == 0)
		lookup_become(program, theirs);
	if (pid < 0)
		return why_set(why, errno, step, "no process");
	pidfd = raw_pidfd;
	fd_closep(&theirs);
	r = lookup_talk(ours, question, deadline, said, why);
	lookup_end(pidfd);
	return r;
}

int lookup_ask(const struct lookup_question *question, int64_t deadline, unsigned char *said,
	struct why *why)
{
	return lookup_ask_program(LOOKUP_PROGRAM, question, deadline, said, why);
}
