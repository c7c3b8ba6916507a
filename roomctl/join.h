/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Root, outside, goes into a living room as its user, in the way a login does: with a lease of the
 * keeper's, by the room's own plan, in the order of lib/apply.h. Nothing here needs more than its
 * caller has: for who is not root the registry does not even open.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "lib/plan.h"
#include "lib/registry.h"

#define JOIN_GROUPS_MAX 1024

struct host {
	char key[REGISTRY_KEY_MAX];
	int pidfd; /* of the keeper, proven by its answer */
	pid_t keeper;
	int lease_fd;     /* the room does not end while it is open; -1: none was asked for */
	struct plan plan; /* where a lease was asked for */
};

/* Who runs in there, from the directory, looked up outside. */
struct guest {
	char name[256], home[4096], shell[4096];
	uid_t uid;
	gid_t gid, groups[JOIN_GROUPS_MAX];
	int n_groups;
};

/*
 * Finds the living room that the word means: a key, the name of its user, or a name of a room that
 * one user alone has; with lease, takes a lease of it. Returns 0, or the exit code after saying
 * what is wrong. join_release() it.
 */
int join_find(const char *word, bool lease, struct host *ret);

/* The user whose room it is. 0, or the exit code after saying why there is none. */
int join_guest(const struct host *host, struct guest *ret);

/*
 * Runs a program as the guest and waits for its end: in the room, or outside where host is NULL.
 * Its standard output is out_fd, unless that is -1. argv[0] is looked for in PATH, in the room;
 * login: argv is a shell that is to be one of a login. Returns its exit status, 128 and the signal
 * that ended it, or an exit code after saying why it does not run. It gets none of this process's
 * other descriptors and none of its environment but TERM.
 */
int join_run(const struct host *host, const struct guest *guest, char *const *argv, bool login,
	int out_fd);

void join_release(struct host *host);
