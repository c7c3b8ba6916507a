/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The module's arguments, as they stand behind it in a PAM stack.
 */
#pragma once

#include <stdbool.h>

struct why;

struct args {
	bool debug;     /* log more */
	bool rehearsal; /* for roomctl(8): see whether a session would open */
};

/* -EINVAL with why for a word that is none: it may have been meant to protect. */
int args_read(int argc, const char **argv, struct args *ret, struct why *why);
