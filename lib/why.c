/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The reason object (see why.h). strerrordesc_np() is used because it neither allocates nor reads
 * locale files: this code runs inside login programs that have joined a room.
 */
#include "lib/why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

int why_set(struct why *why, int err, const char *step, const char *fmt, ...)
{
	va_list args;

	if (why) {
		why->err = err;
		snprintf(why->step, sizeof why->step, "%s", step);
		va_start(args, fmt);
		vsnprintf(why->text, sizeof why->text, fmt, args);
		va_end(args);
		text_tame(why->text);
	}
	return err > 0 ? -err : -EINVAL;
}

const char *why_print(const struct why *why, char *buf, size_t size)
{
	const char *desc = why->err ? strerrordesc_np(why->err) : NULL;

	snprintf(buf, size, "%s: %s%s%s", why->step, why->text, desc ? ": " : "", desc ? desc : "");
	return buf;
}
