/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A bounded cursor over bytes: the only way bytes cross from one program to another. Numbers are
 * big-endian and of fixed width, strings carry a 16-bit length and end in a NUL byte that is not
 * counted. The first error sticks: a caller may get or put everything and look at err once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct wire {
	unsigned char *data;
	size_t size; /* room for writing, bytes present for reading */
	size_t at;
	int err; /* 0, or the first -errno: -EMSGSIZE, -EBADMSG */
};

void wire_put_u8(struct wire *wire, uint8_t value);
void wire_put_u16(struct wire *wire, uint16_t value);
void wire_put_u32(struct wire *wire, uint32_t value);
void wire_put_u64(struct wire *wire, uint64_t value);
void wire_put_bytes(struct wire *wire, const void *data, size_t len);
/* At most 65,535 bytes. */
void wire_put_str(struct wire *wire, const char *text);

uint8_t wire_get_u8(struct wire *wire);
uint16_t wire_get_u16(struct wire *wire);
uint32_t wire_get_u32(struct wire *wire);
uint64_t wire_get_u64(struct wire *wire);
/* Points into the data, or NULL after an error. */
const void *wire_get_bytes(struct wire *wire, size_t len);
/* Points into the data; never NULL: "" after an error. A string with a NUL inside is an error. */
const char *wire_get_str(struct wire *wire);

/* 0 when everything was read and nothing went wrong; trailing bytes are -EBADMSG. */
int wire_end(const struct wire *wire);
