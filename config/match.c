/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a login gets (see match.h). Each condition looks at its own kind of name and no other:
 * a group is never taken for a user, a host never for a network, nor a number for a name. What is
 * not known is neither true nor false: a rule that turns on it is passed over only when it would
 * not change what comes out.
 */
#include "config/match.h"

#include <fnmatch.h>
#include <string.h>

#include "config/preset.h"
#include "config/rooms.h"

static enum lookup_said match_bool(bool holds)
{
	return holds ? LOOKUP_YES : LOOKUP_NO;
}

/* A backslash is a letter: some directories have one in every name. */
static enum lookup_said match_globs(const struct text_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (fnmatch(list->items[i], name, FNM_NOESCAPE) == 0)
			return LOOKUP_YES;
	return match_bool(list->n == 0);
}

static enum lookup_said match_user(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	(void)policy;
	return match_globs(&rule->user, subject->user);
}

static enum lookup_said match_service(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	(void)policy;
	return match_globs(&rule->service, subject->service);
}

static enum lookup_said match_tty(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	const char *tty = subject->tty;

	(void)policy;
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	/* Without a terminal not even "*" holds. */
	if (!*tty)
		return match_bool(rule->tty.n == 0);
	return match_globs(&rule->tty, tty);
}

static enum lookup_said match_uid(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	const struct uid_range *range = &rule->uid;

	(void)policy;
	return match_bool(
		!range->present || (subject->uid >= range->from && subject->uid <= range->to));
}

static enum lookup_said match_from(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	(void)policy;
	for (size_t i = 0; i < rule->from.n; i++)
		if (from_holds(&rule->from.items[i], &subject->from))
			return LOOKUP_YES;
	return match_bool(rule->from.n == 0);
}

static enum lookup_said match_time(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	(void)policy;
	for (size_t i = 0; i < rule->time.n; i++)
		if (week_holds(&rule->time.items[i], subject->wday, subject->minute))
			return LOOKUP_YES;
	return match_bool(rule->time.n == 0);
}

/* One of them is enough, and one that is unknown may be that one. */
static enum lookup_said match_names(
	const struct name_refs *refs, const unsigned char *said, size_t skip)
{
	enum lookup_said all = match_bool(refs->names.n == 0);

	for (size_t i = 0; i < refs->names.n; i++) {
		enum lookup_said one = said ? said[skip + refs->numbers[i]] : LOOKUP_UNKNOWN;

		if (one == LOOKUP_YES)
			return LOOKUP_YES;
		if (one == LOOKUP_UNKNOWN)
			all = LOOKUP_UNKNOWN;
	}
	return all;
}

static enum lookup_said match_group(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	(void)policy;
	return match_names(&rule->group, subject->said, 0);
}

static enum lookup_said match_netgroup(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	return match_names(&rule->netgroup, subject->said, policy->groups.n);
}

/* What may be unknown stands last: a rule that fails anyway is not in doubt. */
static const struct condition {
	const char *name;
	enum lookup_said (*match)(
		const struct policy *, const struct rule *, const struct subject *);
} conditions[] = {
	{ "uid", match_uid },
	{ "service", match_service },
	{ "user", match_user },
	{ "tty", match_tty },
	{ "from", match_from },
	{ "time", match_time },
	{ "group", match_group },
	{ "netgroup", match_netgroup },
};

static struct tried match_rule(
	const struct policy *policy, const struct rule *rule, const struct subject *subject)
{
	struct tried tried = { rule, LOOKUP_YES, NULL };

	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
		enum lookup_said one = conditions[i].match(policy, rule, subject);

		if (one == LOOKUP_YES || (one == LOOKUP_UNKNOWN && tried.condition))
			continue;
		tried.matches = one;
		tried.condition = conditions[i].name;
		if (one == LOOKUP_NO)
			break;
	}
	return tried;
}

/* The name that an unsure rule turns on. */
static const char *match_unknown_name(
	const struct policy *policy, const struct rule *rule, const unsigned char *said)
{
	for (size_t i = 0; i < rule->group.names.n; i++)
		if (!said || said[rule->group.numbers[i]] == LOOKUP_UNKNOWN)
			return rule->group.names.items[i];
	for (size_t i = 0; i < rule->netgroup.names.n; i++)
		if (!said || said[policy->groups.n + rule->netgroup.numbers[i]] == LOOKUP_UNKNOWN)
			return rule->netgroup.names.items[i];
	return "";
}

static void mark(const struct name_refs *refs, size_t skip, unsigned char *marks)
{
	for (size_t i = 0; i < refs->names.n; i++)
		marks[skip + refs->numbers[i]] = 1;
}

void policy_mark_doubts(
	const struct policy *policy, const struct subject *subject, unsigned char *marks)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		const struct rule *rule = &policy->rules[i];
		enum lookup_said matches = match_rule(policy, rule, subject).matches;

		if (matches == LOOKUP_YES)
			return;
		if (matches == LOOKUP_NO)
			continue;
		mark(&rule->group, 0, marks);
		mark(&rule->netgroup, policy->groups.n, marks);
	}
}

static bool match_differs(const struct rule *rule, const struct decision *decision)
{
	return rule->verdict != decision->verdict || rule->room != decision->room;
}

/* Whether one of the rules in doubt, all before the one that decides, would decide otherwise. */
static void match_doubt(const struct policy *policy, const struct subject *subject,
	const struct rule *first, struct decision *ret)
{
	const struct rule *end = ret->rule;

	if (first && !end)
		end = policy->rules + policy->n_rules;
	for (const struct rule *rule = first; rule && rule < end && !ret->unsure; rule++) {
		if (match_rule(policy, rule, subject).matches != LOOKUP_UNKNOWN ||
			!match_differs(rule, ret))
			continue;
		ret->unsure = rule;
		ret->unsure_name = match_unknown_name(policy, rule, subject->said);
	}
}

void policy_match(const struct policy *policy, const struct subject *subject, struct decision *ret,
	match_trace *trace, void *arg)
{
	const struct rule *doubtful = NULL;

	*ret = (struct decision){ .verdict = VERDICT_OUTSIDE };
	if (subject->uid == 0)
		return;
	for (size_t i = 0; i < policy->n_rules && !ret->rule; i++) {
		struct tried tried = match_rule(policy, &policy->rules[i], subject);

		if (trace)
			trace(&tried, arg);
		if (tried.matches == LOOKUP_YES)
			*ret = (struct decision){ tried.rule->verdict, tried.rule->room, tried.rule,
				NULL, NULL };
		else if (tried.matches == LOOKUP_UNKNOWN && !doubtful)
			doubtful = tried.rule;
	}
	if (!ret->rule && subject->uid >= policy->uid_min) {
		ret->verdict = VERDICT_ROOM;
		ret->room = rooms_find(policy, PRESET_DEFAULT);
	}
	match_doubt(policy, subject, doubtful, ret);
}
