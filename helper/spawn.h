/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Starts a keeper: process 1 of the room's new namespaces, in which it finds the room's view.
 * Needs CAP_SYS_ADMIN.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct mount_list;
struct why;

struct spawn_request {
	const struct mount_list *view;
	const char *key;
	const char *linger;    /* "processes", "none" or seconds */
	const char *hostname;  /* for a uts namespace; NULL: as it is */
	unsigned int ns_flags; /* CLONE_NEW*, mount and pid among them */
	int net_fd;            /* a network namespace that is there already, or -1 */
	int disk_fd;           /* what MOUNT_DISK attaches, or -1 */
	int rooms_dfd;         /* lib/registry.h */
	int listen_fd;         /* bound, not listening */
	int64_t deadline;
};

/* A keeper that stands and waits to be adopted; it ends by itself when birth_fd is closed before.
 */
struct spawned {
	pid_t pid;
	int pidfd;
	int birth_fd;
};

/* Returns 0 when the keeper has said READY; on failure nothing of it is left. */
int spawn_keeper(const struct spawn_request *request, struct spawned *ret, struct why *why);

/* Lets the keeper live on its own. */
int spawn_adopt(struct spawned *spawned, int64_t deadline, struct why *why);

/* Ends it, if it was not adopted, and closes the fds. */
void spawn_release(struct spawned *spawned);
