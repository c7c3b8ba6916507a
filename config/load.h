/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads the policy: room.conf, and room.d/ *.conf in the order of their names, below one directory.
 */
#pragma once

#include <stdbool.h>

#include "config/complaint.h"
#include "config/policy.h"

struct why;

/*
 * Loads the policy below the directory etc (ROOM_SYSCONFDIR in production). Every component of its
 * path and every file must be owned by root and not writable by group or others, checked on the
 * open fds. Returns 0, or -errno with *why filled: -EINVAL with complaints means that they list the
 * mistakes and why holds the first of them as "file:line: text".
 */
int policy_load(
	const char *etc, struct policy **ret, struct complaints *complaints, struct why *why);

/* As policy_load(), of one file that need not be root's, and without room.d: a draft. */
int policy_load_file(
	const char *path, struct policy **ret, struct complaints *complaints, struct why *why);

/* Frees the policy and everything it points to; NULL is accepted. */
void policy_free(struct policy *policy);
