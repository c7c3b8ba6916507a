/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Counting what a room's filter refused (see denied.h). The kernel's records name a user, not a
 * room: where these are not the same it is not told.
 */
#include "roomctl/denied.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/policy.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/logs.h"
#include "roomctl/members.h"

static enum learn_side side_of(uint32_t uid, char name[64], void *arg)
{
	const uint32_t *whose = arg;

	name[0] = '\0';
	return uid == *whose ? LEARN_INSIDE : LEARN_OUTSIDE;
}

static bool lives_in(const struct listed *listed, const struct members *members, uint32_t uid)
{
	uint32_t other;

	if (listed->life == LIFE_STALE)
		return false;
	for (size_t i = 0; i < members->n_uids; i++)
		if (members->uids[i].uid == uid)
			return true;
	return text_id(listed->fields[FIELD_UID], &other) == 0 && other == uid;
}

/* Why the records of that user since then are not those of the room; NULL: they are. */
static const char *not_alone(
	const struct rooms *rooms, size_t at, const struct members *members, uint32_t uid)
{
	for (size_t i = 0; i < rooms->n; i++)
		if (i != at && lives_in(&rooms->list[i], &members[i], uid))
			return "its user is in another room too, and a record does not say which";
	return NULL;
}

static int compare_calls(const void *a, const void *b)
{
	const struct learn_call *one = a, *other = b;

	return one->n != other->n ? (one->n < other->n ? 1 : -1) : strcmp(one->name, other->name);
}

static const char *count(
	uint32_t uid, uint64_t created, bool kills, const struct logs *logs, struct denied *ret)
{
	uint64_t now = (uint64_t)time(NULL);
	struct learned *learned = &ret->learned;
	int r;

	*learned = (struct learned){ .side = side_of,
		.arg = &uid,
		.since_ms = created * 1000,
		.since_boot_ms = logs_boot_ms(now > created ? now - created : 0),
		.kills = kills };
	r = logs_read(logs, learned);
	learned->arg = NULL;
	if (r < 0)
		return "the kernel's log cannot be read";
	ret->doubt = learn_doubt(learned);
	if (learned->n_calls > 0)
		qsort(learned->calls, learned->n_calls, sizeof *learned->calls, compare_calls);
	return NULL;
}

void denied_read(const struct rooms *rooms, size_t at, const struct members *members,
	const struct room_spec *spec, const struct logs *logs, struct denied *ret)
{
	const struct listed *listed = &rooms->list[at];
	uint64_t created = 0;
	uint32_t uid = 0;

	*ret = (struct denied){ 0 };
	if (!spec)
		ret->why = "another policy made it, and how its filter answers is not known";
	else if (registry_is_group(listed->key))
		ret->why = "a record names its user, and the room is a group's";
	else if (text_id(listed->fields[FIELD_UID], &uid) < 0 ||
		text_u64(listed->fields[FIELD_CREATED], INT32_MAX * 4ULL, &created) < 0)
		ret->why = "the registry does not tell whose it is, or since when";
	if (!ret->why)
		ret->why = logs_mute(spec->action);
	if (!ret->why && logs->kmsg_fd < 0 && logs->lines_fd < 0)
		ret->why = "neither /dev/kmsg nor auditd's log can be read";
	if (!ret->why)
		ret->why = not_alone(rooms, at, members, uid);
	ret->passed = !ret->why && spec->action == ACTION_LOG;
	if (!ret->why)
		ret->why = count(uid, created, spec->action == ACTION_KILL, logs, ret);
}

void denied_free(struct denied *denied)
{
	learned_free(&denied->learned);
}
