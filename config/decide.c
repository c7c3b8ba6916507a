/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The decision about a login (see decide.h).
 */
#include "config/decide.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/lookup.h"
#include "lib/why.h"

static const char step[] = "decide room";

/* Those of the names that are marked, and where they stand. */
static size_t ask_about(const struct text_list *names, const unsigned char *marks, size_t skip,
	const char **ret, size_t *ret_places)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++)
		if (marks[skip + i]) {
			ret[n] = names->items[i];
			ret_places[n++] = skip + i;
		}
	return n;
}

int policy_ask(const struct policy *policy, const struct subject *subject, gid_t gid,
	int64_t deadline, unsigned char **ret, struct why *why)
{
	size_t max = policy->groups.n + policy->netgroups.n;
	cleanup_free unsigned char *marks = calloc(max + 1, 1);
	cleanup_free unsigned char *answers = calloc(max + 1, 1);
	cleanup_free const char **names = calloc(max + 1, sizeof *names);
	cleanup_free size_t *places = calloc(max + 1, sizeof *places);
	unsigned char *said = calloc(max + 1, 1);
	struct lookup_question question = { .user = subject->user, .gid = gid, .groups = names };

	*ret = said;
	if (!marks || !answers || !names || !places || !said)
		return why_set(why, ENOMEM, step, "%zu groups", max);
	policy_mark_doubts(policy, subject, marks);
	question.n_groups = ask_about(&policy->groups, marks, 0, names, places);
	question.netgroups = names + question.n_groups;
	question.n_netgroups = ask_about(&policy->netgroups, marks, policy->groups.n,
		names + question.n_groups, places + question.n_groups);
	/* Without an answer all stays unknown, which is LOOKUP_UNKNOWN, and 0. */
	if (question.n_groups + question.n_netgroups > 0)
		lookup_ask(&question, deadline, answers, why);
	for (size_t i = 0; i < question.n_groups + question.n_netgroups; i++)
		said[places[i]] = answers[i];
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
		r = policy_ask(policy, subject, gid, deadline, &said, &late);
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
