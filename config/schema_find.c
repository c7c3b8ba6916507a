/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Finding one's way in the schema (see schema.h), by people who slip on the keyboard too.
 */
#include "config/schema.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

/* What stands before a key's name where its level does not show. */
static const char *const level_prefixes[SCHEMA_N_LEVELS] = {
	[SCHEMA_FILE] = "",
	[SCHEMA_ROOM] = "",
	[SCHEMA_TMP] = "tmp.",
	[SCHEMA_CAPABILITIES] = "capabilities.",
	[SCHEMA_SYSCALLS] = "syscalls.",
	[SCHEMA_LIMITS] = "limits.",
	[SCHEMA_IO] = "limits.io.",
	[SCHEMA_BIND] = "bind.",
	[SCHEMA_RULE] = "",
};

const struct schema_row *schema_find(enum schema_level level, const char *name)
{
	/* From the end: there are the keys of rules, which policies have most of. */
	for (size_t i = schema_n_rows; i-- > 0;)
		if (schema_rows[i].level == level && schema_rows[i].name[0] == name[0] &&
			strcmp(schema_rows[i].name, name) == 0)
			return &schema_rows[i];
	return NULL;
}

size_t schema_number(const struct schema_row *row)
{
	return (size_t)(row - schema_rows);
}

const char *schema_path(const struct schema_row *row, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", level_prefixes[row->level], row->name);
	return buf;
}

/* Two slips of the keyboard, and less than half of the word. */
static unsigned int schema_patience(const char *name)
{
	return strlen(name) < 4 ? 1 : 2;
}

bool schema_is_near(const char *name, const char *word)
{
	unsigned int most = schema_patience(name);

	return text_distance(name, word, most + 1) <= most;
}

const char *schema_nearest(enum schema_level level, const char *name)
{
	unsigned int best = schema_patience(name) + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < schema_n_rows; i++) {
		unsigned int distance = text_distance(name, schema_rows[i].name, best);

		if (schema_rows[i].level != level || distance >= best)
			continue;
		best = distance;
		nearest = schema_rows[i].name;
	}
	return nearest;
}

const char *schema_nearest_choice(const struct schema_choice *choices, const char *name)
{
	unsigned int best = schema_patience(name) + 1;
	const char *nearest = NULL;

	for (; choices->name; choices++) {
		unsigned int distance = text_distance(name, choices->name, best);

		if (choices->later || distance >= best)
			continue;
		best = distance;
		nearest = choices->name;
	}
	return nearest;
}
