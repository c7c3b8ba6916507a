/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The decision about a login, groups included: what the helper does, and roomctl with it.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "config/match.h"

struct why;

/*
 * Asks about the groups and netgroups of the policy that the subject's decision may turn on
 * (lib/lookup.h). *ret is malloc'ed and fit for subject.said, also when the answer is late or
 * missing: then *why says so. 0 or -ENOMEM.
 */
int policy_ask(const struct policy *policy, const struct subject *subject, gid_t gid,
	int64_t deadline, unsigned char **ret, struct why *why);

/*
 * policy_match(), with the groups asked about only when the decision turns on them. gid is the
 * user's primary group. The trace sees the last look only. A decision that is still not certain is
 * 0 with ret->unsure, and *why says what could not be told. 0 or -ENOMEM.
 */
int policy_decide(const struct policy *policy, const struct subject *subject, gid_t gid,
	int64_t deadline, struct decision *ret, match_trace *trace, void *arg, struct why *why);

/* Sets subject's wday and minute to now, in local time. */
void subject_set_now(struct subject *subject);
