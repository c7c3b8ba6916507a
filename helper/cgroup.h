/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups, as far as somebody manages them (cgroups(7)). One of two files is built:
 * cgroup_systemd.c asks systemd where it is process 1, cgroup_systemd_none.c refuses there. Without
 * systemd both leave processes where they are.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct why;

/*
 * Gives a keeper a scope of its own outside of every user's slice, so that the end of the session
 * or service that happened to come first is not the end of the room. It stops after what uid has
 * running.
 */
int cgroup_place_keeper(
	pid_t keeper, const char *key, uid_t uid, int64_t deadline, struct why *why);

/*
 * Sees to it that the process which opens a session is counted to its user: one that no session of
 * logind's holds (cron's, at's) gets a scope in the user's slice.
 */
int cgroup_place_login(pid_t login, uid_t uid, int64_t deadline, struct why *why);

/*
 * Asks for the restart of uid's user manager (user@.service) and does not wait for it: systemd ends
 * the old one with all that it runs, then opens the PAM session of the new one.
 */
int cgroup_restart_manager(uid_t uid, int64_t deadline, struct why *why);
