/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Prints the key list of room.conf(5) for the levels named on the command line ("file", "room",
 * "rule"), as mdoc(7), out of the schema: tests/policy/run holds the manual page against it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config/schema.h"

#define WIDTH 78

/* Text as mdoc takes it: quotes that roff leaves alone, and lines that are not too long. */
static void print_text(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > 0)
			putchar(column + 1 + len > WIDTH ? '\n' : ' ');
		column = column > 0 && column + 1 + len <= WIDTH ? column + 1 : 0;
		for (; len > 0; len--, text++)
			column += (size_t)(*text == '"' ? printf("\\(dq") : printf("%c", *text));
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_later(const struct schema_row *row)
{
	const char *before = "Not built yet: ";

	for (const struct schema_choice *choice = row->choices; choice && choice->name; choice++) {
		if (!choice->later)
			continue;
		printf("%s\\(dq%s\\(dq", before, choice->name);
		before = ", ";
	}
	if (before[0] == ',')
		puts(".");
}

static void print_row(const struct schema_row *row)
{
	char path[64], text[1024];

	printf(".It Cm %s\n", schema_path(row, path, sizeof path));
	snprintf(text, sizeof text, "%c%s.", toupper((unsigned char)row->meaning[0]),
		row->meaning + 1);
	print_text(text);
	if (strcmp(row->fallback, "must be written") == 0)
		snprintf(text, sizeof text, "It must be written, and wants %s.", row->wants);
	else
		snprintf(text, sizeof text, "It wants %s; not written: %s.", row->wants,
			row->fallback);
	print_text(text);
	print_later(row);
}

static int is_of(const struct schema_row *row, const char *level)
{
	if (row->level == SCHEMA_FILE || row->level == SCHEMA_RULE)
		return strcmp(level, row->level == SCHEMA_FILE ? "file" : "rule") == 0;
	return strcmp(level, "room") == 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		puts(".Bl -tag -width Ds");
		for (size_t j = 0; j < schema_n_rows; j++)
			if (is_of(&schema_rows[j], argv[i]))
				print_row(&schema_rows[j]);
		puts(".El");
	}
	return argc < 2;
}
