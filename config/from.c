/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Where a login comes from (see from.h).
 */
#include "config/from.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define FROM_STARS_MAX 8
#define MAPPED_BITS 96 /* of ::ffff:0:0/96, RFC 4291 */

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* How many bits an address of that kind has, or 0 when the text is none. */
static uint8_t read_address(const char *text, enum from_kind *kind, uint8_t addr[16])
{
	uint8_t bytes[16] = { 0 };

	if (inet_pton(AF_INET, text, bytes) == 1)
		*kind = FROM_NET4;
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*kind = FROM_NET6;
	else
		return 0;
	memcpy(addr, bytes, sizeof bytes);
	return *kind == FROM_NET4 ? 32 : 128;
}

/* IPv4 in IPv6 clothes is IPv4. */
static void undress(enum from_kind *kind, uint8_t addr[16], uint8_t *bits)
{
	if (*kind != FROM_NET6 || *bits < MAPPED_BITS || memcmp(addr, mapped, sizeof mapped) != 0)
		return;
	*kind = FROM_NET4;
	*bits = (uint8_t)(*bits - MAPPED_BITS);
	memmove(addr, addr + sizeof mapped, 4);
	memset(addr + 4, 0, 12);
}

static bool bit(const uint8_t *addr, unsigned int n)
{
	return addr[n / 8] >> (7 - n % 8) & 1;
}

static const char *parse_network(const char *text, const char *slash, struct from_pattern *ret)
{
	struct from_pattern pattern = { 0 };
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;
	size_t len = (size_t)(slash - text);
	uint8_t max;

	if (len >= sizeof address)
		return "is no network";
	memcpy(address, text, len);
	address[len] = '\0';
	max = read_address(address, &pattern.kind, pattern.addr);
	if (max == 0)
		return "is no network: what stands before the / is no address";
	if (text_u64(slash + 1, max, &bits) < 0)
		return max == 32 ? "is no network: an IPv4 address has 32 bits" :
				   "is no network: an IPv6 address has 128 bits";
	for (unsigned int n = (unsigned int)bits; n < max; n++)
		if (bit(pattern.addr, n))
			return "has bits beyond its length: zero them, or leave the / out for one "
			       "address";
	pattern.bits = (uint8_t)bits;
	undress(&pattern.kind, pattern.addr, &pattern.bits);
	*ret = pattern;
	return NULL;
}

static const char *parse_name(const char *text, struct from_pattern *ret)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*?[]!";
	size_t stars = 0;

	for (const char *c = text; *c; c++)
		stars += *c == '*';
	if (strspn(text, allowed) != strlen(text))
		return "is neither an address nor a host name";
	/* It would be held against names, and no address is ever one. */
	if (strcmp(text, "*") != 0 && strspn(text, "0123456789.*?[]!-") == strlen(text))
		return "is no address: a network is written like \"10.0.0.0/8\"";
	if (strchr(text, '[') && !strchr(strchr(text, '['), ']'))
		return "has a [ without a ]";
	if (text[strlen(text) - 1] == '.')
		return "is to be written without a dot at its end";
	if (strlen(text) > FROM_NAME_MAX || stars > FROM_STARS_MAX)
		return "is too long for a host name, or has more than 8 stars";
	*ret = (struct from_pattern){ .kind = FROM_NAME, .name = text };
	return NULL;
}

const char *from_parse(const char *text, struct from_pattern *ret)
{
	const char *slash = strchr(text, '/');
	struct from_pattern pattern = { 0 };

	if (!*text)
		return "is empty";
	if (slash)
		return parse_network(text, slash, ret);
	pattern.bits = read_address(text, &pattern.kind, pattern.addr);
	if (pattern.bits == 0)
		return parse_name(text, ret);
	undress(&pattern.kind, pattern.addr, &pattern.bits);
	*ret = pattern;
	return NULL;
}

void from_host_read(const char *rhost, struct from_host *ret)
{
	size_t len = strlen(rhost);
	uint8_t bits;
	char *zone;

	*ret = (struct from_host){ .kind = FROM_NOWHERE };
	if (len == 0 || len > FROM_NAME_MAX)
		return;
	memcpy(ret->name, rhost, len + 1);
	/* As the DNS writes names that are whole. */
	if (ret->name[len - 1] == '.')
		ret->name[--len] = '\0';
	zone = strchr(ret->name, '%');
	if (zone)
		*zone = '\0';
	bits = read_address(ret->name, &ret->kind, ret->addr);
	if (bits > 0 && !(zone && ret->kind == FROM_NET4)) {
		undress(&ret->kind, ret->addr, &bits);
		return;
	}
	/* No address, so what looked like a zone was part of a name. */
	memcpy(ret->name, rhost, len);
	ret->kind = len > 0 ? FROM_NAME : FROM_NOWHERE;
}

bool from_holds(const struct from_pattern *pattern, const struct from_host *host)
{
	if (pattern->kind != host->kind || host->kind == FROM_NOWHERE)
		return false;
	if (pattern->kind == FROM_NAME)
		return fnmatch(pattern->name, host->name, FNM_CASEFOLD) == 0;
	for (unsigned int n = 0; n < pattern->bits; n++)
		if (bit(pattern->addr, n) != bit(host->addr, n))
			return false;
	return true;
}
