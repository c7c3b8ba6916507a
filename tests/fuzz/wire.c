/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any row of gets on any bytes: nothing outside of them is touched, the first error stays, and
 * after it every number is 0 and every string empty. What is put comes back as it was.
 */
#include "lib/wire.h"

#include <errno.h>

#include "tests/fuzz/fuzz.h"

#define OPS 6

/* One get; what it says after an error is nothing. */
static void get_one(struct wire *wire, unsigned int op, size_t len)
{
	size_t before = wire->at;
	int err = wire->err;
	const char *text;
	const void *bytes;

	switch (op) {
	case 0:
		must(wire_get_u8(wire) == 0 || !wire->err);
		break;
	case 1:
		must(wire_get_u16(wire) == 0 || !wire->err);
		break;
	case 2:
		must(wire_get_u32(wire) == 0 || !wire->err);
		break;
	case 3:
		must(wire_get_u64(wire) == 0 || !wire->err);
		break;
	case 4:
		text = wire_get_str(wire);
		must(strlen(text) == 0 || !wire->err);
		must(wire->err || text + strlen(text) + 1 == (char *)wire->data + wire->at);
		break;
	default:
		bytes = wire_get_bytes(wire, len);
		must((bytes == NULL) == (wire->err != 0));
		must(!bytes || wire->at == before + len);
	}
	must(wire->at >= before && wire->at <= wire->size);
	must(!err || (wire->err == err && wire->at == before));
}

/* The same numbers and strings, written into a buffer that may be too small, and read again. */
static void put_and_get(const uint8_t *data, size_t size, size_t room)
{
	unsigned char buf[256];
	char text[64];
	struct wire to = { .data = buf, .size = room };
	struct wire from = { .data = buf };
	uint64_t number = 0;

	memcpy(&number, data, size < sizeof number ? size : sizeof number);
	as_text(data, size, text, sizeof text);
	wire_put_u64(&to, number);
	wire_put_u8(&to, (uint8_t)number);
	wire_put_str(&to, text);
	wire_put_u16(&to, (uint16_t)number);
	wire_put_bytes(&to, data, size < 64 ? size : 64);
	wire_put_u32(&to, (uint32_t)number);
	must(to.at <= room);
	must(to.err == 0 || to.err == -EMSGSIZE);
	if (to.err)
		return;
	from.size = to.at;
	must(wire_get_u64(&from) == number);
	must(wire_get_u8(&from) == (uint8_t)number);
	must(strcmp(wire_get_str(&from), text) == 0);
	must(wire_get_u16(&from) == (uint16_t)number);
	must(memcmp(wire_get_bytes(&from, size < 64 ? size : 64), data, size < 64 ? size : 64) ==
		0);
	must(wire_get_u32(&from) == (uint32_t)number);
	must(wire_end(&from) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_ops = next_byte(&data, &size) % 32;
	size_t room = next_byte(&data, &size);
	const uint8_t *ops = data;
	struct wire wire;

	if (size < n_ops)
		return 0;
	data += n_ops;
	size -= n_ops;
	wire = (struct wire){ .data = malloc(size ? size : 1), .size = size };
	must(wire.data != NULL);
	memcpy(wire.data, data, size);
	for (size_t i = 0; i < n_ops; i++)
		get_one(&wire, ops[i] % OPS, ops[i] / OPS);
	must((wire_end(&wire) == 0) == (!wire.err && wire.at == wire.size));
	free(wire.data);
	put_and_get(data, size, room);
	return 0;
}
