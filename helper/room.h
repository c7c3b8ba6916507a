/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Finds the living room of a user, or makes it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/policy.h"
#include "helper/strays.h"
#include "lib/lease.h"
#include "lib/plan.h"
#include "lib/registry.h"

struct why;

/* Whose room, and what it is to be if it has to be made. Strings are never NULL. */
struct room_request {
	const struct room_spec *spec;
	const char *user, *home;
	uid_t uid;
	gid_t gid;
	const char *tty;  /* PAM_TTY */
	const char *rule; /* "file:line" of the rule that decided, or empty; for people */
	const struct policy *policy;
	bool for_manager; /* the user manager's service asks, which is starting just now */
};

/* A room that lives at least as long as lease_fd is open. */
struct room {
	char key[REGISTRY_KEY_MAX];
	pid_t keeper;
	int pidfd; /* the keeper's */
	int lease_fd;
	bool frozen; /* an administrator's word (roomctl freeze), which no policy overrules */
	char note[STRAYS_NOTE_MAX]; /* processes of the user that stay outside; empty: none */
	size_t plan_len;
	unsigned char plan[PLAN_SIZE_MAX]; /* encoded, as the registry keeps it */
};

/* The key of the user's room of that description, or of the group's; of a session's own, another
 * one each time. */
void room_key(char key[REGISTRY_KEY_MAX], uid_t uid, const struct room_spec *spec);

/* Returns 0 with a lease of the given kind; room_release() closes the fds. */
int room_open(const struct room_request *request, enum lease_kind kind, int64_t deadline,
	struct room *ret, struct why *why);

/* As room_open(), of a room that must live already: -ENOENT when it does not. */
int room_find(
	const char *key, enum lease_kind kind, int64_t deadline, struct room *ret, struct why *why);

void room_release(struct room *room);
