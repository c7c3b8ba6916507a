/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The policy's language (see schema.h).
 */
#include "config/schema.h"

#include <string.h>

#include "config/policy.h"
#include "lib/text.h"

static const struct schema_choice walls[] = {
	{ "brick", WALLS_BRICK, false },
	{ "glass", 0, true },
	{ "concrete", 0, true },
	{ NULL, 0, false },
};

static const struct schema_choice linger[] = {
	{ "processes", LINGER_PROCESSES, false },
	{ "none", LINGER_NONE, false },
	{ NULL, 0, false },
};

#define KEY(level, name, ...)                                                                      \
	{                                                                                          \
		SCHEMA_##level, name, __VA_ARGS__                                                  \
	}
#define LATER(level, name, meaning) KEY(level, name, SCHEMA_LATER, 0, NULL, NULL, NULL, meaning)
#define IN_ROOM(field) offsetof(struct room_spec, field)
#define IN_RULE(field) offsetof(struct rule, field)
#define WANTS_STRINGS "a string or a list of strings"

const struct schema_row schema_rows[] = {
	KEY(FILE, "version", SCHEMA_VERSION, 0, NULL, "the number 1", "1",
		"the version of the language"),
	KEY(FILE, "rooms", SCHEMA_ROOMS, 0, NULL, "a group { name: { ... }; }", "none",
		"the rooms, by name"),
	KEY(FILE, "assign", SCHEMA_RULES, 0, NULL, "a list ( { ... }, { ... } )", "none",
		"who gets which room; the first rule that matches decides"),
	LATER(FILE, "on_failure", "what happens when no room can be opened"),

	KEY(ROOM, "walls", SCHEMA_CHOICE, IN_ROOM(walls), walls, "\"brick\"", "brick",
		"the preset that everything else of the room starts from"),
	KEY(ROOM, "linger", SCHEMA_CHOICE, IN_ROOM(linger), linger, "\"processes\" or \"none\"",
		"processes", "what the room waits for before it ends"),
	LATER(ROOM, "share", "who shares the room"),
	LATER(ROOM, "namespaces", "the room's namespaces"),
	LATER(ROOM, "hostname", "the host name in the room"),
	LATER(ROOM, "network", "the room's network"),
	LATER(ROOM, "homes", "whether other homes are seen"),
	LATER(ROOM, "system", "how much of the system is read-only"),
	LATER(ROOM, "tmp", "the room's private /tmp"),
	LATER(ROOM, "dev", "the room's /dev"),
	LATER(ROOM, "devices", "devices besides the usual ones"),
	LATER(ROOM, "no_entry", "paths that are closed"),
	LATER(ROOM, "read_only", "paths that are read-only"),
	LATER(ROOM, "writable", "paths that are writable all the same"),
	LATER(ROOM, "bind", "directories that are seen at another place"),
	LATER(ROOM, "setuid", "programs that may elevate"),
	LATER(ROOM, "capabilities", "the capability sets"),
	LATER(ROOM, "securebits", "the securebits"),
	LATER(ROOM, "no_new_privs", "whether nothing may elevate"),
	LATER(ROOM, "user_namespaces", "whether users may make user namespaces"),
	LATER(ROOM, "syscalls", "the system call filter"),
	LATER(ROOM, "limits", "what the room may use"),
	LATER(ROOM, "banner", "a line for whoever enters"),
	LATER(ROOM, "on_failure", "what happens when the room cannot be opened"),

	KEY(RULE, "user", SCHEMA_STRINGS, IN_RULE(user), NULL, WANTS_STRINGS, "anybody",
		"login names, with * and ? and [...]"),
	KEY(RULE, "group", SCHEMA_STRINGS, IN_RULE(group), NULL, WANTS_STRINGS, "any",
		"groups, one of which the user is in"),
	KEY(RULE, "uid", SCHEMA_UIDS, IN_RULE(uid), NULL,
		"a string like \"1000-1999\" or \"1000-\"", "any", "a range of user ids"),
	KEY(RULE, "service", SCHEMA_STRINGS, IN_RULE(service), NULL, WANTS_STRINGS, "any",
		"PAM services, with * and ? and [...]"),
	KEY(RULE, "room", SCHEMA_TARGET, IN_RULE(room_name), NULL,
		"the name of a room, \"outside\" or \"closed\"", "must be written",
		"where the login goes"),
	LATER(RULE, "netgroup", "netgroups, one of which the user is in"),
	LATER(RULE, "tty", "terminals"),
	LATER(RULE, "from", "hosts and networks that the user comes from"),
	LATER(RULE, "time", "times of the week"),
};

const size_t schema_n_rows = sizeof schema_rows / sizeof schema_rows[0];

const struct schema_row *schema_find(enum schema_level level, const char *name)
{
	for (size_t i = 0; i < schema_n_rows; i++)
		if (schema_rows[i].level == level && strcmp(schema_rows[i].name, name) == 0)
			return &schema_rows[i];
	return NULL;
}

/* Two slips of the keyboard, and less than half of the word. */
static unsigned int schema_patience(const char *name)
{
	return strlen(name) < 4 ? 1 : 2;
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
