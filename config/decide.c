/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The decision about a login (see decide.h).
 */
#include "config/decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/lookup.h"
#include "lib/why.h"

static const char step[] = "decide room";

int policy_ask(const struct policy *policy, const char *user, gid_t gid, int64_t deadline,
	unsigned char **ret, struct why *why)
{
	const struct lookup_question question = { .user = user,
		.gid = gid,
		.groups = policy->groups.items,
		.n_groups = policy->groups.n,
		.netgroups = policy->netgroups.items,
		.n_netgroups = policy->netgroups.n };
	size_t n = policy->groups.n + policy->netgroups.n;
	unsigned char *said = calloc(n + 1, 1);

	if (!said)
		return why_set(why, ENOMEM, step, "%zu groups", n);
	/* Without an answer all stays unknown, which is LOOKUP_UNKNOWN, and 0. */
	if (n > 0 && lookup_ask(&question, deadline, said, why) < 0)
		memset(said, LOOKUP_UNKNOWN, n);
	*ret = said;
	return 0;
}

int policy_decide(const struct policy *policy, const struct subject *subject, gid_t gid,
	int64_t deadline, struct decision *ret, match_trace *trace, void *arg, struct why *why)
{
	cleanup_free unsigned char *said = NULL;
	struct subject asked = *subject;
	struct why late = { 0 };
	int r;

	policy_match(policy, &asked, ret, NULL, NULL);
	if (ret->unsure && !asked.said) {
		r = policy_ask(policy, asked.user, gid, deadline, &said, &late);
		if (r < 0)
			return why_set(why, -r, step, "no memory");
		asked.said = said;
	}
	policy_match(policy, &asked, ret, trace, arg);
	if (!ret->unsure)
		return 0;
	why_set(why, 0, step, "no answer about group '%.64s', which %s:%u asks for%s%s",
		ret->unsure_name, ret->unsure->place.file, ret->unsure->place.line,
		late.text[0] ? ": " : "", late.text);
	return 0;
}

void subject_set_now(struct subject *subject)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };

	localtime_r(&now, &tm);
	subject->wday = tm.tm_wday;
	subject->minute = tm.tm_hour * 60 + tm.tm_min;
}
