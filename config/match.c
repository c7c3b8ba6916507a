/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a login gets (see match.h). Each condition looks at its own kind of name and no other:
 * a group is never taken for a user, nor a number for a name.
 */
#include "config/match.h"

#include <fnmatch.h>
#include <string.h>

#include "config/preset.h"

static bool match_glob(const struct pattern_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (fnmatch(list->items[i], name, 0) == 0)
			return true;
	return list->n == 0;
}

static bool match_group(const struct pattern_list *list, const struct subject *subject)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t j = 0; j < subject->n_groups; j++)
			if (strcmp(list->items[i], subject->groups[j]) == 0)
				return true;
	return list->n == 0;
}

static bool match_uid(const struct uid_range *range, uint32_t uid)
{
	return !range->present || (uid >= range->from && uid <= range->to);
}

static bool match_rule(const struct rule *rule, const struct subject *subject)
{
	return match_uid(&rule->uid, subject->uid) &&
		match_glob(&rule->service, subject->service) &&
		match_glob(&rule->user, subject->user) && match_group(&rule->group, subject);
}

void policy_match(const struct policy *policy, const struct subject *subject, struct decision *ret)
{
	*ret = (struct decision){ .verdict = VERDICT_OUTSIDE };
	if (subject->uid == 0)
		return;
	for (size_t i = 0; i < policy->n_rules; i++) {
		const struct rule *rule = &policy->rules[i];

		if (match_rule(rule, subject)) {
			*ret = (struct decision){ rule->verdict, rule->room, rule };
			return;
		}
	}
	if (subject->uid < policy->uid_min)
		return;
	ret->verdict = VERDICT_ROOM;
	for (size_t i = 0; i < policy->n_rooms && !ret->room; i++)
		if (strcmp(policy->rooms[i].name, PRESET_DEFAULT) == 0)
			ret->room = &policy->rooms[i];
	if (!ret->room)
		ret->room = preset_find(PRESET_DEFAULT);
}
