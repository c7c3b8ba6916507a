/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A look at the text of a policy before libconfig sees it: for what libconfig would let pass in
 * silence, read as something else, or choke on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct complaints;

#define SCAN_DEPTH_MAX 16      /* groups and lists in each other */
#define SCAN_KEYS_MAX 10000    /* keys of one group: libconfig looks through all for each new one */
#define SCAN_GROUPS_MAX 250000 /* groups and lists of one file */

/*
 * True when libconfig may see the text. Refused are: NUL and control bytes, bytes that are no
 * UTF-8, @include, numbers that wrap around (beyond 2147483647) or look octal (010 is ten to
 * libconfig), \x00 in a string, and what passes the bounds above. Slips that libconfig calls a
 * syntax error some lines later are told where they are: brackets and quotes that are not closed,
 * commas, text without quotes. text ends in a NUL at text[len].
 */
bool scan_text(const char *file, const char *text, size_t len, struct complaints *complaints);

/* The column, from 1, of the only key of that name in the line; 0: there is none, or several. */
unsigned int scan_column(const char *text, unsigned int line, const char *name);
