/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asks room-lookup (see lookup.h). The program gets one socket, and nothing else that is ours
 * (program.h). Whatever it does or does not do, it is gone when this returns.
 */
#include "lib/lookup.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/program.h"
#include "lib/why.h"

#define LOOKUP_PROGRAM ROOM_LIBEXECDIR "/room-lookup"

static const char step[] = "look up groups";

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
	cleanup_free char *buf = calloc(n + 2, 1);
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

int lookup_ask_program(const char *path, const struct lookup_question *question, int64_t deadline,
	unsigned char *said, struct why *why)
{
	char name[] = "room-lookup";
	char *argv[] = { name, NULL };
	struct program program = { .path = path, .argv = argv };
	cleanup_fd int pidfd = -1;
	cleanup_fd int ours = -1;
	cleanup_fd int theirs = -1;
	int pair[2], r;

	memset(said, LOOKUP_UNKNOWN, question->n_groups + question->n_netgroups);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return why_set(why, errno, step, "no socket pair");
	ours = pair[0];
	program.in_fd = program.out_fd = theirs = pair[1];
	pidfd = program_start(&program, step, why);
	if (pidfd < 0)
		return pidfd;
	fd_closep(&theirs);
	r = lookup_talk(ours, question, deadline, said, why);
	program_end(pidfd);
	return r;
}

int lookup_ask(const struct lookup_question *question, int64_t deadline, unsigned char *said,
	struct why *why)
{
	return lookup_ask_program(LOOKUP_PROGRAM, question, deadline, said, why);
}
