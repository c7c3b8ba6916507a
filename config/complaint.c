/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The mistakes of a policy (see complaint.h). Fixed in size: a file of a million mistakes costs no
 * more than one of twenty.
 */
#include "config/complaint.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/text.h"

void complaints_add(
	struct complaints *complaints, const char *file, unsigned int line, const char *fmt, ...)
{
	struct complaint *complaint = &complaints->list[complaints->n];
	va_list args;

	if (complaints->n == COMPLAINTS_MAX) {
		complaints->n_more++;
		return;
	}
	complaints->n++;
	complaint->line = line;
	snprintf(complaint->file, sizeof complaint->file, "%s", file);
	va_start(args, fmt);
	vsnprintf(complaint->text, sizeof complaint->text, fmt, args);
	va_end(args);
	text_tame(complaint->file);
	text_tame(complaint->text);
}
