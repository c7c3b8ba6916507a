/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who undoes a trial when its time is up: a timer of systemd's, or a process that sleeps.
 */
#pragma once

struct trial;
struct why;

/* Starts it. It looks at the trial's file, and does nothing when that is gone. 0 or -errno. */
int watch_start(const struct trial *trial, struct why *why);

/* Ends the timer; a sleeping process sees for itself. 0 or -errno. */
int watch_stop(struct why *why);
