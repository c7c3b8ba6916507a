/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl metrics: the rooms for a monitoring system, in the text format that Prometheus and
 * OpenMetrics readers take; for the textfile collector of node_exporter, say.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

/* The value of a label: backslash, quote and newline are escaped, and no control byte is let out.
 */
static void put_label(const char *before, const char *name, const char *value)
{
	char tame[512];

	snprintf(tame, sizeof tame, "%s", value);
	text_tame(tame);
	printf("%s%s=\"", before, name);
	for (const char *at = tame; *at; at++)
		printf("%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
	putchar('"');
}

static void put_head(const char *name, const char *help)
{
	printf("# HELP pam_room_%s %s\n# TYPE pam_room_%s gauge\n", name, help, name);
}

static void put_rooms(const struct rooms *rooms)
{
	static const char *const states[] = {
		[LIFE_LIVING] = "living", [LIFE_STALE] = "stale", [LIFE_BUSY] = "busy"
	};

	put_head("rooms", "Rooms in the registry.");
	for (size_t life = 0; life < 3; life++) {
		unsigned int n = 0;

		for (size_t i = 0; i < rooms->n; i++)
			n += rooms->list[i].life == (enum life)life;
		printf("pam_room_rooms{state=\"%s\"} %u\n", states[life], n);
	}
}

static void put_each(const struct rooms *rooms, const struct members *members)
{
	put_head("room_processes", "Processes in a living room, its keeper not counted.");
	for (size_t i = 0; i < rooms->n; i++) {
		const struct listed *one = &rooms->list[i];

		if (one->life != LIFE_LIVING)
			continue;
		put_label("pam_room_room_processes{", "key", one->key);
		put_label(",", "room", one->fields[FIELD_ROOM]);
		put_label(",", "user", one->fields[FIELD_USER]);
		printf("} %u\n", members[i].n);
	}
	put_head("room_created_timestamp_seconds", "When a room was made.");
	for (size_t i = 0; i < rooms->n; i++) {
		const struct listed *one = &rooms->list[i];
		uint64_t created;

		if (one->life == LIFE_STALE ||
			text_u64(one->fields[FIELD_CREATED], INT64_MAX, &created) < 0)
			continue;
		put_label("pam_room_room_created_timestamp_seconds{", "key", one->key);
		printf("} %" PRIu64 "\n", created);
	}
}

/* Rooms of another policy than the one that holds now. */
static void put_policy(const struct rooms *rooms, struct ruling *ruling)
{
	char generation[17] = "";
	unsigned int n = 0;

	put_head(
		"policy_usable", "Whether the policy opens rooms: 0 means that users are refused.");
	printf("pam_room_policy_usable %d\n", ruling->policy != NULL);
	if (!ruling->policy)
		return;
	snprintf(generation, sizeof generation, "%016" PRIx64, ruling->policy->generation);
	for (size_t i = 0; i < rooms->n; i++)
		n += rooms->list[i].life != LIFE_STALE &&
			strcmp(rooms->list[i].fields[FIELD_POLICY], generation) != 0;
	put_head("rooms_of_older_policy", "Rooms that were made by another policy.");
	printf("pam_room_rooms_of_older_policy %u\n", n);
}

int verb_metrics(int argc, char **argv, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	cleanup_free struct members *members = NULL;
	struct options options;
	int r = options_read(argc, argv, 0, 0, &options);

	if (r == 0 && json) {
		complain("metrics: there is one format; see list for JSON");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = rooms_list(&rooms);
	if (r)
		return r;
	members = members_count(&rooms, false);
	if (!members) {
		complain("cannot count who is in the rooms");
		return EXIT_CANNOT_TELL;
	}
	/* Root is dropped before the policy is judged; what is wrong with it is a number here. */
	ruling_need(NULL, &ruling);
	put_rooms(&rooms);
	put_each(&rooms, members);
	put_policy(&rooms, &ruling);
	return EXIT_YES;
}
