/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whole-string parsers and printers. Nothing here allocates or depends on the locale.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces control bytes and bytes above 0x7e by '?', in place: log lines and terminals stay whole.
 */
void text_tame(char *text);

/* Control bytes only: for text of more than one language. */
void text_tame_line(char *text);

/* Length of the UTF-8 sequence (RFC 3629) at text, of which max bytes can be read, and its code
 * point; 0 when it is none. */
size_t text_utf8(const char *text, size_t max, unsigned int *ret_point);

/* A decimal number and nothing else, no sign, no leading zero; at most max. 0 or -EINVAL, -ERANGE.
 */
int text_u64(const char *text, uint64_t max, uint64_t *ret);

/* Whether the word is in the text, by itself: words end with a blank, a line or the text. */
bool text_has_word(const char *text, const char *word);

/* A uid or gid: decimal, below 2^32 - 1 (that value means "no id" to the kernel). */
int text_id(const char *text, uint32_t *ret);

/*
 * A room's name: 1 to 32 bytes of a-z 0-9 - _, starting with a letter. Names become parts of file
 * and unit names, so nothing else is ever let through.
 */
bool text_is_room_name(const char *text);

/*
 * "1001.staff" is a room's key: a decimal uid, a dot, a room's name. A room of one session has
 * another dot and a number behind it, "1001.guests.7".
 */
bool text_is_room_key(const char *text);

#define TEXT_ROOM_NAME_MAX 32

/* The room's name in a key, into buf. */
const char *text_key_name(const char *key, char buf[TEXT_ROOM_NAME_MAX + 1]);

/* The capability's name without "CAP_", in lower case, or NULL when the number is unknown. */
const char *text_cap_name(unsigned int cap);

/* Edit distance between two names, for "did you mean"; stops counting at max + 1. */
unsigned int text_distance(const char *a, const char *b, unsigned int max);
