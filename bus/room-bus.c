/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * room-bus: asks systemd one thing over the system bus, for the helper and roomctl (see
 * cgroup/bus.h). It is started with uid 0 and without capabilities; whoever else starts it may ask
 * what that user may ask anyway.
 *
 * usage: room-bus scope|set UNIT MILLISECONDS PROPERTY...
 *        room-bus get UNIT MILLISECONDS INTERFACE NAME...
 *        room-bus restart UNIT MILLISECONDS
 *
 * Exit status: 0 an answer was written, whatever it says; 100 the question was none; 111 the answer
 * could not be written.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bus/property.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

#define TIME_MAX_MS 3600000
#define FIXED 4 /* arguments before the words */

enum { BUS_DONE = 0, BUS_CALLER = 100, BUS_SYSTEM = 111 };

/* What is asked, and the numbers that come back. */
struct call {
	const char *unit;
	int64_t deadline;
	char **words;
	size_t n;
	uint64_t numbers[BUS_WORDS_MAX];
	size_t n_numbers;
};

typedef int ask(struct call *call, const struct bus_property *properties, struct why *why);

static int ask_scope(struct call *call, const struct bus_property *properties, struct why *why)
{
	return bus_start_scope(call->unit, properties, call->n, call->deadline, why);
}

static int ask_set(struct call *call, const struct bus_property *properties, struct why *why)
{
	return bus_set_properties(call->unit, properties, call->n, call->deadline, why);
}

static int ask_get(struct call *call, const struct bus_property *properties, struct why *why)
{
	(void)properties;
	call->n_numbers = call->n - 1;
	return bus_get_numbers(call->unit, call->words[0],
		(const char *const *)(uintptr_t)(call->words + 1), call->n_numbers, call->numbers,
		call->deadline, why);
}

static int ask_restart(struct call *call, const struct bus_property *properties, struct why *why)
{
	(void)properties;
	return bus_restart(call->unit, call->deadline, why);
}

static const struct verb {
	const char *name;
	ask *run;
	bool has_properties; /* its words are properties */
	size_t least, most;  /* words */
} verbs[] = {
	{ "scope", ask_scope, true, 1, BUS_WORDS_MAX },
	{ "set", ask_set, true, 1, BUS_WORDS_MAX },
	{ "get", ask_get, false, 2, BUS_WORDS_MAX },
	{ "restart", ask_restart, false, 0, 0 },
};

static const struct verb *verb_of(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* One line, as long as it may be. */
static int answer(const struct call *call, int r, const struct why *why)
{
	char text[BUS_ANSWER_MAX - 1];
	size_t len;

	if (r < 0)
		len = (size_t)snprintf(text, sizeof text, "-%d %s", why->err, why->text);
	else
		len = (size_t)snprintf(text, sizeof text, "+");
	for (size_t i = 0; r == 0 && i < call->n_numbers && len < sizeof text; i++)
		len += (size_t)snprintf(
			text + len, sizeof text - len, " %" PRIu64, call->numbers[i]);
	if (len >= sizeof text)
		return BUS_SYSTEM;
	text_tame(text);
	text[len] = '\n';
	return fd_write_all(STDOUT_FILENO, text, len + 1) < 0 ? BUS_SYSTEM : BUS_DONE;
}

int main(int argc, char **argv)
{
	static struct bus_property properties[BUS_WORDS_MAX];
	const struct verb *verb = argc < FIXED ? NULL : verb_of(argv[1]);
	struct call call = { .words = argv + FIXED };
	struct why why = { 0 };
	uint64_t ms;

	if (!verb || text_u64(argv[3], TIME_MAX_MS, &ms) < 0)
		return BUS_CALLER;
	call.unit = argv[2];
	call.deadline = deadline_in((int)ms);
	call.n = (size_t)(argc - FIXED);
	if (call.n < verb->least || call.n > verb->most)
		return BUS_CALLER;
	for (size_t i = 0; verb->has_properties && i < call.n; i++)
		if (property_read(call.words[i], &properties[i]) < 0)
			return BUS_CALLER;
	return answer(&call, verb->run(&call, properties, &why), &why);
}
