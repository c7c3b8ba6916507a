/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any bytes as an answer of room-lookup's: taken only if it is a byte for each name and a newline,
 * and what is refused says nothing.
 */
#include "lib/lookup.c"

#include "tests/fuzz/fuzz.h"

#define NAMES_MAX 8

static enum lookup_said meant(uint8_t byte)
{
	return byte == 'y' ? LOOKUP_YES : byte == 'n' ? LOOKUP_NO : LOOKUP_UNKNOWN;
}

static int is_answer(const uint8_t *data, size_t size, size_t n)
{
	for (size_t i = 0; i < n && i < size; i++)
		if (!data[i] || !strchr("yn-", data[i]))
			return 0;
	return size > n && data[n] == '\n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = next_byte(&data, &size) % NAMES_MAX;
	unsigned char said[NAMES_MAX] = { LOOKUP_UNKNOWN };
	char buf[NAMES_MAX + 2];
	int pair[2], r;

	if (size > 4096)
		return 0;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	must(size == 0 || send(pair[0], data, size, MSG_NOSIGNAL) == (ssize_t)size);
	close(pair[0]);
	r = lookup_receive(pair[1], said, n, buf, deadline_in(1000));
	close(pair[1]);
	must((r == 0) == is_answer(data, size, n));
	for (size_t i = 0; i < n; i++)
		must(said[i] == (r == 0 ? meant(data[i]) : LOOKUP_UNKNOWN));
	return 0;
}
