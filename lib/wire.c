/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A bounded cursor over bytes (see wire.h). Every access goes through wire_take(), the one place
 * that compares with the size.
 */
#include "lib/wire.h"

#include <errno.h>
#include <string.h>

static unsigned char *wire_take(struct wire *wire, size_t len, int err)
{
	unsigned char *at = wire->data + wire->at;

	if (wire->err)
		return NULL;
	if (len > wire->size - wire->at) {
		wire->err = err;
		return NULL;
	}
	wire->at += len;
	return at;
}

static void wire_put_number(struct wire *wire, uint64_t value, size_t width)
{
	unsigned char *at = wire_take(wire, width, -EMSGSIZE);

	for (size_t i = width; at && i-- > 0; value >>= 8)
		at[i] = (unsigned char)value;
}

static uint64_t wire_get_number(struct wire *wire, size_t width)
{
	const unsigned char *at = wire_take(wire, width, -EBADMSG);
	uint64_t value = 0;

	for (size_t i = 0; at && i < width; i++)
		value = value << 8 | at[i];
	return value;
}

void wire_put_u8(struct wire *wire, uint8_t value)
{
	wire_put_number(wire, value, 1);
}

void wire_put_u16(struct wire *wire, uint16_t value)
{
	wire_put_number(wire, value, 2);
}

void wire_put_u32(struct wire *wire, uint32_t value)
{
	wire_put_number(wire, value, 4);
}

void wire_put_u64(struct wire *wire, uint64_t value)
{
	wire_put_number(wire, value, 8);
}

void wire_put_bytes(struct wire *wire, const void *data, size_t len)
{
	unsigned char *at = wire_take(wire, len, -EMSGSIZE);

	if (at && len > 0)
		memcpy(at, data, len);
}

void wire_put_str(struct wire *wire, const char *text)
{
	size_t len = strlen(text);

	if (len > UINT16_MAX) {
		wire->err = wire->err ? wire->err : -EMSGSIZE;
		return;
	}
	wire_put_u16(wire, (uint16_t)len);
	wire_put_bytes(wire, text, len + 1);
}

uint8_t wire_get_u8(struct wire *wire)
{
	return (uint8_t)wire_get_number(wire, 1);
}

uint16_t wire_get_u16(struct wire *wire)
{
	return (uint16_t)wire_get_number(wire, 2);
}

uint32_t wire_get_u32(struct wire *wire)
{
	return (uint32_t)wire_get_number(wire, 4);
}

uint64_t wire_get_u64(struct wire *wire)
{
	return wire_get_number(wire, 8);
}

const void *wire_get_bytes(struct wire *wire, size_t len)
{
	return wire_take(wire, len, -EBADMSG);
}

const char *wire_get_str(struct wire *wire)
{
	size_t len = wire_get_u16(wire);
	const char *text = (const char *)wire_take(wire, len + 1, -EBADMSG);

	if (!text)
		return "";
	if (text[len] != '\0' || memchr(text, '\0', len)) {
		wire->err = -EBADMSG;
		return "";
	}
	return text;
}

int wire_end(const struct wire *wire)
{
	if (wire->err)
		return wire->err;
	return wire->at == wire->size ? 0 : -EBADMSG;
}
