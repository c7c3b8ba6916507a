/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl list: the rooms in the registry, and which of them live.
 */
#include <stdio.h>

#include "lib/clean.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

static void print_json(const struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++) {
		const struct listed *listed = &rooms->list[i];

		fputs(i ? ",\n  {\"key\": " : "[\n  {\"key\": ", stdout);
		json_string(stdout, listed->key);
		for (size_t j = 0; j < LISTED_COLUMNS; j++) {
			uint64_t number;

			printf(", \"%s\": ", field_rows[j].name);
			if (!field_rows[j].number)
				json_string(stdout, listed->fields[j]);
			else if (text_u64(listed->fields[j], INT64_MAX, &number) == 0)
				printf("%llu", (unsigned long long)number);
			else
				fputs("null", stdout);
		}
		printf(", \"living\": %s, \"note\": ",
			listed->life == LIFE_LIVING ? "true" : "false");
		json_string(stdout, listed_note(listed));
		fputs("}", stdout);
	}
	puts(rooms->n ? "\n]" : "[]");
}

static int print_table(const struct rooms *rooms)
{
	static const char *const heads[] = { "ROOM", "USER", "UID", "KEEPER", "SINCE", "RULE", "" };
	cleanup_with(
		table_free) struct table table = { .heads = heads, .n_cols = LISTED_COLUMNS + 1 };
	int r = 0;

	for (size_t i = 0; i < rooms->n && r == 0; i++) {
		const struct listed *listed = &rooms->list[i];
		const char *row[LISTED_COLUMNS + 1];
		char since[32];

		for (size_t j = 0; j < LISTED_COLUMNS; j++)
			row[j] = *listed->fields[j] ? listed->fields[j] : "-";
		listed_since(listed, since);
		row[FIELD_CREATED] = since;
		row[LISTED_COLUMNS] = listed_note(listed);
		r = table_add(&table, row);
	}
	if (r == 0)
		table_print(&table, stdout);
	return r;
}

int verb_list(int argc, char **argv, bool json)
{
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	struct options options;
	int r = options_read(argc, argv, 0, 0, &options);

	if (r == 0)
		r = rooms_list(&rooms);
	if (r)
		return r;
	if (json)
		print_json(&rooms);
	else if (print_table(&rooms) < 0)
		return EXIT_CANNOT_TELL;
	return EXIT_YES;
}
