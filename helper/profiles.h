/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system call profiles as data: which calls each refuses, and which arguments. Four of them,
 * each tighter than the one before:
 *
 *   login      for people who share a house: what administers the whole host is refused
 *   developer  for people who share a machine: also what attacks the kernel or another room
 *   container  for strangers: a list of what is let through, nowhere looser than Docker's default
 *   strict     for strangers with nothing to debug: what a session, a compiler and an interpreter
 *              need
 *
 * What capabilities forbid anyway is left to them, because the login program lives under the filter
 * too, as root, for the rest of the session. doc/syscalls.md has what comes of it, call by call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/policy.h"

#define PROFILES_PASS (-1) /* no rule refuses it */

/* Half an argument, under the mask, has this value. Mask 0 ends a list of conditions. */
struct profiles_condition {
	unsigned int arg;
	bool high; /* the upper half, which the kernel reads of pointers only */
	uint32_t mask, value;
};

#define PROFILES_CONDITIONS_MAX 3

/*
 * What is answered to a call whose arguments meet all conditions: an errno, or PROFILES_PASS for
 * what the profile says of the call. Of the rules of one call the first that is met decides.
 */
struct profiles_rule {
	const char *name;
	unsigned int profiles; /* a set: 1 << PROFILE_* */
	bool always;           /* part of how a room is held: nothing in a policy lifts it */
	int answer;
	struct profiles_condition conditions[PROFILES_CONDITIONS_MAX];
};

extern const struct profiles_rule profiles_rules[];
extern const size_t profiles_n_rules;

/* What the profile says of a call whatever its arguments: PROFILES_PASS or an errno. */
int profiles_call(unsigned int profile, const char *name);

/* What a refused call answers: an errno. */
int profiles_error(const char *name);

/* True: what no table names is let in: new calls, and the architecture's other ABIs, which then
 * meet the same rules. False: they answer ENOSYS. */
bool profiles_is_open(unsigned int profile);

/* True: a call that user namespaces are made of, and what people do in them. */
bool profiles_is_of_namespaces(const char *name);
