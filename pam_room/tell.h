/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * How the module tells what became of a login: one entry of the log, and one line to the user.
 */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

#define TELL_REFERENCE 7

struct tell {
	pam_handle_t *pamh;
	int priority; /* of syslog(3) */
	const char *service;
	const char *user; /* whatever a client has chosen */
	const char *what; /* after "user 'NAME' " */
	const char *reason, *step;
	int err; /* errno; 0: none */
	const char *key, *rule;
	const char *reference; /* of a refusal, or empty */
};

/* Six characters by which a refusal that somebody was shown is found in the log; no secret. */
void tell_reference(char buf[TELL_REFERENCE]);

/* To the journal, with a field for each; where there is none, a line of syslog. */
void tell_log(const struct tell *tell);
