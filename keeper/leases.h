/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who is in the room: the connections to the keeper's socket. Fixed size, no allocation.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define LEASES_MAX 960

/* One connection. fd -1: free place. */
struct lease {
	int fd;
	uint8_t kind;     /* enum lease_kind, 0 until it has said HELLO */
	int64_t hello_by; /* lib/deadline.h; a connection that stays silent is closed */
};

struct leases {
	struct lease list[LEASES_MAX];
	unsigned int capacity; /* at most LEASES_MAX, less when fds are short */
	unsigned int top;      /* places from here on were never taken, and cost no memory */
	unsigned int n_open;   /* places taken */
	unsigned int n_logins, n_managers;
	bool had_login;
	int64_t hold_until; /* the room was promised to somebody until then */
};

/* Of a list that is all zeros: capacity follows from the limit on open files. */
void leases_init(struct leases *leases);

/* Takes all waiting connections from the listening socket. ending: every HELLO hears ENDING. */
void leases_accept(struct leases *leases, int listen_fd);

/* Handles one connection that poll(2) found ready. */
void leases_serve(struct leases *leases, unsigned int place, bool ending);

/* Closes connections that never said HELLO in time. */
void leases_expire(struct leases *leases);
