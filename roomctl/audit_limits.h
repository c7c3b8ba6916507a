/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Limits of control groups, for probes.
 */
#pragma once

#include <stddef.h>

struct finding;

/* The files that tell of them. */
extern const char *const limit_files[];
extern const size_t n_limit_files;

/*
 * Whether the group below top ("/a/b", as /proc/PID/cgroup tells it), or one between, has the limit
 * of that name. No: it has, and the text says which. Yes: none has. Cannot tell when the group, or
 * what is above top, is not seen.
 */
void limit_look(const char *top, const char *below, const char *name, struct finding *finding);
