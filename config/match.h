/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a login gets: a pure function of the policy and the subject.
 */
#pragma once

#include "config/from.h"
#include "config/policy.h"
#include "lib/lookup.h"

/* Who logs in, as PAM and NSS told. Strings may be empty, never NULL. */
struct subject {
	const char *user;
	uint32_t uid;
	const char *service;
	const char *tty; /* PAM_TTY, as it is */
	struct from_host from;
	int wday, minute; /* local time: 0 is Sunday; of the day */
	/*
	 * Of policy->groups and then policy->netgroups, one enum lookup_said each. NULL: nobody was
	 * asked yet, all are unknown.
	 */
	const unsigned char *said;
};

struct decision {
	enum verdict verdict;
	const struct room_spec *room; /* VERDICT_ROOM only */
	const struct rule *rule;      /* NULL: no rule matched, or uid 0 */
	/*
	 * A rule that might match and would decide otherwise, when what is known of the user's
	 * groups does not tell; and the name that it turns on. NULL: the decision is certain.
	 */
	const struct rule *unsure;
	const char *unsure_name;
};

/*
 * Marks (with 1, in an array like subject.said) the groups and netgroups that a decision may turn
 * on: those of rules that match but for them, up to the first that matches for certain.
 */
void policy_mark_doubts(
	const struct policy *policy, const struct subject *subject, unsigned char *marks);

/* One rule that was looked at, in their order, and the condition that made it fail or doubtful. */
struct tried {
	const struct rule *rule;
	enum lookup_said matches;
	const char *condition; /* the key's name; NULL when it matches */
};

typedef void match_trace(const struct tried *tried, void *arg);

/*
 * First match wins; all conditions of a rule must hold. uid 0 is always outside, whatever the rules
 * say. No match: uids below uid_min are outside, all others get the room "brick". trace may be
 * NULL; it is not called for rules behind the one that decides.
 */
void policy_match(const struct policy *policy, const struct subject *subject, struct decision *ret,
	match_trace *trace, void *arg);
