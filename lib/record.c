/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * One record with named descriptors (see record.h). On the wire: magic, version, kind, a bit per
 * descriptor that follows in SCM_RIGHTS in the order of enum record_fd, then the body.
 */
#include "lib/record.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/why.h"
#include "lib/wire.h"

#define RECORD_MAGIC 0x524f4f4du /* "ROOM" */
#define RECORD_VERSION 5
#define RECORD_HEAD 7

static int record_wait(int sock, short events, int64_t deadline)
{
	struct pollfd poll_fd = { .fd = sock, .events = events };

	for (;;) {
		int n = poll(&poll_fd, 1, deadline_left(deadline));

		if (n > 0)
			return 0;
		if (n == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

void record_close(struct record *record)
{
	for (int i = 0; i < RECORD_N_FDS; i++)
		fd_closep(&record->fds[i]);
}

int record_send(int sock, const struct record *record, int64_t deadline, struct why *why)
{
	unsigned char head[RECORD_HEAD];
	struct wire wire = { .data = head, .size = sizeof head };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof record->fds)];
	} control = { 0 };
	struct iovec parts[2] = { { head, sizeof head },
		{ (void *)(uintptr_t)record->body, record->len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	int fds[RECORD_N_FDS];
	size_t n_fds = 0;
	uint8_t names = 0;
	int r;

	for (int i = 0; i < RECORD_N_FDS; i++)
		if (record->fds[i] >= 0) {
			names |= (uint8_t)(1u << i);
			fds[n_fds++] = record->fds[i];
		}
	wire_put_u32(&wire, RECORD_MAGIC);
	wire_put_u8(&wire, RECORD_VERSION);
	wire_put_u8(&wire, (uint8_t)record->kind);
	wire_put_u8(&wire, names);
	if (n_fds > 0) {
		struct cmsghdr *cmsg = &control.align;

		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
	}
	r = record_wait(sock, POLLOUT, deadline);
	if (r < 0)
		return why_set(why, -r, "send record", "the other side does not take it");
	if (sendmsg(sock, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return why_set(why, errno, "send record", "%zu bytes", record->len);
	return 0;
}

/* Collects every descriptor that came, whatever else is wrong, so that none can stay open unseen.
 */
static size_t record_take_fds(struct msghdr *message, int *fds, size_t max)
{
	size_t n_fds = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
			if (n_fds < max)
				fds[n_fds++] = fd;
			else
				close(fd);
		}
	}
	return n_fds;
}

/* Checks the head and gives each descriptor its name. */
static int record_parse(const unsigned char *data, size_t len, enum record_kind kind,
	const int *fds, size_t n_fds, struct record *ret)
{
	struct wire wire = { .data = (unsigned char *)(uintptr_t)data, .size = len };
	uint32_t magic = wire_get_u32(&wire);
	uint8_t version = wire_get_u8(&wire);
	uint8_t got_kind = wire_get_u8(&wire);
	uint8_t names = wire_get_u8(&wire);
	size_t n = 0;

	if (wire.err || magic != RECORD_MAGIC || version != RECORD_VERSION || got_kind != kind)
		return -EBADMSG;
	if (names >> RECORD_N_FDS || (size_t)__builtin_popcount(names) != n_fds)
		return -EBADMSG;
	for (int i = 0; i < RECORD_N_FDS; i++)
		ret->fds[i] = names & 1u << i ? fds[n++] : -1;
	ret->kind = kind;
	ret->body = data + wire.at;
	ret->len = len - wire.at;
	return 0;
}

int record_recv(int sock, enum record_kind kind, void *buf, size_t size, struct record *ret,
	int64_t deadline, struct why *why)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof ret->fds)];
	} control;
	struct iovec part = { buf, size };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	int fds[RECORD_N_FDS] = { -1, -1 };
	size_t n_fds;
	ssize_t len;
	int r = record_wait(sock, POLLIN, deadline);

	for (int i = 0; i < RECORD_N_FDS; i++)
		ret->fds[i] = -1;
	if (r < 0)
		return why_set(why, -r, "receive record", "no record came in time");
	len = recvmsg(sock, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (len < 0)
		return why_set(why, errno, "receive record", "recvmsg failed");
	n_fds = record_take_fds(&message, fds, RECORD_N_FDS);
	if (len == 0)
		r = why_set(why, ECONNRESET, "receive record", "the other side closed");
	else if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		r = why_set(why, EMSGSIZE, "receive record", "the record was cut short");
	else if (record_parse(buf, (size_t)len, kind, fds, n_fds, ret) < 0)
		r = why_set(why, EBADMSG, "receive record", "not a record of kind %d", kind);
	for (size_t i = 0; r < 0 && i < n_fds; i++)
		close(fds[i]);
	return r;
}
