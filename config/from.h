/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Where a login comes from: addresses, networks and host names. An address is never looked up in
 * the DNS, nor is a name, and neither is ever taken for the other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FROM_NAME_MAX 255

enum from_kind {
	FROM_NOWHERE, /* no remote host; of a login only */
	FROM_NET4,
	FROM_NET6,
	FROM_NAME,
};

struct from_pattern {
	enum from_kind kind;
	uint8_t addr[16]; /* in network order; the first 4 bytes for IPv4 */
	uint8_t bits;     /* of addr, that count */
	const char *name; /* FROM_NAME: a glob, in the caller's memory */
};

struct from_host {
	enum from_kind kind;
	uint8_t addr[16];
	char name[FROM_NAME_MAX + 1];
};

/*
 * "10.0.0.0/8", "fd00::1", "*.example.org". IPv4 addresses in IPv6 clothes (::ffff:10.0.0.0/104)
 * are IPv4. NULL, or what is wrong, as in units.h. name points into text.
 */
const char *from_parse(const char *text, struct from_pattern *ret);

/* What PAM_RHOST says: a zone (%eth0) and a last dot do not count. Never fails: what is too long to
 * be a name comes from nowhere. */
void from_host_read(const char *rhost, struct from_host *ret);

/* A network holds for addresses only, a name for names only, nothing for nowhere. */
bool from_holds(const struct from_pattern *pattern, const struct from_host *host);
