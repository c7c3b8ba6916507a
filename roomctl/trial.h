/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A trial of `roomctl enable`: it is undone unless it is confirmed from a login that began after
 * it. What is known of it stands in one file, which outlives a boot; whoever takes the file away
 * first, by confirming or by undoing, has decided.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "roomctl/wiring.h"

struct report;
struct why;

#define TRIAL_SECONDS_MAX 86400

struct trial {
	char boot[40];    /* the boot it began in (random(4): boot_id) */
	uint64_t since;   /* when, in clock ticks since that boot */
	uint64_t until;   /* its end, in seconds since that boot */
	uint64_t session; /* the highest audit session of a process then; 0: there was none */
};

/*
 * The drop-in by which a boot ends a trial: before users other than root are let in
 * (systemd-user-sessions.service(8)).
 */
extern const struct wiring_dropin trial_dropin;

/* A trial that begins now, not written yet. 0 or -errno. */
int trial_new(uint32_t seconds, struct trial *ret, struct why *why);

int trial_write(const struct trial *trial, struct why *why);

/* -ENOENT with why: there is none. */
int trial_read(struct trial *ret, struct why *why);

/* Whether its time is up, or the machine has booted since. 1, 0 or -errno. */
int trial_is_over(const struct trial *trial, struct why *why);

/* Takes the file away: 0, -ENOENT when somebody else has, or another -errno. */
int trial_take(struct why *why);

/* For undoing: takes the trial for this caller, so that it cannot be confirmed any more. 0 also
 * when an earlier undoing was cut short. -ENOENT: there is none. */
int trial_claim(struct why *why);

/* After undoing: the claim goes. */
int trial_forget(struct why *why);

/* One line about a trial that runs, or that should have been undone. */
void trial_report(struct report *report);

/* Seconds since boot, as struct trial counts them and a timer of systemd's does: none while the
 * machine sleeps (CLOCK_MONOTONIC). */
uint64_t trial_now(void);
