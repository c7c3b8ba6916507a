/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The rooms in the registry, for verbs that print them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cgroup/settle.h"
#include "lib/registry.h"

enum life { LIFE_LIVING, LIFE_STALE, LIFE_BUSY };

/* The lines of a room's state file; the first LISTED_COLUMNS in the order of roomctl list. */
enum field {
	FIELD_ROOM,
	FIELD_USER,
	FIELD_UID,
	FIELD_KEEPER,
	FIELD_CREATED,
	FIELD_RULE,
	FIELD_POLICY, /* the generation of the policy that made it */
	FIELD_SPEC,   /* and the number of the room's description in that */
	N_FIELDS,
};

#define LISTED_COLUMNS FIELD_POLICY

struct listed {
	char key[REGISTRY_KEY_MAX];
	enum life life;
	bool frozen; /* by roomctl freeze */
	pid_t keeper_pid;
	ino_t namespace;  /* its processes' pid namespace; 0: the keeper's, who can be asked */
	char state[2048]; /* the file, cut into strings */
	const char *fields[N_FIELDS]; /* never NULL */
	char keeper[16];
	char limits[SETTLE_TEXT]; /* which limits hold (settle_print()) */
};

struct rooms {
	struct listed *list;
	size_t n;
	bool own; /* those of the caller's alone, by what a user sees (rooms_list_seen()) */
};

extern const char *const life_notes[];

extern const struct field_row {
	const char *name;
	bool number;
} field_rows[N_FIELDS];

/*
 * Reads all rooms, sorted by key; fields point into the list. Returns 0, or the exit code after
 * saying on stderr why they cannot be told. No room was ever made: none.
 */
int rooms_list(struct rooms *ret);

/*
 * As rooms_list() for root, outside. For others, and from inside, the rooms that the caller is in
 * or has processes in: the key comes from the mark in there, since when it lives from the kernel,
 * and no more is told.
 */
int rooms_list_seen(struct rooms *ret);

/* Whether the registry has the same rooms as when they were read, with living keepers, and none was
 * frozen or thawed since; cheaper than reading them. */
bool rooms_are_same(const struct rooms *rooms);

/*
 * Under the room's lock its keeper takes nothing away; alone, nobody else is at it. False when it
 * stays busy for ms.
 */
bool listed_lock(int room_dfd, bool alone, int ms);

/* What there is to say of it: "", "frozen", "stale", "busy". */
const char *listed_note(const struct listed *listed);

/* "2026-11-26 14:30", or "-". */
void listed_since(const struct listed *listed, char buf[32]);

void rooms_freep(struct rooms *rooms);
