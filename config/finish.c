/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What can be done only when all files are read (see read.h): names become pointers and numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/arena.h"
#include "config/complaint.h"
#include "config/policy.h"
#include "config/preset.h"
#include "config/read.h"
#include "config/rooms.h"
#include "config/schema.h"

/* The rooms that are there without being described, but for the keys at the top of the files. */
static int finish_presets(struct policy *policy)
{
	const struct schema_row *row = schema_find(SCHEMA_ROOM, "on_failure");
	const struct origin origin = { ORIGIN_POLICY, policy->on_failure_place };

	policy->presets = arena_alloc(policy->arena, PRESETS * sizeof *policy->presets);
	if (!policy->presets)
		return -ENOMEM;
	for (size_t i = 0; i < PRESETS; i++)
		policy->presets[i] = *preset_get(i);
	if (origin.place.line == 0)
		return 0;
	for (size_t i = 0; i < policy->n_rooms + PRESETS; i++) {
		struct room_spec *spec = i < policy->n_rooms ?
			&policy->rooms[i] :
			&policy->presets[i - policy->n_rooms];

		if (spec->origins[schema_number(row)].kind != ORIGIN_DEFAULT)
			continue;
		spec->on_failure = policy->on_failure;
		spec->origins[schema_number(row)] = origin;
	}
	return 0;
}

/* What follows from other keys of the room, whatever their order. */
static void finish_room(struct room_spec *spec)
{
	const struct schema_row *row = schema_find(SCHEMA_ROOM, "no_new_privs");
	const struct schema_row *namespaces = schema_find(SCHEMA_ROOM, "namespaces");

	if (spec->origins[schema_number(row)].kind != ORIGIN_ROOM)
		spec->no_new_privs = spec->setuid.kind == SETUID_NONE;
	/* Written ones are held against 'network' (cross_rooms.c). */
	if (spec->origins[schema_number(namespaces)].kind == ORIGIN_ROOM)
		return;
	if (spec->network == NETWORK_HOST)
		spec->namespaces &= ~(unsigned int)ROOM_NS_NETWORK;
	else
		spec->namespaces |= ROOM_NS_NETWORK;
}

/* Rules of one room mostly stand together, and a look through all rooms for each would be slow. */
static void finish_rules(struct policy *policy, struct complaints *complaints)
{
	const struct room_spec *last = NULL;

	for (size_t i = 0; i < policy->n_rules; i++) {
		struct rule *rule = &policy->rules[i];
		const char *name = rule->room_name, *nearest;

		rule->verdict = strcmp(name, "outside") == 0 ? VERDICT_OUTSIDE :
			strcmp(name, "closed") == 0          ? VERDICT_CLOSED :
							       VERDICT_ROOM;
		if (rule->verdict != VERDICT_ROOM)
			continue;
		rule->room =
			last && strcmp(last->name, name) == 0 ? last : rooms_find(policy, name);
		last = rule->room;
		if (rule->room)
			continue;
		nearest = rooms_nearest(policy, name);
		if (nearest)
			complaint_add(&complaints->errors, rule->place.file, rule->place.line, 0,
				"there is no room '%.80s': did you mean '%s'?", name, nearest);
		else
			complaint_add(&complaints->errors, rule->place.file, rule->place.line, 0,
				"there is no room '%.80s': described are rooms in 'rooms', and "
				"\"outside\" and \"closed\" are none",
				name);
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each name once, sorted. */
static int gather_names(struct policy *policy, size_t offset, struct text_list *all)
{
	size_t total = 0, n = 0;

	for (size_t i = 0; i < policy->n_rules; i++)
		total += ((struct name_refs *)((char *)&policy->rules[i] + offset))->names.n;
	all->items = arena_alloc(policy->arena, (total + 1) * sizeof *all->items);
	if (!all->items)
		return -ENOMEM;
	for (size_t i = 0; i < policy->n_rules; i++) {
		struct name_refs *refs = (void *)((char *)&policy->rules[i] + offset);

		for (size_t j = 0; j < refs->names.n; j++)
			all->items[n++] = refs->names.items[j];
	}
	qsort(all->items, n, sizeof *all->items, compare_texts);
	for (size_t i = 0; i < n; i++)
		if (all->n == 0 || strcmp(all->items[all->n - 1], all->items[i]) != 0)
			all->items[all->n++] = all->items[i];
	return 0;
}

static int number_names(struct policy *policy, size_t offset, const struct text_list *all)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		struct name_refs *refs = (void *)((char *)&policy->rules[i] + offset);

		if (refs->names.n == 0)
			continue;
		refs->numbers = arena_alloc(policy->arena, refs->names.n * sizeof *refs->numbers);
		if (!refs->numbers)
			return -ENOMEM;
		for (size_t j = 0; j < refs->names.n; j++) {
			const char **found = bsearch(&refs->names.items[j], all->items, all->n,
				sizeof *all->items, compare_texts);

			refs->numbers[j] = (uint32_t)(found - all->items);
		}
	}
	return 0;
}

static int finish_names(struct policy *policy, size_t offset, struct text_list *all)
{
	int r = gather_names(policy, offset, all);

	return r < 0 ? r : number_names(policy, offset, all);
}

int read_finish(struct policy *policy, struct complaints *complaints)
{
	int r = finish_presets(policy);

	for (size_t i = 0; i < policy->n_rooms; i++)
		finish_room(&policy->rooms[i]);
	if (r == 0)
		finish_rules(policy, complaints);
	if (r == 0)
		r = finish_names(policy, offsetof(struct rule, group), &policy->groups);
	if (r == 0)
		r = finish_names(policy, offsetof(struct rule, netgroup), &policy->netgroups);
	return r;
}
