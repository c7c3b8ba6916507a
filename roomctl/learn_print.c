/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Printing what was learned (see learn.h). For people it is policy, and a program's name stands in
 * a comment of it: say() leaves no line end in it, so that no name ends the comment.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config/policy.h"
#include "lib/sys.h"
#include "roomctl/learn.h"
#include "roomctl/out.h"

#define NAMES_MAX 400

static void print_time(uint64_t ms, char buf[32])
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	strcpy(buf, "?");
	if (localtime_r(&at, &tm))
		strftime(buf, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

/* "alice, bob"; returns their number. */
static size_t print_users(const struct learned *learned, enum learn_side side, char buf[NAMES_MAX],
	unsigned int *ret_n)
{
	size_t n = 0, len = 0;

	*ret_n = 0;
	buf[0] = '\0';
	for (size_t i = 0; i < learned->n_users; i++) {
		const struct learn_user *user = &learned->users[i];

		if (user->side != side)
			continue;
		*ret_n += user->n;
		if (len + sizeof user->name + 8 < NAMES_MAX)
			len += (size_t)snprintf(
				buf + len, NAMES_MAX - len, "%s%s", n > 0 ? ", " : "", user->name);
		else if (buf[len - 1] != '.')
			len += (size_t)snprintf(buf + len, NAMES_MAX - len, " ...");
		n++;
	}
	return n;
}

static void say_call(const struct learn_call *call, const char *before, const char *why)
{
	bool native = learn_is_native(call, SYS_AUDIT_ARCH);

	say("%s%u time%s, %s%s%s%s%s", before, call->n, call->n == 1 ? "" : "s",
		*call->program ? call->program : "an unknown program",
		call->others ? " and others" : "", native ? "" : ", by ",
		native ? "" : learn_abi(call), why);
}

/* Whether syscalls.allow would let it through. */
static bool is_allowed(const struct learned *learned, const struct room_spec *spec, size_t at)
{
	return !learn_hinders(spec, SYS_AUDIT_ARCH, &learned->calls[at]);
}

/* Whether one of the first n is such a call. */
static bool is_learned(
	const struct learned *learned, size_t n, const struct room_spec *spec, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(learned->calls[i].name, name) == 0 && is_allowed(learned, spec, i))
			return true;
	return false;
}

/* A line of the list. One call may have come by several ABIs. */
static void print_allowed(
	const struct learned *learned, const struct room_spec *spec, size_t at, bool last)
{
	const struct learn_call *call = &learned->calls[at];
	char before[LEARN_NAME_MAX + 32];

	if (is_learned(learned, at, spec, call->name)) {
		say_call(call, "        # likewise ", "");
		return;
	}
	snprintf(before, sizeof before, "        \"%s\"%s # ", call->name, last ? "" : ",");
	say_call(call, before,
		text_list_has(&spec->syscalls_allow, call->name) ?
			"; the policy allows it already" :
			"");
}

/* What the room allows already comes along: the list takes the old one's place. */
static void print_block(const struct learned *learned, const struct room_spec *spec)
{
	size_t last = learned->n_calls;

	for (size_t i = 0; i < learned->n_calls; i++)
		if (is_allowed(learned, spec, i) &&
			!is_learned(learned, i, spec, learned->calls[i].name))
			last = i;
	if (last == learned->n_calls)
		return;
	say("syscalls: {");
	say("    allow = [");
	for (size_t i = 0; i < spec->syscalls_allow.n; i++)
		if (!is_learned(learned, learned->n_calls, spec, spec->syscalls_allow.items[i]))
			say("        \"%s\", # as before", spec->syscalls_allow.items[i]);
	for (size_t i = 0; i < learned->n_calls; i++)
		if (is_allowed(learned, spec, i))
			print_allowed(learned, spec, i, i == last);
	say("    ];");
	say("};");
}

static void print_hindered(const struct learned *learned, const struct room_spec *spec)
{
	for (size_t i = 0; i < learned->n_calls; i++) {
		const struct learn_call *call = &learned->calls[i];
		const char *why = learn_hinders(spec, SYS_AUDIT_ARCH, call);
		char before[LEARN_NAME_MAX + 32], after[256];

		if (!why)
			continue;
		if (call->name[0])
			snprintf(before, sizeof before, "# not %s: ", call->name);
		else
			snprintf(before, sizeof before, "# not number %d: ", (int)call->nr);
		snprintf(after, sizeof after, ": %s", why);
		say_call(call, before, after);
	}
}

