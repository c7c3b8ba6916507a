/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Puts the calling thread into a room: carries out a plan in a fixed order and reads back what it
 * did. Used by the module inside the login program, and by the helper when it starts a user
 * manager.
 *
 *   apply_prepare   opens what going back will need; changes nothing
 *   apply_join      resource limits, namespaces, working directory; apply_undo() takes them back
 *   apply_confine   capabilities, securebits, no_new_privs, syscall filter; cannot be taken back
 *
 * Needs CAP_SYS_ADMIN, CAP_SYS_CHROOT and CAP_SYS_PTRACE to join (setns(2) on a pidfd), CAP_SETPCAP
 * to confine. Between apply_prepare() and the end nothing is allocated and the only path of the
 * room that is looked up is the working directory's.
 */
#pragma once

#include <stdbool.h>
#include <sys/resource.h>

#include "lib/plan.h"

/* What going back needs. All fds are close-on-exec and belong to the struct. */
struct joint {
	int own_ns_dfd; /* /proc/thread-self/ns of the procfs outside, for reading back */
	int ns_fds[PLAN_N_NS];
	int root_fd, cwd_fd;
	char cwd[4096]; /* empty: not reachable by a path */
	bool joined;
	size_t n_limits; /* how many of the plan's limits were set */
	struct rlimit limits[PLAN_RLIMITS_MAX];
};

/* Opens the fds of a joint; on failure there is nothing to release. */
int apply_prepare(struct joint *joint, struct why *why);

/* Joins the namespaces of the process that pidfd names. On failure call apply_undo(). */
int apply_join(const struct plan *plan, int pidfd, struct joint *joint, struct why *why);

/* The irreversible part. On failure the thread has lost capabilities but may still apply_undo(). */
int apply_confine(const struct plan *plan, struct why *why);

/* Back to the namespaces, root, working directory and limits of apply_prepare(). */
int apply_undo(const struct plan *plan, struct joint *joint, struct why *why);

/* Closes the fds; the joint cannot be undone any more. */
void apply_release(struct joint *joint);
