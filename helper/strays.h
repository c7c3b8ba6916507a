/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Processes of a user that run outside already when that user's room is made: from before pam_room
 * was enabled, or from a time when the policy said otherwise. They are a way around the room,
 * because what they listen on in the home or the runtime directory is reached from inside: a user
 * manager starts whatever its bus is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct why;
struct room_spec;

#define STRAYS_NOTE_MAX 256

/* Whose, and what is known of them. */
struct strays_request {
	const struct room_spec *spec; /* its key strays decides */
	uid_t uid;
	int rooms_dfd; /* the registry: who is in a room is no stray */
	/* The room is made for the user manager itself, whose service is starting just now. */
	bool for_manager;
};

/*
 * Does what the policy says: 0 when the room may be made, note telling which processes stay outside
 * (empty: none); -EBUSY when it may not, because they run or because the user manager among them
 * does not end in time. Another -errno: it cannot be told. Needs CAP_SYS_PTRACE (proc_pid_ns(5)).
 */
int strays_settle(const struct strays_request *request, int64_t deadline,
	char note[STRAYS_NOTE_MAX], struct why *why);