/* What is not in the list, and why. */
static void print_doubts(const struct learned *learned)
{
	char names[NAMES_MAX];
	unsigned int n;

	if (print_users(learned, LEARN_OUTSIDE, names, &n) > 0)
		say("# left out: %u record%s of users whom the policy leads elsewhere: %s", n,
			n == 1 ? "" : "s", names);
	if (print_users(learned, LEARN_UNSURE, names, &n) > 0)
		say("# left out: %u record%s of users about whom it cannot be told: %s", n,
			n == 1 ? "" : "s", names);
	if (learned->n_unlike > 0)
		say("# left out: %u record%s of another answer than \"logged\", by other filters",
			learned->n_unlike, learned->n_unlike == 1 ? "" : "s");
	if (learned->n_strange > 0)
		say("# left out: %u record%s that %s not as the kernel writes them",
			learned->n_strange, learned->n_strange == 1 ? "" : "s",
			learned->n_strange == 1 ? "is" : "are");
	if (learned->n_lost > 0)
		say("# not whole: the kernel says that it lost %u lines, of records or others: "
		    "raise kernel.printk_ratelimit_burst, and try again",
			learned->n_lost);
	else if (learned->lost)
		say("# not whole: the kernel says that it lost records: see auditctl(8), -b and "
		    "-r, and try again");
	if (learned->full)
		say("# not whole, it may be: the kernel writes %u such lines at a time "
		    "(kernel.printk_ratelimit_burst), the last ones were as many, and it has not "
		    "told yet how many it left out",
			learned->burst);
	if (learned->overwritten)
		say("# not whole, it may be: what was in the kernel's log before has been "
		    "overwritten: see --since");
	if (learned->late)
		say("# not whole, it may be: auditd has put older lines into audit.log.1 and "
		    "further: see --since and --log");
	if (learned->unread)
		say("# not whole, it may be: a log could not be read");
}

void learn_print(const struct learned *learned, const struct room_spec *spec, const char *sources)
{
	char names[NAMES_MAX], first[32], last[32];
	unsigned int n;

	print_users(learned, LEARN_INSIDE, names, &n);
	print_time(learned->first_ms, first);
	print_time(learned->last_ms, last);
	say("# room %s, learned from %s", spec->name, sources);
	if (n == 0)
		say("# no record of its users");
	else
		say("# %u record%s of %s, from %s to %s", n, n == 1 ? "" : "s", names, first, last);
	print_hindered(learned, spec);
	print_doubts(learned);
	if (n > 0)
		say("# A record tells who and which call, not in which room and with what "
		    "arguments. Users can make");
	if (n > 0)
		say("# any call on purpose, and lay filters of their own: ask what for before you "
		    "allow it.");
	/* Last, so that what somebody writes behind it is in no comment. */
	print_block(learned, spec);
}

void learn_print_json(
	const struct learned *learned, const struct room_spec *spec, const char *sources, int code)
{
	json_member(stdout, "{", "room", spec->name);
	json_member(stdout, ", ", "read", sources);
	printf(", \"whole\": %s, \"unread\": %s, \"overwritten\": %s, \"rotated\": %s",
		learn_doubt(learned) ? "false" : "true", learned->unread ? "true" : "false",
		learned->overwritten ? "true" : "false", learned->late ? "true" : "false");
	printf(", \"records\": %u, \"left_out\": {\"unlike\": %u, \"strange\": %u}, \"lost\": %s",
		learned->n_inside, learned->n_unlike, learned->n_strange,
		learned->lost || learned->full ? "true" : "false");
	fputs(", \"users\": [", stdout);
	for (size_t i = 0; i < learned->n_users; i++) {
		const struct learn_user *user = &learned->users[i];

		json_member(stdout, i > 0 ? ",\n  {" : "\n  {", "user", user->name);
		printf(", \"uid\": %u, \"records\": %u, \"here\": %s}", user->uid, user->n,
			user->side == LEARN_INSIDE          ? "true" :
				user->side == LEARN_OUTSIDE ? "false" :
							      "null");
	}
	fputs("], \"calls\": [", stdout);
	for (size_t i = 0; i < learned->n_calls; i++) {
		const struct learn_call *call = &learned->calls[i];
		const char *why = learn_hinders(spec, SYS_AUDIT_ARCH, call);

		json_member(stdout, i > 0 ? ",\n  {" : "\n  {", "call",
			call->name[0] ? call->name : NULL);
		json_member(stdout, ", ", "abi", learn_abi(call));
		printf(", \"number\": %d, \"records\": %u", (int)call->nr, call->n);
		json_member(stdout, ", ", "program", call->program);
		printf(", \"allow\": %s", why ? "false" : "true");
		json_member(stdout, ", ", "why", why);
		fputs("}", stdout);
	}
	printf("], \"exit\": %d}\n", code);
}
