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
	unsigned int line, column; /* from 1; column 0: it cannot be told */
	char text[320];
};

/* Up to COMPLAINTS_MAX; n_more counts those beyond. */
struct complaint_list {
	struct complaint list[COMPLAINTS_MAX];
	size_t n;
	size_t n_more;
};

struct complaints {
	struct complaint_list errors;   /* with one of these no room is opened */
	struct complaint_list warnings; /* what may not be meant */
	size_t n_later; /* of the errors, those about what is right and not built yet */
};

/* Adds one. The text is lower case and without a full stop; control bytes become '?'. */
void complaint_add(struct complaint_list *list, const char *file, unsigned int line,
	unsigned int column, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* "file:line:column: text", without what cannot be told. Returns buf. */
const char *complaint_print(const struct complaint *complaint, char *buf, size_t size);

/* Adds one about what was written at place (config/policy.h). */
#define complain_at(list, place, ...)                                                              \
	complaint_add(list, (place).file, (place).line, 0, __VA_ARGS__)
