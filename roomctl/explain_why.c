/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl explain --why (see explain_why.h).
 */
#include "roomctl/explain_why.h"

#include <stdio.h>
#include <string.h>

#include "config/policy.h"
#include "config/rooms.h"
#include "config/schema.h"
#include "lib/text.h"
#include "roomctl/features.h"
#include "roomctl/out.h"

/* Of the features that no system call stands for; NULL: so it is in every room. */
static const struct why_row {
	const char *id, *key;
} why_rows[] = {
	{ "home", NULL },
	{ "homes", "homes" },
	{ "tmp", "tmp.kind" },
	{ "host-network", "network" },
	{ "network", "network" },
	{ "elevate", "setuid" },
	{ "elevate-any", "setuid" },
	{ "usr", "system" },
	{ "etc", "system" },
	{ "sysctl", "system" },
	{ "devices", "dev" },
	{ "ptys", "limits.ptys" },
	{ "memory", "limits.memory" },
	{ "tasks", "limits.tasks" },
	{ "core", NULL },
	{ "typing", NULL },
	{ "userns", "user_namespaces" },
};

/* The key that decides. */
static const char *key_of(const struct room_spec *room, const struct feature *feature)
{
	const char *key = NULL;

	if (feature->call && room->action == ACTION_LOG)
		return "syscalls.action";
	if (feature->call && text_list_has(&room->syscalls_deny, feature->call))
		return "syscalls.deny";
	for (size_t i = 0; i < sizeof why_rows / sizeof why_rows[0]; i++)
		if (strcmp(why_rows[i].id, feature->id) == 0)
			key = why_rows[i].key;
	if (feature->call && !key)
		return text_list_has(&room->syscalls_allow, feature->call) ? "syscalls.allow" :
									     "syscalls.profile";
	return key && strcmp(key, "setuid") == 0 && room->no_new_privs ? "no_new_privs" : key;
}

static const struct schema_row *row_of(const char *key)
{
	char path[64];

	for (size_t i = 0; i < schema_n_rows; i++)
		if (rooms_has_row(&schema_rows[i]) &&
			strcmp(schema_path(&schema_rows[i], path, sizeof path), key) == 0)
			return &schema_rows[i];
	return NULL;
}

/* What the walls bring along stands where the walls are named. */
static void say_origin(const struct room_spec *room, const char *key)
{
	const struct schema_row *row = row_of(key), *walls = row_of("walls");
	struct origin origin = rooms_origin(room, row);
	bool by_walls = origin.kind == ORIGIN_WALLS;
	char value[256], kind[64], place[512];

	rooms_print(room, row, value, sizeof value);
	rooms_print(room, walls, kind, sizeof kind);
	if (by_walls)
		origin = rooms_origin(room, walls);
	say("    %s = %s%s%s, %s", key, value, by_walls ? ", as walls = " : "",
		by_walls ? kind : "",
		origin.place.line > 0 ? place_print(&origin.place, place, sizeof place) :
					"as nothing else is said");
}

static void say_one(
	const struct room_spec *room, const struct feature *feature, bool may, const char *key)
{
	say("  %s may %s%s:", feature->who, may ? "" : "not ", feature->text);
	if (key)
		say_origin(room, key);
	else
		say("    so it is in every room");
}

bool explain_why(const struct room_spec *room, const char *word)
{
	bool any = false;

	for (size_t i = 0; i < n_features; i++) {
		const struct feature *feature = &features[i];

		if (!strcasestr(feature->id, word) && !strcasestr(feature->text, word))
			continue;
		say_one(room, feature, feature->lets(room, feature), key_of(room, feature));
		any = true;
	}
	for (unsigned int cap = 0; feature_cap(cap); cap++) {
		const char *name = text_cap_name(cap);
		char text[200];
		const struct feature feature = {
			.id = name ? name : "?", .who = "What elevates in it", .text = text
		};
		const struct feature elevate = { .id = "elevate" };
		bool elevates = room->setuid.kind != SETUID_NONE && !room->no_new_privs;

		snprintf(text, sizeof text, "%s (%s)", feature_cap(cap), feature.id);
		if (!strcasestr(text, word))
			continue;
		say_one(room, &feature, feature_has_cap(room, cap),
			elevates ? "capabilities.bounding" : key_of(room, &elevate));
		any = true;
	}
	return any;
}
