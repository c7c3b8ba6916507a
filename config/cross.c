/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mistakes that no key has by itself (see cross.h), of rules and of the whole. Those of rooms are
 * in cross_rooms.c.
 */
#include "config/cross.h"

#include <fnmatch.h>
#include <string.h>

#include "config/complaint.h"
#include "config/policy.h"
#include "config/rooms.h"

#define CROSS_MANY_ROOMS 1000
#define CROSS_MANAGER "systemd-user"

/* --- warnings about rules ------------------------------------------------------------------------
 */

/* "*" is anybody's name, and so no condition. */
static bool narrows(const struct text_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], "*") == 0)
			return false;
	return list->n > 0;
}

static bool has_conditions(const struct rule *rule)
{
	return narrows(&rule->user) || rule->group.names.n || rule->netgroup.names.n ||
		narrows(&rule->service) || rule->tty.n || rule->from.n || rule->time.n ||
		(rule->uid.present && (rule->uid.from > 1 || rule->uid.to < UINT32_MAX - 1));
}

static bool is_for_managers(const struct rule *rule)
{
	for (size_t i = 0; i < rule->service.n; i++)
		if (fnmatch(rule->service.items[i], CROSS_MANAGER, FNM_NOESCAPE) == 0)
			return true;
	return rule->service.n == 0;
}

/* A rule that is for user managers by name, and leads to the same room. */
static bool has_manager_rule(const struct policy *policy, const struct room_spec *room)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].room == room && policy->rules[i].service.n > 0 &&
			is_for_managers(&policy->rules[i]))
			return true;
	return false;
}

/* A manager that starts in another room than the logins is another room for what it starts. */
static void warn_manager(
	const struct policy *policy, const struct rule *rule, struct complaint_list *warnings)
{
	const char *key = rule->from.n ? "from" :
		rule->tty.n            ? "tty" :
		is_for_managers(rule)  ? NULL :
					 "service";

	if (key && rule->verdict == VERDICT_ROOM && !has_manager_rule(policy, rule->room))
		complain_at(warnings, rule->place,
			"the user manager never matches this '%s', and no rule with service = "
			"\"" CROSS_MANAGER "\" leads to room '%s'",
			key, rule->room->name);
}

static void warn_root(
	const struct policy *policy, const struct rule *rule, struct complaint_list *warnings)
{
	(void)policy;
	if ((rule->uid.present && rule->uid.to == 0) ||
		(rule->user.n == 1 && strcmp(rule->user.items[0], "root") == 0))
		complain_at(
			warnings, rule->place, "this rule is for nobody: root is always outside");
}

static void warn_names(
	const struct policy *policy, const struct rule *rule, struct complaint_list *warnings)
{
	(void)policy;
	for (size_t i = 0; i < rule->from.n; i++)
		if (rule->from.items[i].kind == FROM_NAME) {
			complain_at(warnings, rule->place,
				"'from' = \"%.80s\" is a host name: it is what the address' owner "
				"has put into the DNS, and sshd asks only with UseDNS yes",
				rule->from.items[i].name);
			return;
		}
}

/* "ci-[1-10]": a range is of single characters. */
static void warn_ranges(
	const struct policy *policy, const struct rule *rule, struct complaint_list *warnings)
{
	(void)policy;
	for (size_t i = 0; i < rule->user.n; i++) {
		const char *text = rule->user.items[i], *open = strchr(text, '[');
		const char *dash = open ? strchr(open, '-') : NULL;

		if (dash && strspn(dash + 1, "0123456789") > 1 && dash < strchr(open, ']'))
			complain_at(warnings, rule->place,
				"'user' = \"%.80s\" holds for one character between the brackets, "
				"not for numbers of several digits",
				text);
	}
}

static bool is_day(const struct week_span *span)
{
	return span->from == 0 && span->to == WEEK_DAY_MINUTES;
}

/* [ "Mon-Fri", "08:00-18:00" ]: all of these days, and these hours of every day. */
static void warn_times(
	const struct policy *policy, const struct rule *rule, struct complaint_list *warnings)
{
	bool days = false, hours = false;

	(void)policy;
	for (size_t i = 0; i < rule->time.n; i++) {
		days |= is_day(&rule->time.items[i]);
		hours |= !is_day(&rule->time.items[i]) && rule->time.items[i].days == 0x7f;
	}
	if (days && hours)
		complain_at(warnings, rule->place,
			"'time' holds when one of its items does: days and hours that must both "
			"hold stand in one string, like \"Mon-Fri 08:00-18:00\"");
}

typedef void check_rule(
	const struct policy *policy, const struct rule *rule, struct complaint_list *list);

static check_rule *const rule_warnings[] = { warn_manager, warn_root, warn_names, warn_ranges,
	warn_times };

/* --- warnings about the whole --------------------------------------------------------------------
 */

static void warn_unreached(const struct policy *policy, struct complaint_list *warnings)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (!has_conditions(&policy->rules[i])) {
			if (i == 0 && policy->rules[i].verdict == VERDICT_CLOSED)
				complain_at(warnings, policy->rules[i].place,
					"this rule closes the host to everybody but root");
			if (i + 1 == policy->n_rules)
				return;
			complain_at(warnings, policy->rules[i + 1].place,
				"this rule and all behind it are never reached: the one at %s:%u "
				"has no condition",
				policy->rules[i].place.file, policy->rules[i].place.line);
			return;
		}
}

static bool is_used(const struct policy *policy, const struct room_spec *spec)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].room == spec)
			return true;
	return strcmp(spec->name, "brick") == 0;
}

static void warn_rooms(const struct policy *policy, struct complaint_list *warnings)
{
	if (policy->n_rooms > CROSS_MANY_ROOMS) {
		complain_at(warnings, policy->rooms[CROSS_MANY_ROOMS].place,
			"%zu rooms: with more than %d every login waits for the policy to be read",
			policy->n_rooms, CROSS_MANY_ROOMS);
		return;
	}
	for (size_t i = 0; i < policy->n_rooms; i++)
		if (!is_used(policy, &policy->rooms[i]))
			complain_at(warnings, policy->rooms[i].place, "no rule leads to room '%s'",
				policy->rooms[i].name);
}

void cross_check(const struct policy *policy, bool want_warnings, struct complaints *complaints)
{
	struct complaint_list *warnings = &complaints->warnings;

	for (size_t i = 0; i < policy->n_rooms; i++)
		cross_check_room(&policy->rooms[i], want_warnings, complaints);
	if (!want_warnings)
		return;
	for (size_t i = 0; i < policy->n_rules; i++)
		for (size_t j = 0; j < sizeof rule_warnings / sizeof rule_warnings[0]; j++)
			rule_warnings[j](policy, &policy->rules[i], warnings);
	warn_unreached(policy, warnings);
	warn_rooms(policy, warnings);
}
