/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * One record over a SOCK_SEQPACKET socket: a kind, a body, and file descriptors that are named, not
 * counted. A record that was cut short, in data or in descriptors, is refused and whatever arrived
 * with it is closed (recvmsg(2): MSG_TRUNC, MSG_CTRUNC). Received fds are close-on-exec.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct why;

#define RECORD_MAX 131072 /* bytes of a whole record */

enum record_kind {
	RECORD_ASK = 1,
	RECORD_ANSWER = 2,
};

enum record_fd {
	RECORD_FD_KEEPER, /* a pidfd of the room's keeper */
	RECORD_FD_LEASE,  /* the connection whose end tells the keeper that the login is over */
	RECORD_N_FDS,
};

struct record {
	enum record_kind kind;
	const void *body;
	size_t len;
	int fds[RECORD_N_FDS]; /* by name; -1: not present */
};

/* Sends before deadline (lib/deadline.h). The fds stay the caller's. */
int record_send(int sock, const struct record *record, int64_t deadline, struct why *why);

/*
 * Receives one record of the given kind into buf before deadline; ret->body points into buf. The
 * fds in ret are the caller's to close (record_close()). -ECONNRESET: the other side is gone.
 */
int record_recv(int sock, enum record_kind kind, void *buf, size_t size, struct record *ret,
	int64_t deadline, struct why *why);

/* Closes what fds the record still holds. */
void record_close(struct record *record);
