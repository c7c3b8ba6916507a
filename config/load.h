/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads the policy: room.conf, and room.d/ *.conf in the order of their names, below one directory.
 * In two steps, for programs that drop privileges between: the first opens and reads, the second
 * looks at what was read.
 */
#pragma once

#include <stdbool.h>

#include "config/complaint.h"
#include "config/policy.h"

struct why;

/* The texts of a policy, as they were read (sources.c). */
struct sources;

/*
 * Reads the files below the directory etc (ROOM_SYSCONFDIR in production). Every component of its
 * path and every file must be owned by root and not writable by group or others, checked on the
 * open fds; a file that changes while it is read is refused. Returns 0, or -errno with *why filled.
 */
int sources_read(const char *etc, struct sources **ret, struct why *why);

/* As sources_read(), of one file that need not be root's, and without room.d: a draft. */
int sources_read_file(const char *path, struct sources **ret, struct why *why);

/* Text that is in memory already; name is how complaints call it. */
int sources_take(const char *name, const char *text, size_t len, struct sources **ret);

/* Frees the texts; NULL is accepted. A policy does not need them any more. */
void sources_free(struct sources *sources);

/*
 * What the texts say. Returns 0, or -errno with *why filled: -EINVAL with complaints->errors means
 * that they list the mistakes and why holds the first of them. Warnings are for people; they are
 * looked for only when want_warnings.
 */
int policy_read(const struct sources *sources, bool want_warnings, struct policy **ret,
	struct complaints *complaints, struct why *why);

/* sources_read() and policy_read(), without warnings. */
int policy_load(
	const char *etc, struct policy **ret, struct complaints *complaints, struct why *why);

/* Frees the policy and everything it points to; NULL is accepted. */
void policy_free(struct policy *policy);
