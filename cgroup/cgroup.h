/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups (cgroups(7)), by one of three drivers with the same six functions: systemd.c asks
 * systemd where it is process 1, systemd_none.c refuses there because this build has no libsystemd,
 * and fs.c keeps groups of its own in the unified hierarchy where nobody else does.
 *
 * A room's group is what its limits hold for. With systemd it is the user's slice, so that the
 * user's manager and every session count together, in whichever of the user's rooms they are;
 * without, each room has one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct limits;
struct why;

struct cgroup_room {
	const char *key; /* lib/registry.h */
	uid_t uid;
};

struct cgroup_driver {
	/* A user's rooms have one group together; a room that a group shares has none (settle.h).
	 */
	bool by_user;

	/*
	 * Takes a keeper out of every room's group, so that neither its limits nor the end of the
	 * session or service that happened to come first are the end of the room.
	 */
	int (*place_keeper)(
		const struct cgroup_room *room, pid_t keeper, int64_t deadline, struct why *why);

	/*
	 * Sees to it that the process which opens a session is counted to the room's group; with
	 * limited false only if no group of logind's holds it already. Whom a job holds
	 * (cgroup_holds_job()) stays there.
	 */
	int (*place_login)(const struct cgroup_room *room, pid_t login, bool limited,
		int64_t deadline, struct why *why);

	/*
	 * Takes a login that is refused because the room's group is full out of it, if it is in
	 * there already, or it could not even start the process that tells.
	 */
	int (*release_login)(
		const struct cgroup_room *room, pid_t login, int64_t deadline, struct why *why);

	/*
	 * Makes these the limits of the room's group, whether or not there is anything in it yet;
	 * what earlier limits were set and are none now is as it was before them. -ENOTSUP: a
	 * controller is missing, and why names it.
	 */
	int (*limit)(const struct cgroup_room *room, const struct limits *limits, int64_t deadline,
		struct why *why);

	/*
	 * Asks for the restart of the user's manager (user@.service) and does not wait for it:
	 * systemd ends the old one with all that it runs, then opens the PAM session of the new
	 * one.
	 */
	int (*restart_manager)(uid_t uid, int64_t deadline, struct why *why);

	/* The room's group below the unified hierarchy's root, "user.slice/user-1000.slice". */
	void (*path)(const struct cgroup_room *room, char *buf, size_t size);
};

/* The one of this machine. */
const struct cgroup_driver *cgroup_driver(void);

extern const struct cgroup_driver cgroup_systemd, cgroup_fs;

/* The unified hierarchy's root as an O_RDONLY fd, or -ENOENT when it is not mounted. */
int cgroup_root(void);

/* The room's group as an O_RDONLY fd, or -ENOENT when it has none now. */
int cgroup_open(const struct cgroup_room *room);

/* The process's group in the unified hierarchy, "/" included. */
int cgroup_of(pid_t pid, char *buf, size_t size, struct why *why);

/*
 * The group of a batch system's job, in which its own PAM module has put a login (slurmstepd.scope
 * of the system's slice, pam_slurm_adopt). The job's limits are for whatever is in there, so a
 * login that came there stays; in a user's own slice such a name means nothing.
 */
bool cgroup_is_job(const char *group);

/*
 * Whether one holds the process, as a login of that user: what su and sudo start there for somebody
 * else is not the job's. Whose login it is, says proc_pid_loginuid(5); without an answer it is his.
 */
bool cgroup_holds_job(pid_t login, uid_t uid);

/* -ENOTSUP when the hierarchy lacks a controller that these limits need. */
int cgroup_check_controllers(int root_fd, const struct limits *limits, struct why *why);

/* 0 while another login fits into the room's group, -EAGAIN with the numbers when none does
 * (pids.max). */
int cgroup_check_full(const struct cgroup_room *room, struct why *why);
