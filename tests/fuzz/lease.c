/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Connections that come, say anything and go, in any order: the keeper's book of them stays right.
 * What one said that is no HELLO is never a lease.
 */
/* The keeper is a program of its own, so its parts are no library. */
#include "keeper/leases.c"

#include "tests/fuzz/fuzz.h"

#define PLACES 8

static struct leases leases;
static int others[PLACES]; /* the other ends */

static void look(void)
{
	unsigned int n_open = 0, n_logins = 0, n_managers = 0;

	for (unsigned int i = 0; i < PLACES; i++) {
		const struct lease *lease = &leases.list[i];

		must(lease->fd >= 0 || lease->kind == 0);
		n_open += lease->fd >= 0;
		n_logins += lease->kind == LEASE_LOGIN;
		n_managers += lease->kind == LEASE_MANAGER;
		must(lease->kind <= LEASE_HOLD);
	}
	must(n_open == leases.n_open && n_logins == leases.n_logins);
	must(n_managers == leases.n_managers && (leases.had_login || n_logins == 0));
}

static void leave(unsigned int place)
{
	if (others[place] >= 0)
		close(others[place]);
	others[place] = -1;
}

/* As leases_accept() takes one; the place is free. */
static void come(unsigned int place)
{
	int pair[2];

	leave(place);
	if (leases.list[place].fd >= 0)
		return;
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	leases.list[place] = (struct lease){ .fd = pair[0], .hello_by = deadline_in(60000) };
	leases.n_open++;
	others[place] = pair[1];
}

/* What was said of it is a HELLO of a kind that there is. */
static int is_hello(const uint8_t *said, size_t len)
{
	return len == LEASE_BYTES && said[0] == LEASE_VERSION && said[1] == LEASE_HELLO &&
		said[2] >= LEASE_LOGIN && said[2] <= LEASE_HOLD;
}

/* Whoever said what is no word of ours, or HELLO of no kind, hears that. */
static int is_told(int other, const uint8_t *said, size_t len)
{
	uint8_t heard[4];
	ssize_t n = recv(other, heard, sizeof heard, MSG_DONTWAIT);

	if (n == LEASE_BYTES && heard[1] == LEASE_ENDING)
		return len == LEASE_BYTES && said[0] == LEASE_VERSION && said[1] == LEASE_HELLO;
	return n == LEASE_BYTES && heard[0] == LEASE_VERSION && heard[1] == LEASE_UNKNOWN;
}

static void speak(unsigned int place, const uint8_t *said, size_t len, int ending)
{
	bool was_open = leases.list[place].fd >= 0;
	uint8_t was = leases.list[place].kind;

	if (others[place] < 0 || len == 0)
		return;
	if (send(others[place], said, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	leases_serve(&leases, place, ending);
	must(!was_open || was || is_hello(said, len) || is_told(others[place], said, len));
	must(!was_open ||
		(leases.list[place].kind != 0) == (!was && !ending && is_hello(said, len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 512)
		return 0;
	leases.capacity = PLACES;
	leases.n_open = leases.n_logins = leases.n_managers = 0;
	leases.had_login = false;
	leases.hold_until = 0;
	for (unsigned int i = 0; i < PLACES; i++)
		leases.list[i] = (struct lease){ .fd = -1 };
	memset(others, -1, sizeof others);
	while (size > 0) {
		uint8_t op = next_byte(&data, &size);
		unsigned int place = op % PLACES;
		size_t len = op >> 5;

		len = len > size ? size : len;
		switch (op >> 3 & 3) {
		case 0:
			come(place);
			break;
		case 1:
			leave(place);
			leases_serve(&leases, place, false);
			break;
		default:
			speak(place, data, len, (op >> 3 & 3) == 3);
			data += len;
			size -= len;
		}
		leases_expire(&leases);
		look();
	}
	for (unsigned int i = 0; i < PLACES; i++) {
		leave(i);
		leases_serve(&leases, i, false);
	}
	look();
	must(leases.n_open == 0);
	return 0;
}
