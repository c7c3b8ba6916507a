/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A number of 64 bits for bytes: tells one policy from another where nobody has a reason to make
 * two alike, because whoever writes them is root. It takes the bytes by eight, FNV-1a's way: a
 * login waits for it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *at = data;

	while (len > 0) {
		size_t n = len < 8 ? len : 8;
		uint64_t word = n;

		memcpy(&word, at, n);
		hash = (hash ^ word) * UINT64_C(0x100000001b3);
		hash ^= hash >> 32;
		at += n;
		len -= n;
	}
	return hash;
}
