/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * An account as a policy sees it: the login that verbs ask about, without one happening.
 */
#pragma once

#include <sys/types.h>

#include "config/match.h"

struct options;

#define ACCOUNT_NAME_MAX 256

struct account {
	char name[ACCOUNT_NAME_MAX];
	uid_t uid;
	gid_t gid;
};

/* Looks the user up. 0; -ENOENT when there is none; another -errno when NSS does not answer. */
int account_find(const char *name, struct account *ret);

/*
 * The login that the options tell of: service sshd unless said, from nowhere, now. A terminal that
 * is not said is what such a service has. Returns 0, or EXIT_USAGE after saying what is wrong.
 */
int account_login(const struct options *options, struct subject *ret);

/* The terminal that PAM_TTY tells of when that service opens a session without more being known. */
const char *account_usual_tty(const char *service);
