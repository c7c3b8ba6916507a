/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Judges a session stack (see judge.h): our line must be there once, must count, cannot be jumped
 * over, and is the last. The rules are those of libpam's dispatcher: "done" ends a stack or
 * substack early, a number skips that many entries of the same or a deeper substack, "die" refuses
 * the session and so lets nobody past. An action is taken to be possible whatever result it is tied
 * to.
 */
#include "roomctl/judge.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "roomctl/out.h"
#include "roomctl/stack.h"

/* What modules that people put last would do to a room. Any other may not come after us either. */
static const struct {
	const char *module, *harm;
} after_rows[] = {
	{ "pam_limits.so", "it sets its limits over the room's" },
	{ "pam_env.so", "it reads files of the user as root inside the room" },
	{ "pam_mail.so", "it looks for mail inside the room" },
	{ "pam_motd.so", "it runs and reads files inside the room" },
	{ "pam_selinux.so", "it needs /proc/self, which is gone by then" },
	{ "pam_loginuid.so", "it needs /proc/self, which is gone by then" },
	{ "pam_keyinit.so", "it makes a keyring the room knows nothing of" },
	{ "pam_systemd.so", "it moves the login out of the room's control group" },
	{ "pam_umask.so", "it changes what the room was entered with" },
};

/* Modules that may stand after our line because they do nothing to the session: none so far. */
static const char *const harmless[] = { NULL };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *after_harm(const char *module)
{
	for (size_t i = 0; harmless[i]; i++)
		if (strcmp(base_name(module), harmless[i]) == 0)
			return NULL;
	for (size_t i = 0; i < sizeof after_rows / sizeof after_rows[0]; i++)
		if (strcmp(base_name(module), after_rows[i].module) == 0)
			return after_rows[i].harm;
	return "nothing may follow it";
}

/* The index of the last entry that a jump of n from entry `from` leaves out. */
static size_t jump_end(const struct stack *stack, size_t from, unsigned long n)
{
	const struct stack_entry *entries = stack->entries;
	unsigned int level = entries[from].level;
	size_t at = from;

	while (n > 0 && at + 1 < stack->n && entries[at + 1].level >= level) {
		do
			at++;
		while (at + 1 < stack->n && entries[at + 1].level > level);
		n--;
	}
	return at;
}

/* "done" is a jump to the end of the substack that the entry is in. */
static size_t done_end(const struct stack *stack, size_t from)
{
	size_t at = from;

	while (at + 1 < stack->n && stack->entries[at + 1].level >= stack->entries[from].level)
		at++;
	return at;
}

/* Whether some result of entry `from` leaves out the later entry `ours`. */
static bool can_skip(const struct stack *stack, size_t from, size_t ours)
{
	const char *control = stack->entries[from].control;

	if (stack->entries[from].substack)
		return false;
	if (strcasecmp(control, "sufficient") == 0)
		return done_end(stack, from) >= ours;
	while ((control = strchr(control, '='))) {
		control++;
		control += strspn(control, " \t");
		if (strncmp(control, "done", 4) == 0 && done_end(stack, from) >= ours)
			return true;
		if (isdigit((unsigned char)*control) &&
			jump_end(stack, from, strtoul(control, NULL, 10)) >= ours)
			return true;
	}
	return false;
}

#define PLACE "/%s:%u: "
#define PLACE_OF(stack, entry) (stack)->files[(entry)->file], (entry)->line

/* Our own line: it must count, and its only option is debug. */
static unsigned int judge_ours(const struct stack *stack, const char *service,
	const struct stack_entry *ours, struct report *report)
{
	unsigned int n = 0;

	if (strcasecmp(ours->control, "required") != 0 &&
		strcasecmp(ours->control, "requisite") != 0) {
		report_line(report, REPORT_PROBLEM,
			"%s: " PLACE
			"pam_room.so is '%s': only required or requisite stops a login",
			service, PLACE_OF(stack, ours), ours->control);
		n++;
	}
	if (ours->silent) {
		report_line(report, REPORT_PROBLEM,
			"%s: " PLACE
			"'-session' lets logins in without a room when pam_room.so is missing",
			service, PLACE_OF(stack, ours));
		n++;
	}
	if (*ours->args && strcmp(ours->args, "debug") != 0) {
		report_line(report, REPORT_PROBLEM,
			"%s: " PLACE
			"pam_room.so refuses every login with '%s': its only option is debug",
			service, PLACE_OF(stack, ours), ours->args);
		n++;
	}
	return n;
}

static unsigned int judge_others(
	const struct stack *stack, const char *service, size_t ours, struct report *report)
{
	unsigned int n = 0;

	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];
		const char *harm;

		if (i < ours && can_skip(stack, i, ours)) {
			report_line(report, REPORT_PROBLEM,
				"%s: " PLACE
				"%s '%s' can skip pam_room.so: 'required' or 'optional' would not",
				service, PLACE_OF(stack, entry), entry->module, entry->control);
			n++;
		}
		if (i <= ours || entry->substack || stack_is_ours(entry))
			continue;
		harm = after_harm(entry->module);
		if (harm) {
			report_line(report, REPORT_PROBLEM,
				"%s: " PLACE
				"%s comes after pam_room.so: %s: move that line to the end",
				service, PLACE_OF(stack, entry), entry->module, harm);
			n++;
		}
	}
	return n;
}

unsigned int judge_stack(
	const struct stack *stack, const char *service, bool say_ok, struct report *report)
{
	const struct stack_entry *ours;
	size_t first = 0;
	unsigned int n;

	while (first < stack->n && !stack_is_ours(&stack->entries[first]))
		first++;
	if (first == stack->n) {
		report_line(report, REPORT_PROBLEM,
			"%s: pam_room.so is not in the session stack of /%s: roomctl enable puts "
			"it "
			"there",
			service, stack->files[0]);
		return 1;
	}
	ours = &stack->entries[first];
	n = judge_ours(stack, service, ours, report) + judge_others(stack, service, first, report);
	if (stack_count_ours(stack) > 1) {
		report_line(report, REPORT_PROBLEM,
			"%s: " PLACE "pam_room.so is there %u times, here first: one is enough",
			service, PLACE_OF(stack, ours), stack_count_ours(stack));
		n++;
	}
	if (n == 0 && say_ok)
		report_line(report, REPORT_OK, "%s: pam_room.so is the last session line (/%s:%u)",
			service, PLACE_OF(stack, ours));
	return n;
}
