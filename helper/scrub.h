/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The first minute of a setuid program's life: nothing the caller left behind may matter.
 */
#pragma once

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct why;

#define SCRUB_N_LIMITS 6

/* What the caller was, remembered for the one case that becomes the caller again. */
struct scrubbed {
	uid_t uid; /* real ids */
	gid_t gid;
	mode_t mask;        /* umask */
	char **environment; /* the caller's, untouched; environ itself is empty */
	struct rlimit limits[SCRUB_N_LIMITS];
};

/*
 * Makes the process fully root and takes away what was inherited: environment, umask, signals,
 * timers, working directory, terminal, too low limits, and every descriptor from first_fd on.
 * Descriptors 0, 1 and 2 are open afterwards. for_module: a keeper may come of this run, so the
 * supplementary groups, priority, scheduling and OOM score go too; without, a program is run for
 * the caller in the end.
 */
int scrub_start(struct scrubbed *ret, unsigned int first_fd, bool for_module, struct why *why);

/* Back to the default, before a program is run for the caller: what scrub_start() ignores. */
void scrub_restore_signals(void);

/* Gives the limits back that scrub_start() changed, before a program is run for the caller. */
int scrub_restore_limits(const struct scrubbed *scrubbed, struct why *why);

/*
 * Cuts the capabilities down to the named ones, refusing by name when one is missing, and demands
 * that user and pid namespace are those of pid 1 (namespaces(7)): a helper in somebody's container
 * would build rooms in a place that the host does not see. Then it enters pid 1's mount namespace,
 * at its root: login services may have a view of their own (PrivateTmp= in systemd.exec(5),
 * chroot(2)), and what a room looks like must not depend on which of them was first.
 */
int scrub_confine(struct why *why);
