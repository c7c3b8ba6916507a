/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a login gets: a pure function of the policy and the subject.
 */
#pragma once

#include "config/policy.h"

/* Who logs in, as PAM and NSS told. Strings may be empty, never NULL. */
struct subject {
	const char *user;
	uint32_t uid;
	const char *const *groups; /* names of all groups of the user, the primary one included */
	size_t n_groups;
	const char *service;
};

struct decision {
	enum verdict verdict;
	const struct room_spec *room; /* VERDICT_ROOM only */
	const struct rule *rule;      /* NULL: no rule matched, or uid 0 */
};

/*
 * First match wins; all conditions of a rule must hold. uid 0 is always outside, whatever the rules
 * say. No match: uids below uid_min are outside, all others get the built-in room "brick".
 */
void policy_match(const struct policy *policy, const struct subject *subject, struct decision *ret);
