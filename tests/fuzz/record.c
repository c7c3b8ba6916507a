/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any bytes, with any number of descriptors, as a record: it is refused and nothing stays open, or
 * every descriptor has a name and is close-on-exec, and sending what was received makes the same
 * bytes again.
 */
#include "lib/record.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/why.h"
#include "tests/fuzz/fuzz.h"

#define FDS_MAX 5

/* As a hostile peer would, who is not bound to record_send(). */
static void send_raw(int sock, const uint8_t *data, size_t size, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)data, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[FDS_MAX];

	for (size_t i = 0; i < FDS_MAX; i++)
		fds[i] = STDIN_FILENO;
	if (n_fds > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, n_fds * sizeof(int));
	}
	must(sendmsg(sock, &message, MSG_NOSIGNAL) == (ssize_t)size);
}

/* What was taken is what was sent. */
static void look(
	struct record *record, const int pair[2], const uint8_t *data, size_t size, size_t n_fds)
{
	unsigned char again[4096 + 16];

	for (int i = 0; i < RECORD_N_FDS; i++)
		if (record->fds[i] >= 0) {
			must((fcntl(record->fds[i], F_GETFD) & FD_CLOEXEC) != 0);
			n_fds--;
		}
	must(n_fds == 0);
	must(record_send(pair[0], record, deadline_in(1000), NULL) == 0);
	must(recv(pair[1], again, sizeof again, 0) == (ssize_t)size);
	must(memcmp(again, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t first = next_byte(&data, &size);
	enum record_kind kind = first & 1 ? RECORD_ASK : RECORD_ANSWER;
	size_t n_fds = (first >> 1) % (FDS_MAX + 1);
	size_t room = first & 0x80 ? 16 : 4096;
	unsigned char buf[4096];
	struct record record;
	struct why why = { 0 };
	int pair[2], before = open_fds(), r;

	if (size > sizeof buf)
		return 0;
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	send_raw(pair[0], data, size, n_fds);
	r = record_recv(pair[1], kind, buf, room, &record, deadline_in(1000), &why);
	must(r <= 0 && r != -ETIMEDOUT);
	if (r < 0)
		must(why.text[0] != '\0');
	else
		look(&record, pair, data, size, n_fds);
	if (r == 0)
		record_close(&record);
	close(pair[0]);
	close(pair[1]);
	must(open_fds() == before);
	return 0;
}
