/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The mistakes of a policy, collected: whoever mends one wants to see the others.
 */
#pragma once

#include <stddef.h>

#define COMPLAINTS_MAX 20

struct complaint {
	char file[160];
	unsigned int line;
	char text[256];
};

/* All mistakes found, up to COMPLAINTS_MAX; n_more counts those beyond. */
struct complaints {
	struct complaint list[COMPLAINTS_MAX];
	size_t n;
	size_t n_more;
};

/* Adds one. The text is lower case and without a full stop; control bytes become '?'. */
void complaints_add(struct complaints *complaints, const char *file, unsigned int line,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
