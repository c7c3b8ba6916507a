/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads the words that bus_print() writes (see property.h).
 */
#include "bus/property.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"

static int nibble(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* In place: two characters are no shorter than the byte that they say. */
static int read_bytes(char *text, struct bus_property *ret)
{
	size_t len = strlen(text);

	if (len % 2)
		return -EBADMSG;
	for (size_t i = 0; i < len; i += 2) {
		int high = nibble(text[i]), low = nibble(text[i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		text[i / 2] = (char)(high << 4 | low);
	}
	ret->bytes = text;
	ret->len = len / 2;
	return 0;
}

int property_read(char *word, struct bus_property *ret)
{
	const char *name = strsep(&word, " "), *type = strsep(&word, " ");
	const char *number = strsep(&word, " ");
	uint64_t which;

	*ret = (struct bus_property){ .name = name };
	if (!word || !*name || text_u64(type, BUS_RATES, &which) < 0 ||
		text_u64(number, UINT64_MAX, &ret->number) < 0)
		return -EBADMSG;
	ret->type = (enum bus_type)which;
	if (ret->type == BUS_BYTES)
		return read_bytes(word, ret);
	ret->text = *word || ret->type != BUS_RATES ? word : NULL;
	return 0;
}
