/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The loaded policy as plain structs: what the helper and roomctl know of /etc/pam_room.
 * Everything a struct points to belongs to the policy and lives until policy_free().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a value was written: the file's name as it was opened, and its line (0: not from a file).
 */
struct place {
	const char *file;
	unsigned int line;
};

enum walls {
	WALLS_BRICK,
};

enum room_linger {
	LINGER_PROCESSES, /* the room ends with its last process */
	LINGER_NONE,      /* the last logout ends the room */
};

/* A room as the policy describes it. */
struct room_spec {
	const char *name;
	enum walls walls;
	enum room_linger linger;
	struct place place;
};

enum verdict {
	VERDICT_OUTSIDE, /* no room at all */
	VERDICT_CLOSED,  /* no login */
	VERDICT_ROOM,
};

/* A set of strings a condition accepts; n 0 means that the condition was not written. */
struct pattern_list {
	const char **items;
	size_t n;
};

/* uids from..to inclusive; present tells whether the condition was written. */
struct uid_range {
	bool present;
	uint32_t from, to;
};

struct rule {
	struct pattern_list user;    /* fnmatch(3) globs on the login name */
	struct pattern_list group;   /* exact names of any of the user's groups */
	struct pattern_list service; /* fnmatch(3) globs on PAM_SERVICE */
	struct uid_range uid;
	const char *room_name; /* as written */
	enum verdict verdict;
	const struct room_spec *room; /* VERDICT_ROOM only */
	struct place place;
};

struct policy {
	struct room_spec *rooms; /* those of the files; the presets' own rooms are not among them */
	size_t n_rooms;
	struct rule *rules;
	size_t n_rules;
	uint32_t uid_min;    /* login.defs UID_MIN: uids below are outside when no rule matches */
	struct arena *arena; /* config/arena.h: owns every string and array above */
};
