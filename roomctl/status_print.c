/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Printing what is known of a room (see status.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "lib/text.h"
#include "roomctl/out.h"
#include "roomctl/status.h"

static const struct age_row {
	const char *word, *text;
} age_rows[] = {
	[AGE_CURRENT] = { "current", "current" },
	[AGE_SAME] = { "older", "older, but this room is as it was" },
	[AGE_LIMITS] = { "limits", "older, and its limits have changed: roomctl reload" },
	[AGE_CHANGED] = { "changed", "older, and this room has changed since" },
	[AGE_GONE] = { "gone", "older, and there is no such room any more" },
	[AGE_UNKNOWN] = { "unknown", "unknown" },
};

#define DENIED_CALLS 8 /* that are named in a line */
#define DENIED_TEXT 640
#define NOT_OUTSIDE "only root, outside, sees that"
#define NO_ANSWER "its keeper does not answer"

const char *const told_heads[] = { "ROOM", "USER", "AGE", "SESSIONS", "PROCESSES", "MEMORY", "CPU",
	"POLICY", "" };

/* Seconds, or -1. */
static int64_t told_age(const struct told *told)
{
	uint64_t created;
	int64_t now = (int64_t)time(NULL);

	if (text_u64(told->listed->fields[FIELD_CREATED], INT32_MAX * 4ULL, &created) < 0)
		return -1;
	return (int64_t)created > now ? 0 : now - (int64_t)created;
}

static const char *print_age(int64_t s, char buf[32])
{
	if (s < 0)
		snprintf(buf, 32, "-");
	else if (s < 3600)
		snprintf(buf, 32, "%" PRId64 "m", s / 60);
	else if (s < 86400)
		snprintf(buf, 32, "%" PRId64 "h%02" PRId64 "m", s / 3600, s % 3600 / 60);
	else
		snprintf(buf, 32, "%" PRId64 "d%02" PRId64 "h", s / 86400, s % 86400 / 3600);
	return buf;
}

static const char *number(char buf[16], unsigned int value)
{
	snprintf(buf, 16, "%u", value);
	return buf;
}

int told_row(struct table *table, const struct told *told)
{
	char age[32], sessions[16], processes[16], memory[USAGE_TEXT], cpu[USAGE_TEXT];
	const struct listed *listed = told->listed;
	bool lives = listed->life == LIFE_LIVING;
	const char *cells[TOLD_COLUMNS] = { listed->fields[FIELD_ROOM], listed->fields[FIELD_USER],
		print_age(told_age(told), age),
		lives ? number(sessions, told->members->sessions) : "-",
		lives ? number(processes, told->members->n) : "-",
		lives ? usage_print(&told->usage, USAGE_MEMORY, memory) : "-",
		lives ? usage_print(&told->usage, USAGE_CPU, cpu) : "-", age_rows[told->age].text,
		listed_note(listed) };

	return table_add(table, cells);
}

static void line(const char *name, const char *value, const char *why)
{
	if (why)
		say("  %-16s unknown: %s", name, why);
	else
		say("  %-16s %s", name, value);
}

/* "1.5G of 4.0G". */
static void line_of(const struct usage *usage, const char *name, enum usage_what what,
	enum usage_what limit, const char *how)
{
	char value[USAGE_TEXT], most[USAGE_TEXT], text[160];
	const char *why = usage->figures[limit].why;

	snprintf(text, sizeof text, "%s%s, %s%s", usage_print(usage, what, value), how,
		why                                ? "limit unknown: " :
			usage->figures[limit].none ? "no limit" :
						     "limit ",
		why                                ? why :
			usage->figures[limit].none ? "" :
						     usage_print(usage, limit, most));
	line(name, text, usage->figures[what].why);
}

/* "3, let through: keyctl 2, number 500 1". */
static const char *print_denied(const struct denied *denied, char buf[DENIED_TEXT])
{
	const struct learned *learned = &denied->learned;
	size_t len = (size_t)snprintf(buf, DENIED_TEXT, "%u%s%s%s%s", learned->n_inside,
		denied->passed ? ", let through" : "", denied->doubt ? ", and maybe more, as " : "",
		denied->doubt ? denied->doubt : "", learned->n_calls > 0 ? ": " : "");

	for (size_t i = 0; i < learned->n_calls && i < DENIED_CALLS && len < DENIED_TEXT; i++) {
		const struct learn_call *call = &learned->calls[i];
		char number[32];

		snprintf(number, sizeof number, "number %d", (int)call->nr);
		len += (size_t)snprintf(buf + len, DENIED_TEXT - len, "%s%s %u", i > 0 ? ", " : "",
			*call->name ? call->name : number, call->n);
	}
	if (learned->n_calls > DENIED_CALLS && len < DENIED_TEXT)
		snprintf(buf + len, DENIED_TEXT - len, " ...");
	return buf;
}

void told_lines(const struct told *told)
{
	const struct listed *listed = told->listed;
	const struct usage *usage = &told->usage;
	bool lives = listed->life == LIFE_LIVING;
	const char *why_out = told->own ? NOT_OUTSIDE : lives ? NULL : NO_ANSWER;
	char text[DENIED_TEXT], age[32], since[32], n[16];
	static const struct {
		const char *name;
		enum usage_what what;
	} rest[] = {
		{ "killed for memory", USAGE_OOM_KILLS },
		{ "waits for cpu", USAGE_CPU_PRESSURE },
		{ "waits for memory", USAGE_MEMORY_PRESSURE },
		{ "waits for disks", USAGE_IO_PRESSURE },
	};

	say("%s: room %s%s%s", listed->key, listed->fields[FIELD_ROOM],
		*listed->fields[FIELD_USER] ? " of " : "", listed->fields[FIELD_USER]);
	line("state", *listed_note(listed) ? listed_note(listed) : "living", NULL);
	listed_since(listed, since);
	snprintf(text, sizeof text, "%s (%s)", since, print_age(told_age(told), age));
	line("since", text, told_age(told) < 0 ? NOT_OUTSIDE : NULL);
	line("policy", age_rows[told->age].text, told->own ? NOT_OUTSIDE : NULL);
	line("generation", listed->fields[FIELD_POLICY],
		told->own                             ? NOT_OUTSIDE :
			*listed->fields[FIELD_POLICY] ? NULL :
							"the registry does not tell");
	line("rule", *listed->fields[FIELD_RULE] ? listed->fields[FIELD_RULE] : "none: by default",
		told->own ? NOT_OUTSIDE : NULL);
	line("sessions", number(n, told->members->sessions), why_out);
	line("user managers", number(n, told->members->managers), why_out);
	line("leases", number(n, told->leases),
		why_out                                 ? why_out :
			told->leases == MEMBERS_UNKNOWN ? "the keeper's descriptors are not seen" :
							  NULL);
	line("processes", number(n, told->members->n), lives ? NULL : NO_ANSWER);
	line_of(usage, "memory", USAGE_MEMORY, USAGE_MEMORY_MAX,
		usage->by_process ? " resident in its processes" : "");
	line_of(usage, "tasks", USAGE_TASKS, USAGE_TASKS_MAX, "");
	line_of(usage, "cpu", USAGE_CPU, USAGE_CPU_MAX, "");
	for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
		line(rest[i].name, usage_print(usage, rest[i].what, text),
			usage->figures[rest[i].what].why);
	if (usage->by_user && !usage->by_process)
		say("  these are counted for all rooms of the user's together");
	line("denied calls", print_denied(&told->denied, text),
		why_out ? why_out : told->denied.why);
}

static void json_number(const char *name, uint64_t value, bool known)
{
	if (known)
		printf(", \"%s\": %" PRIu64, name, value);
	else
		printf(", \"%s\": null", name);
}

static void json_denied(const struct denied *denied, bool known)
{
	const struct learned *learned = &denied->learned;

	json_number("denied", learned->n_inside, known);
	if (!known)
		return;
	printf(", \"denied_passed\": %s", denied->passed ? "true" : "false");
	json_member(stdout, ", ", "denied_doubt", denied->doubt);
	fputs(", \"denied_calls\": [", stdout);
	for (size_t i = 0; i < learned->n_calls; i++) {
		const struct learn_call *call = &learned->calls[i];

		json_member(stdout, i > 0 ? ", {" : "{", "call", *call->name ? call->name : NULL);
		json_member(stdout, ", ", "abi", learn_abi(call));
		printf(", \"number\": %d, \"records\": %u}", (int)call->nr, call->n);
	}
	fputs("]", stdout);
}

void told_json(const struct told *told, size_t n)
{
	const struct listed *listed = told->listed;
	const struct usage *usage = &told->usage;
	bool lives = listed->life == LIFE_LIVING, seen = lives && !told->own;
	const char *why_denied = told->own ? NOT_OUTSIDE : lives ? told->denied.why : NO_ANSWER;
	int64_t age = told_age(told);
	size_t n_whys = 0;

	json_member(stdout, n > 0 ? ",\n  {" : "\n  {", "key", listed->key);
	json_member(stdout, ", ", "room", listed->fields[FIELD_ROOM]);
	json_member(stdout, ", ", "user", listed->fields[FIELD_USER]);
	printf(", \"living\": %s, \"frozen\": %s", lives ? "true" : "false",
		told->own              ? "null" :
			listed->frozen ? "true" :
					 "false");
	json_member(stdout, ", ", "policy", age_rows[told->age].word);
	json_member(stdout, ", ", "generation",
		*listed->fields[FIELD_POLICY] ? listed->fields[FIELD_POLICY] : NULL);
	json_number("age_s", (uint64_t)age, age >= 0);
	json_number("sessions", told->members->sessions, seen);
	json_number("managers", told->members->managers, seen);
	json_number("leases", told->leases, seen && told->leases != MEMBERS_UNKNOWN);
	json_number("processes", told->members->n, lives);
	for (size_t i = 0; i < N_USAGES; i++)
		if (usage->figures[i].none)
			printf(", \"%s\": \"none\"", usage_names[i]);
		else
			json_number(
				usage_names[i], usage->figures[i].value, !usage->figures[i].why);
	json_denied(&told->denied, !why_denied);
	json_member(stdout, ", ", "counted",
		usage->by_process      ? "processes" :
			usage->by_user ? "user" :
					 "room");
	fputs(", \"unknown\": {", stdout);
	for (size_t i = 0; i < N_USAGES; i++)
		if (usage->figures[i].why)
			json_member(stdout, n_whys++ ? ", " : "", usage_names[i],
				usage->figures[i].why);
	if (why_denied)
		json_member(stdout, n_whys++ ? ", " : "", "denied", why_denied);
	fputs("}}", stdout);
}
