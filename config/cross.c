/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mistakes that no key has by itself (see cross.h): a table of rules, one function each.
 */
#include "config/cross.h"

#include <fnmatch.h>
#include <string.h>

#include "config/caps.h"
#include "config/complaint.h"
#include "config/policy.h"
#include "config/rooms.h"
#include "config/schema.h"

#define CROSS_MANY_ROOMS 1000
#define CROSS_MANAGER "systemd-user"

#define complain_at(list, place, ...)                                                              \
	complaint_add(list, (place).file, (place).line, 0, __VA_ARGS__)

/* Where the room's key of that level was written; line 0: nowhere in the room. */
static struct place written(const struct room_spec *spec, enum schema_level level, const char *name)
{
	struct origin origin = spec->origins[schema_number(schema_find(level, name))];

	return origin.kind == ORIGIN_ROOM ? origin.place : (struct place){ 0 };
}

/* True for dir itself and all below it. */
static bool is_beneath(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
		(path[len] == '\0' || path[len] == '/' || strcmp(dir, "/") == 0);
}

static const char *find_above(const struct text_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_beneath(path, list->items[i]))
			return list->items[i];
	return NULL;
}

/* --- errors of a room ----------------------------------------------------------------------------
 */

static void check_binds(const struct room_spec *spec, struct complaint_list *errors)
{
	for (size_t i = 0; i < spec->binds.n; i++) {
		const struct room_bind *bind = &spec->binds.items[i];
		const char *closed =
			bind->target ? find_above(&spec->no_entry, bind->target) : NULL;

		if (closed)
			complain_at(errors, bind->place, "the bind at %.80s lies in no_entry %.80s",
				bind->target, closed);
	}
}

static void check_writable(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place place = written(spec, SCHEMA_ROOM, "writable");

	for (size_t i = 0; i < spec->writable.n; i++) {
		const char *path = spec->writable.items[i];
		const char *closed = find_above(&spec->no_entry, path);

		if (closed)
			complain_at(errors, place, "writable %.80s lies in no_entry %.80s", path,
				closed);
		for (size_t j = 0; j < spec->read_only.n; j++)
			if (strcmp(spec->read_only.items[j], path) == 0)
				complain_at(errors, place, "%.80s is both writable and read_only",
					path);
	}
}

static void check_memory(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place high = written(spec, SCHEMA_LIMITS, "memory_high");

	if (high.line > 0 && written(spec, SCHEMA_LIMITS, "memory").line > 0 &&
		spec->limits.memory_high > spec->limits.memory)
		complain_at(errors, high,
			"limits.memory_high is above limits.memory, so it would never be met");
}

static void check_tmp(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place size = written(spec, SCHEMA_TMP, "size");

	if (size.line > 0 && spec->tmp_kind == TMP_HOST)
		complain_at(errors, size, "the host's /tmp takes no size");
}

static void check_privs(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place setuid = written(spec, SCHEMA_ROOM, "setuid");

	if (setuid.line > 0 && spec->no_new_privs && spec->setuid.kind != SETUID_NONE)
		complain_at(
			errors, setuid, "no_new_privs is true, so no program of 'setuid' elevates");
}

/* --- warnings about a room -----------------------------------------------------------------------
 */

static void warn_sudo(const struct room_spec *spec, struct complaint_list *warnings)
{
	static const char *const programs[] = { "sudo", "su", "pkexec", "doas", "sudo-rs" };
	struct place place = written(spec, SCHEMA_ROOM, "setuid");

	for (size_t i = 0; place.line > 0 && i < spec->setuid.programs.n; i++) {
		const char *path = spec->setuid.programs.items[i];
		const char *name = strrchr(path, '/') + 1;

		for (size_t j = 0; j < sizeof programs / sizeof programs[0]; j++)
			if (strcmp(name, programs[j]) == 0)
				complain_at(warnings, place,
					"room '%s' has %s: its members become administrators of "
					"this host",
					spec->name, name);
	}
}

static void warn_capabilities(const struct room_spec *spec, struct complaint_list *warnings)
{
	static const uint64_t strong = CAPS_BIT(CAP_SYS_ADMIN) | CAPS_BIT(CAP_SYS_MODULE) |
		CAPS_BIT(CAP_SYS_RAWIO) | CAPS_BIT(CAP_SYS_PTRACE) | CAPS_BIT(CAP_BPF) |
		CAPS_BIT(CAP_SYS_BOOT) | CAPS_BIT(CAP_DAC_READ_SEARCH) | CAPS_BIT(CAP_MKNOD) |
		CAPS_BIT(CAP_MAC_ADMIN) | CAPS_BIT(CAP_SYS_TIME);
	struct place place = written(spec, SCHEMA_CAPABILITIES, "bounding");
	char text[160];

	if (place.line > 0 && (spec->bounding & strong))
		complain_at(warnings, place,
			"room '%s' may use %s: whoever becomes root in it administers the host",
			spec->name, caps_print(spec->bounding & strong, text, sizeof text));
}

typedef void check_room(const struct room_spec *spec, struct complaint_list *list);

static check_room *const room_errors[] = { check_binds, check_writable, check_memory, check_tmp,
	check_privs };
static check_room *const room_warnings[] = { warn_sudo, warn_capabilities };

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

	for (size_t i = 0; i < policy->n_rooms; i++) {
		for (size_t j = 0; j < sizeof room_errors / sizeof room_errors[0]; j++)
			room_errors[j](&policy->rooms[i], &complaints->errors);
		for (size_t j = 0; want_warnings && j < sizeof room_warnings / sizeof(void *); j++)
			room_warnings[j](&policy->rooms[i], warnings);
	}
	if (!want_warnings)
		return;
	for (size_t i = 0; i < policy->n_rules; i++)
		for (size_t j = 0; j < sizeof rule_warnings / sizeof rule_warnings[0]; j++)
			rule_warnings[j](policy, &policy->rules[i], warnings);
	warn_unreached(policy, warnings);
	warn_rooms(policy, warnings);
}
