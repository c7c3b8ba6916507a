/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The words spoken on a keeper's socket (see lease.h). Linked into helper and keeper: no
 * allocation, only poll, send and recv, all of which the keeper's own filter allows.
 */
#include "lib/lease.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/deadline.h"
#include "lib/why.h"

int lease_say(
	int sock, enum lease_word word, enum lease_kind kind, int64_t deadline, struct why *why)
{
	unsigned char message[LEASE_BYTES] = { LEASE_VERSION, (unsigned char)word,
		(unsigned char)kind };
	struct pollfd poll_fd = { .fd = sock, .events = POLLOUT };
	int n;

	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return why_set(
			why, n < 0 ? errno : ETIMEDOUT, "speak to keeper", "it does not listen");
	if (send(sock, message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return why_set(why, errno, "speak to keeper", "word %d", word);
	return 0;
}

int lease_hear(int sock, enum lease_kind *ret_kind, int64_t deadline, struct why *why)
{
	unsigned char message[LEASE_BYTES + 1];
	struct pollfd poll_fd = { .fd = sock, .events = POLLIN };
	ssize_t len;
	int n;

	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return why_set(why, n < 0 ? errno : ETIMEDOUT, "hear keeper", "it does not answer");
	len = recv(sock, message, sizeof message, MSG_DONTWAIT);
	if (len < 0)
		return why_set(why, errno, "hear keeper", "recv failed");
	if (len == 0)
		return why_set(why, ECONNRESET, "hear keeper", "it is gone");
	if (len != LEASE_BYTES || message[0] != LEASE_VERSION)
		return why_set(why, EPROTO, "hear keeper", "it speaks another version");
	*ret_kind = message[2];
	return message[1];
}
