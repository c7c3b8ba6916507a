/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The words spoken on a keeper's socket. Every word is one SOCK_SEQPACKET message of three bytes:
 * version, word, kind. A connection that has said HELLO and heard READY is a lease; it lasts until
 * the connection closes, for whatever reason.
 */
#pragma once

#include <stdint.h>

struct why;

#define LEASE_VERSION 1
#define LEASE_BYTES 3
#define LEASE_BACKLOG 128

enum lease_word {
	LEASE_HELLO = 1,  /* helper: I come for a lease of this kind */
	LEASE_READY = 2,  /* keeper: you have it; or, on the birth socket: I stand */
	LEASE_ENDING = 3, /* keeper: this room is ending, make another */
	LEASE_FULL = 4,   /* keeper: no more leases */
	LEASE_ADOPT = 5, /* helper, on the birth socket: the room is registered, live on your own */
	LEASE_UNKNOWN = 6, /* keeper: not a word of this version, which my answer names */
};

enum lease_kind {
	LEASE_LOGIN = 1,
	LEASE_MANAGER = 2, /* a user manager's: it keeps the room, but it is nobody's login */
	LEASE_HOLD = 3,    /* keeps the room for LEASE_HOLD_MS, also after the connection closed */
};

/* How long a room waits for the user manager that was promised. */
#define LEASE_HOLD_MS 60000

/* Sends one word before deadline. */
int lease_say(
	int sock, enum lease_word word, enum lease_kind kind, int64_t deadline, struct why *why);

/* Receives one word before deadline: returns the enum lease_word, *ret_kind filled, or -errno. */
int lease_hear(int sock, enum lease_kind *ret_kind, int64_t deadline, struct why *why);
