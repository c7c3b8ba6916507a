/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl status: which living rooms are older than the policy. A room keeps what it was made with
 * until it ends, so what a changed policy says holds for the next one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/rooms.h"
#include "lib/clean.h"
#include "roomctl/listed.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

enum age { AGE_CURRENT, AGE_SAME, AGE_CHANGED, AGE_GONE, AGE_UNKNOWN };

static const struct age_row {
	const char *word, *text;
} age_rows[] = {
	[AGE_CURRENT] = { "current", "current" },
	[AGE_SAME] = { "older", "older, but this room is as it was" },
	[AGE_CHANGED] = { "changed", "older, and this room has changed since" },
	[AGE_GONE] = { "gone", "older, and there is no such room any more" },
	[AGE_UNKNOWN] = { "unknown", "unknown" },
};

static enum age listed_age(const struct listed *listed, const struct policy *policy)
{
	const struct room_spec *spec = rooms_find(policy, listed->fields[FIELD_ROOM]);
	char generation[17], number[17];

	snprintf(generation, sizeof generation, "%016" PRIx64, policy->generation);
	if (!*listed->fields[FIELD_POLICY] || !*listed->fields[FIELD_SPEC])
		return AGE_UNKNOWN;
	if (strcmp(listed->fields[FIELD_POLICY], generation) == 0)
		return AGE_CURRENT;
	if (!spec)
		return AGE_GONE;
	snprintf(number, sizeof number, "%016" PRIx64, rooms_hash(spec));
	return strcmp(listed->fields[FIELD_SPEC], number) == 0 ? AGE_SAME : AGE_CHANGED;
}

/* A room's name or key, or its user; nothing means all. */
static bool is_meant(const struct listed *listed, const char *word)
{
	return !word || strcmp(listed->key, word) == 0 ||
		strcmp(listed->fields[FIELD_ROOM], word) == 0 ||
		strcmp(listed->fields[FIELD_USER], word) == 0;
}

static void print_json(const struct listed *listed, const struct age_row *row, size_t n)
{
	json_member(stdout, n > 0 ? ",\n  {" : "\n  {", "key", listed->key);
	json_member(stdout, ", ", "room", listed->fields[FIELD_ROOM]);
	json_member(stdout, ", ", "user", listed->fields[FIELD_USER]);
	printf(", \"living\": %s", listed->life == LIFE_LIVING ? "true" : "false");
	json_member(stdout, ", ", "policy", row->word);
	fputs("}", stdout);
}

static int print_row(struct table *table, const struct listed *listed, const struct age_row *row)
{
	char since[32];
	const char *cells[] = { listed->fields[FIELD_ROOM], listed->fields[FIELD_USER], since,
		row->text, life_notes[listed->life] };

	listed_since(listed, since);
	return table_add(table, cells);
}

static int status(
	const struct rooms *rooms, const struct policy *policy, const char *word, bool json)
{
	static const char *const heads[] = { "ROOM", "USER", "SINCE", "POLICY", "" };
	cleanup_with(table_free) struct table table = { .heads = heads, .n_cols = 5 };
	size_t n = 0, n_older = 0;

	if (json)
		fputs("{\"rooms\": [", stdout);
	for (size_t i = 0; i < rooms->n; i++) {
		enum age age = listed_age(&rooms->list[i], policy);

		if (!is_meant(&rooms->list[i], word))
			continue;
		if (json)
			print_json(&rooms->list[i], &age_rows[age], n);
		else if (print_row(&table, &rooms->list[i], &age_rows[age]) < 0)
			return EXIT_CANNOT_TELL;
		n_older += age != AGE_CURRENT;
		n++;
	}
	if (json)
		printf("%s], \"exit\": %d}\n", n > 0 ? "\n" : "", n_older > 0 ? EXIT_NO : EXIT_YES);
	else
		table_print(&table, stdout);
	return n_older > 0 ? EXIT_NO : EXIT_YES;
}

int verb_status(int argc, char **argv, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	struct options options;
	int r = options_read(argc, argv, 0, 1, &options);

	/* The rooms first: root is dropped before the policy is looked at. */
	if (r == 0)
		r = rooms_list(&rooms);
	if (r == 0)
		r = ruling_need(NULL, &ruling);
	return r ? r :
		   status(&rooms, ruling.policy, options.n_words ? options.words[0] : NULL, json);
}
