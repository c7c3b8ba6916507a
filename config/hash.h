/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * FNV-1a of 64 bits: tells one policy from another where nobody has a reason to make two alike,
 * because whoever writes them is root.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *byte = data;

	while (len-- > 0)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}
