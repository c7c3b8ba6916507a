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

void complaint_add(struct complaint_list *list, const char *file, unsigned int line,
	unsigned int column, const char *fmt, ...)
{
	struct complaint *complaint = &list->list[list->n];
	va_list args;

	if (list->n == COMPLAINTS_MAX) {
		list->n_more++;
		return;
	}
	list->n++;
	complaint->line = line;
	complaint->column = column;
	snprintf(complaint->file, sizeof complaint->file, "%s", file);
	va_start(args, fmt);
	vsnprintf(complaint->text, sizeof complaint->text, fmt, args);
	va_end(args);
	text_tame(complaint->file);
	text_tame(complaint->text);
}

const char *complaint_print(const struct complaint *complaint, char *buf, size_t size)
{
	char where[32] = "";

	if (complaint->line > 0 && complaint->column > 0)
		snprintf(where, sizeof where, "%u:%u:", complaint->line, complaint->column);
	else if (complaint->line > 0)
		snprintf(where, sizeof where, "%u:", complaint->line);
	snprintf(buf, size, "%s:%s %s", complaint->file, where, complaint->text);
	return buf;
}
