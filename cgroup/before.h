/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a user's slice had before a limit was set on it, as it is kept in /run/pam_room/limits/UID:
 * lines "PROPERTY=NUMBER", and the words "cpus" and "io", which were nothing before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/limits.h"

struct why;

#define BEFORE_TEXT_MAX 1024

/* Of what was set; LIMITS_NONE is a value too ("infinity"). */
struct before {
	bool set[N_LIMITS];
	uint64_t values[N_LIMITS];
	bool cpus, io;
};

/* Whether nothing was set. */
bool before_is_none(const struct before *before);

/* From the file's text, which is taken apart. Lines that are none of ours say nothing. */
void before_parse(char *text, struct before *ret);

/* Back to text; returns its length, 0 when nothing was set. */
size_t before_print(const struct before *before, char text[BEFORE_TEXT_MAX]);

/* In the folder dfd; a file that is not there says that nothing was set. 0 or -errno. */
int before_read(int dfd, uid_t uid, struct before *ret, struct why *why);

/* Likewise; without anything set there is no file afterwards. */
int before_write(int dfd, uid_t uid, const struct before *before, struct why *why);
