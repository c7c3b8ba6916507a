/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl show: a room as the policy makes it, key by key, and where each value comes from.
 */
#include <stdio.h>
#include <string.h>

#include "config/preset.h"
#include "config/rooms.h"
#include "config/schema.h"
#include "lib/clean.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

#define SHOW_VALUE_MAX 4096

static const char *const origin_words[] = {
	[ORIGIN_DEFAULT] = "default",
	[ORIGIN_WALLS] = "walls",
	[ORIGIN_POLICY] = "policy",
	[ORIGIN_ROOM] = "room",
};

static void show_json(const struct room_spec *spec)
{
	char value[SHOW_VALUE_MAX], key[64], place[512];
	const char *before = "\n  {";

	json_member(stdout, "{", "room", spec->name);
	json_member(stdout, ", ", "place",
		spec->place.line ? place_print(&spec->place, place, sizeof place) : NULL);
	fputs(", \"keys\": [", stdout);
	for (size_t i = 0; i < schema_n_rows; i++) {
		const struct schema_row *row = &schema_rows[i];
		struct origin origin = rooms_origin(spec, row);

		if (!rooms_has_row(row))
			continue;
		json_member(stdout, before, "key", schema_path(row, key, sizeof key));
		json_member(stdout, ", ", "value", rooms_print(spec, row, value, sizeof value));
		json_member(stdout, ", ", "from", origin_words[origin.kind]);
		json_member(stdout, ", ", "place",
			origin.place.line ? place_print(&origin.place, place, sizeof place) : NULL);
		fputs("}", stdout);
		before = ",\n  {";
	}
	puts("\n]}");
}

static int show_table(const struct room_spec *spec)
{
	static const char *const heads[] = { "KEY", "VALUE", "FROM" };
	cleanup_with(table_free) struct table table = { .heads = heads, .n_cols = 3 };
	char value[SHOW_VALUE_MAX], key[64], place[512];
	int r = 0;

	for (size_t i = 0; i < schema_n_rows && r == 0; i++) {
		const struct schema_row *row = &schema_rows[i];
		struct origin origin = rooms_origin(spec, row);
		const char *cells[] = { schema_path(row, key, sizeof key), value,
			origin_words[origin.kind] };

		if (!rooms_has_row(row))
			continue;
		rooms_print(spec, row, value, sizeof value);
		if (origin.place.line > 0)
			cells[2] = place_print(&origin.place, place, sizeof place);
		r = table_add(&table, cells);
	}
	if (r == 0)
		table_print(&table, stdout);
	return r;
}

/* What could have been meant. */
static void complain_room(const struct policy *policy, const char *name)
{
	const char *nearest = rooms_nearest(policy, name);

	if (strcmp(name, "outside") == 0 || strcmp(name, "closed") == 0) {
		complain("'%s' is no room", name);
		return;
	}
	complain("there is no room '%s'%s%s%s", name, nearest ? ": did you mean '" : "",
		nearest ? nearest : "", nearest ? "'?" : "");
}

int verb_show(int argc, char **argv, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	const struct room_spec *spec;
	struct options options;
	int r = options_read(argc, argv, OPTION_POLICY, 1, &options);

	if (r == 0 && options.n_words != 1) {
		complain("show: which room?");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = ruling_need(options.policy, &ruling);
	if (r)
		return r;
	spec = rooms_find(ruling.policy, options.words[0]);
	if (!spec) {
		complain_room(ruling.policy, options.words[0]);
		return EXIT_NO;
	}
	if (json)
		show_json(spec);
	return json || show_table(spec) == 0 ? EXIT_YES : EXIT_CANNOT_TELL;
}
