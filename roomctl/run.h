/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Runs a program of systemd's. Where systemd does not run, nobody asks.
 */
#pragma once

#include <stdbool.h>

struct why;

/* Whether systemd is process 1 (sd_booted(3)). */
bool run_has_systemd(void);

/*
 * Runs /usr/bin/NAME (or /bin/NAME) with these arguments, a NULL at their end, and an empty
 * environment, and waits. What it prints goes to stderr. 0, or -errno with why when it could not be
 * run or did not end with 0.
 */
int run_systemd(const char *name, const char *const *args, struct why *why);
