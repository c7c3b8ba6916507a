/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The one log sink (see log.h).
 */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "lib/text.h"

static int to_stderr;

void log_open(const char *program, int stderr_too)
{
	openlog(program, LOG_PID, LOG_AUTHPRIV);
	to_stderr = stderr_too;
}

void log_line(int priority, const char *fmt, ...)
{
	char line[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	text_tame(line);
	syslog(priority, "%s", line);
	if (to_stderr)
		fprintf(stderr, "%s\n", line);
}
