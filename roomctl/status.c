/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl status: who is in the living rooms, what they use, and which of them are older than the
 * policy. A room keeps what it was made with until it ends, so what a changed policy says holds for
 * the next one.
 */
#include "roomctl/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "config/rooms.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "roomctl/logs.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

#define LEASES_MS 200 /* for all rooms */
#define DENIED_MAX 32 /* rooms, for each of which the logs are read */

/* What is told, and what has to be given back. */
struct telling {
	struct told *told;
	size_t n;
	struct logs logs;
};

static void telling_free(struct telling *telling)
{
	for (size_t i = 0; i < telling->n; i++)
		denied_free(&telling->told[i].denied);
	free(telling->told);
	logs_close(&telling->logs);
}

static enum age listed_age(const struct listed *listed, const struct policy *policy)
{
	const struct room_spec *spec =
		policy ? rooms_find(policy, listed->fields[FIELD_ROOM]) : NULL;
	char generation[17], number[17], limits[SETTLE_TEXT];

	if (!policy || !*listed->fields[FIELD_POLICY] || !*listed->fields[FIELD_SPEC])
		return AGE_UNKNOWN;
	snprintf(generation, sizeof generation, "%016" PRIx64, policy->generation);
	if (strcmp(listed->fields[FIELD_POLICY], generation) == 0)
		return AGE_CURRENT;
	if (!spec)
		return AGE_GONE;
	snprintf(number, sizeof number, "%016" PRIx64, rooms_hash(spec));
	if (strcmp(listed->fields[FIELD_SPEC], number) != 0)
		return AGE_CHANGED;
	settle_print(spec, limits);
	return strcmp(listed->limits, limits) == 0 ? AGE_SAME : AGE_LIMITS;
}

/* A room's name or key, or its user; nothing means all. */
static bool is_meant(const struct listed *listed, const char *word)
{
	return !word || strcmp(listed->key, word) == 0 ||
		strcmp(listed->fields[FIELD_ROOM], word) == 0 ||
		strcmp(listed->fields[FIELD_USER], word) == 0;
}

/*
 * The keeper may not have seen yet that whoever just asked whether it lives has gone; more leases
 * than there are programs to hold them are counted again.
 */
static unsigned int count_leases(
	const struct listed *listed, const struct members *members, int64_t deadline)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	unsigned int n = members_leases(listed->keeper_pid);

	while (n != MEMBERS_UNKNOWN && n > members->sessions + members->managers &&
		deadline_left(deadline) > 0) {
		nanosleep(&pause, NULL);
		n = members_leases(listed->keeper_pid);
	}
	return n;
}

/* The rooms that are meant, with all that root has to be asked for; a table tells less. NULL: no
 * memory. */
static struct told *tell(const struct rooms *rooms, const struct members *members, const char *word,
	bool all, size_t *ret_n)
{
	struct told *told = calloc(rooms->n + 1, sizeof *told);
	cleanup_fd int root_fd = cgroup_root();
	int64_t deadline = deadline_in(LEASES_MS);
	size_t n = 0;

	for (size_t i = 0; told && i < rooms->n; i++) {
		const struct listed *listed = &rooms->list[i];

		if (!is_meant(listed, word))
			continue;
		told[n] = (struct told){ .listed = listed,
			.members = &members[i],
			.own = rooms->own,
			.leases = MEMBERS_UNKNOWN };
		if (!all)
			usage_read_few(listed, &members[i], root_fd, &told[n].usage);
		else
			usage_read(listed, &members[i], root_fd, &told[n].usage);
		if (all && listed->keeper_pid > 0)
			told[n].leases = count_leases(listed, &members[i], deadline);
		n++;
	}
	*ret_n = n;
	return told;
}

/* How the room's filter answers, as the policy has it, where that is what it was made with. */
static const struct room_spec *made_with(const struct told *told, const struct policy *policy)
{
	bool same = told->age == AGE_CURRENT || told->age == AGE_SAME || told->age == AGE_LIMITS;

	return same ? rooms_find(policy, told->listed->fields[FIELD_ROOM]) : NULL;
}

/* Without root: who writes a record's words is anybody. */
static void tell_denied(struct telling *telling, const struct rooms *rooms,
	const struct members *members, const struct policy *policy)
{
	unsigned int n = 0;

	for (size_t i = 0; i < telling->n; i++) {
		struct told *told = &telling->told[i];
		size_t at = (size_t)(told->listed - rooms->list);

		if (told->listed->life != LIFE_LIVING)
			continue;
		if (n == DENIED_MAX) {
			told->denied.why = "it is told of so many rooms at a time: name this one";
			continue;
		}
		denied_read(
			rooms, at, members, made_with(told, policy), &telling->logs, &told->denied);
		n += !told->denied.why;
	}
}

static int print_all(const struct told *told, size_t n, bool one, bool json)
{
	cleanup_with(
		table_free) struct table table = { .heads = told_heads, .n_cols = TOLD_COLUMNS };
	size_t n_older = 0;
	int code;

	for (size_t i = 0; i < n; i++)
		n_older += !told[i].own && told[i].age != AGE_CURRENT;
	code = n_older > 0 ? EXIT_NO : EXIT_YES;
	if (json)
		fputs("{\"rooms\": [", stdout);
	for (size_t i = 0; i < n; i++)
		if (json)
			told_json(&told[i], i);
		else if (one)
			told_lines(&told[i]);
		else if (told_row(&table, &told[i]) < 0)
			return EXIT_CANNOT_TELL;
	if (json)
		printf("%s], \"exit\": %d}\n", n > 0 ? "\n" : "", code);
	else if (!one)
		table_print(&table, stdout);
	return code;
}

static int status(const char *word, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	cleanup_free struct members *members = NULL;
	cleanup_with(telling_free) struct telling telling = { .logs = { .kmsg_fd = -1,
								      .lines_fd = -1 } };
	int r = rooms_list_seen(&rooms);
	bool all = word || rooms.own || json;

	if (r)
		return r;
	members = members_count(&rooms, true);
	telling.told = members ? tell(&rooms, members, word, all, &telling.n) : NULL;
	if (!telling.told) {
		complain("cannot count who is in the rooms");
		return EXIT_CANNOT_TELL;
	}
	if (all && !rooms.own)
		logs_open(&telling.logs);
	/* Root is dropped before the policy is looked at; a user is not told which made the room.
	 */
	r = rooms.own ? 0 : ruling_need(NULL, &ruling);
	if (r)
		return r;
	for (size_t i = 0; i < telling.n; i++)
		telling.told[i].age = listed_age(telling.told[i].listed, ruling.policy);
	if (all && !rooms.own)
		tell_denied(&telling, &rooms, members, ruling.policy);
	if (word && telling.n == 0 && !json) {
		complain("there is no room of '%s'; see roomctl list", word);
		return EXIT_NO;
	}
	return print_all(telling.told, telling.n, word || rooms.own, json);
}

int verb_status(int argc, char **argv, bool json)
{
	struct options options;
	int r = options_read(argc, argv, 0, 1, &options);

	return r ? r : status(options.n_words ? options.words[0] : NULL, json);
}
