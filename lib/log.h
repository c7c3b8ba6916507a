/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The one log sink. Only the ends of main functions call it; library code returns a reason instead.
 */
#pragma once

/* Opens syslog (LOG_AUTHPRIV) under the program's name. stderr_too: also print each line there. */
void log_open(const char *program, int stderr_too);

/* One line at a syslog priority; control bytes are replaced, so it stays one line. */
void log_line(int priority, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
