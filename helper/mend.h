/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Looks at the view of a living room each time that somebody is about to enter it. What lies over a
 * file or directory of the host goes when the host replaces that: a daemon's socket is made anew, a
 * package is upgraded (mount_namespaces(7), "rename, unlink, rmdir"). It is laid again, or nobody
 * gets in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/policy.h"
#include "helper/view.h"

struct why;

struct mend_request {
	const struct room_spec *spec;
	struct view_facts facts;
	bool look;       /* the room was made by this spec: its view is looked at */
	bool joins;      /* a member who has not been in this room of a group yet */
	const char *tty; /* a terminal that the login is on, PAM_TTY, or empty */
	pid_t keeper;
	int keeper_pidfd;
};

/* The steps that put right what is missing in the view below root_dfd: an empty list when nothing
 * is. -ENOTRECOVERABLE: something is missing that can only be there from the start. -EXDEV: a
 * member's home is where this room hides none. */
int mend_list(
	const struct mend_request *request, int root_dfd, struct mount_list *list, struct why *why);

/* 0 when the view is what it should be. */
int mend_room(const struct mend_request *request, int64_t deadline, struct why *why);
