/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who is in the room (see leases.h). A lease ends when its connection ends, and for no other
 * reason: logout, kill -9 and crash of a login program all look the same from here.
 */
#include "keeper/leases.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lease.h"

#define LEASES_HELLO_MS 3000
#define LEASES_SPARE_FDS 32

void leases_init(struct leases *leases)
{
	struct rlimit limit = { 1024, 1024 };

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 1024 ? limit.rlim_max : 1024;
	setrlimit(RLIMIT_NOFILE, &limit);
	leases->capacity = LEASES_MAX;
	if (limit.rlim_cur < LEASES_MAX + LEASES_SPARE_FDS)
		leases->capacity = limit.rlim_cur > LEASES_SPARE_FDS ?
			(unsigned int)limit.rlim_cur - LEASES_SPARE_FDS :
			0;
}

static bool leases_from_root(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == 0;
}

void leases_accept(struct leases *leases, int listen_fd)
{
	for (;;) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		unsigned int place = 0;

		if (fd < 0)
			return;
		while (place < leases->top && leases->list[place].fd >= 0)
			place++;
		if (place == leases->capacity || !leases_from_root(fd)) {
			lease_say(fd, LEASE_FULL, 0, deadline_in(0), NULL);
			fd_closep(&fd);
			continue;
		}
		leases->list[place] =
			(struct lease){ .fd = fd, .hello_by = deadline_in(LEASES_HELLO_MS) };
		leases->n_open++;
		if (place == leases->top)
			leases->top++;
	}
}

static unsigned int *leases_counter(struct leases *leases, unsigned int kind)
{
	return kind == LEASE_LOGIN    ? &leases->n_logins :
		kind == LEASE_MANAGER ? &leases->n_managers :
					NULL;
}

static void leases_drop(struct leases *leases, unsigned int place)
{
	struct lease *lease = &leases->list[place];
	unsigned int *counter = leases_counter(leases, lease->kind);

	if (counter)
		(*counter)--;
	fd_closep(&lease->fd);
	lease->kind = 0;
	leases->n_open--;
}

/* A helper of another version would take silence for a room that ends, and ask again. */
static bool leases_refuse(struct lease *lease)
{
	lease_say(lease->fd, LEASE_UNKNOWN, 0, deadline_in(0), NULL);
	return false;
}

/* The first word of a connection. False: it is to be closed. */
static bool leases_hello(struct leases *leases, struct lease *lease, bool ending)
{
	enum lease_kind kind;
	unsigned int *counter;

	if (lease_hear(lease->fd, &kind, deadline_in(0), NULL) != LEASE_HELLO)
		return leases_refuse(lease);
	if (ending) {
		lease_say(lease->fd, LEASE_ENDING, kind, deadline_in(0), NULL);
		return false;
	}
	if (kind == LEASE_HOLD)
		leases->hold_until = deadline_in(LEASE_HOLD_MS);
	else if (kind != LEASE_LOGIN && kind != LEASE_MANAGER)
		return leases_refuse(lease);
	if (lease_say(lease->fd, LEASE_READY, kind, deadline_in(0), NULL) < 0)
		return false;
	/* Whoever was promised the room has come. */
	if (kind == LEASE_MANAGER)
		leases->hold_until = 0;
	lease->kind = (uint8_t)kind;
	counter = leases_counter(leases, lease->kind);
	if (counter)
		(*counter)++;
	leases->had_login = leases->had_login || kind == LEASE_LOGIN;
	return true;
}

void leases_serve(struct leases *leases, unsigned int place, bool ending)
{
	struct lease *lease = &leases->list[place];
	char byte;

	if (lease->fd < 0)
		return;
	if (lease->kind == 0) {
		if (!leases_hello(leases, lease, ending))
			leases_drop(leases, place);
		return;
	}
	/* A lease never speaks again: whatever is readable now is its end. */
	if (recv(lease->fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
		return;
	leases_drop(leases, place);
}

void leases_expire(struct leases *leases)
{
	for (unsigned int i = 0; i < leases->top; i++)
		if (leases->list[i].fd >= 0 && leases->list[i].kind == 0 &&
			deadline_left(leases->list[i].hello_by) == 0)
			leases_drop(leases, i);
}
