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
#include <string.h>

#include "config/from.h"
#include "config/units.h"
#include "config/week.h"

/* Where something was written: the file's name as it was opened, and its line (0: not from a file).
 */
struct place {
	const char *file;
	unsigned int line;
};

/* Where a value comes from. Later ones win over earlier ones; a room is put together in this order.
 */
enum origin_kind {
	ORIGIN_DEFAULT, /* the language's own, whatever the walls */
	ORIGIN_WALLS,   /* the preset */
	ORIGIN_POLICY,  /* a key of the same name at the top of a file, at place */
	ORIGIN_ROOM,    /* the room's own description, at place */
};

struct origin {
	enum origin_kind kind;
	struct place place;
};

/* A list of strings; n 0 means empty, for a condition that it was not written. */
struct text_list {
	const char **items;
	size_t n;
};

static inline bool text_list_has(const struct text_list *list, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], word) == 0)
			return true;
	return false;
}

enum walls { WALLS_BRICK, WALLS_GLASS, WALLS_CONCRETE };
enum room_share { SHARE_USER, SHARE_GROUP, SHARE_SESSION };
enum room_network { NETWORK_HOST, NETWORK_NONE, NETWORK_PRIVATE };
enum room_homes { HOMES_HIDDEN, HOMES_VISIBLE };
enum room_system { SYSTEM_PROTECTED, SYSTEM_WRITABLE, SYSTEM_READ_ONLY };
enum room_tmp { TMP_MEMORY, TMP_DISK, TMP_HOST };
enum room_dev { DEV_HOST, DEV_MINIMAL };
enum room_user_namespaces { USER_NAMESPACES_DENY, USER_NAMESPACES_ALLOW };
enum syscall_profile { PROFILE_DEVELOPER, PROFILE_LOGIN, PROFILE_CONTAINER, PROFILE_STRICT };
enum syscall_action { ACTION_ERRNO, ACTION_LOG, ACTION_KILL };
enum room_strays { STRAYS_RESTART, STRAYS_REFUSE, STRAYS_ACCEPT };
enum on_failure { ON_FAILURE_DENY, ON_FAILURE_ALLOW };

enum room_linger {
	LINGER_PROCESSES, /* the room ends with its last process */
	LINGER_NONE,      /* the last logout ends the room */
	LINGER_DURATION,  /* so many seconds after the last logout */
};

/* The room's namespaces, a set of bits. */
enum {
	ROOM_NS_MOUNT = 1 << 0,
	ROOM_NS_PID = 1 << 1,
	ROOM_NS_IPC = 1 << 2,
	ROOM_NS_UTS = 1 << 3,
	ROOM_NS_NETWORK = 1 << 4,
	ROOM_NS_CGROUP = 1 << 5,
	ROOM_NS_USER = 1 << 6,
};

/* Which programs may elevate. */
struct room_setuid {
	enum { SETUID_ALL, SETUID_NONE, SETUID_LISTED } kind;
	struct text_list programs; /* SETUID_LISTED: absolute paths */
};

/* One directory seen at another place as well. Paths are absolute. */
struct room_bind {
	const char *source, *target;
	bool read_only;
	struct place place;
};

struct bind_list {
	struct room_bind *items;
	size_t n;
};

/* Bytes per second for what lies at path. 0: no limit. */
struct io_limit {
	const char *path;
	uint64_t read, write;
	struct place place;
};

struct io_list {
	struct io_limit *items;
	size_t n;
};

/* A limit counts only when its key's origin is not ORIGIN_DEFAULT. */
struct room_limits {
	uint64_t memory, memory_high, swap; /* bytes */
	uint32_t cpu;                       /* percent of one processor */
	uint32_t cpu_weight, io_weight;     /* 1 to 10000, cgroups(7) */
	uint32_t tasks, ptys;
	struct units_cpus cpus;
	struct io_list io;
};

#define POLICY_ROWS_MAX 96 /* rows of the schema */

/* A room as the policy describes it; the keys are those of the schema. */
struct room_spec {
	const char *name;
	struct place place;
	struct origin origins[POLICY_ROWS_MAX]; /* by the number of the schema's row */

	unsigned int walls; /* the enums above, as the schema's choices write them */
	unsigned int share, network, homes, system, dev, user_namespaces, on_failure;
	unsigned int linger, linger_s;
	unsigned int strays;
	unsigned int namespaces; /* ROOM_NS_* */
	const char *hostname;    /* NULL: the host's */
	unsigned int tmp_kind;
	uint64_t tmp_size; /* bytes; 0: no limit of its own */
	uint32_t tmp_inodes;
	struct text_list devices, no_entry, read_only, writable;
	struct bind_list binds;
	struct room_setuid setuid;
	uint64_t bounding, inheritable; /* bit N: capability N */
	unsigned int securebits;        /* capabilities(7) */
	bool no_new_privs;
	unsigned int profile, action;
	struct text_list syscalls_allow, syscalls_deny;
	struct room_limits limits;
	const char *banner; /* NULL: none */
};

enum verdict {
	VERDICT_OUTSIDE, /* no room at all */
	VERDICT_CLOSED,  /* no login */
	VERDICT_ROOM,
};

/* uids from..to inclusive; present tells whether the condition was written. */
struct uid_range {
	bool present;
	uint32_t from, to;
};

/* Names out of one of the policy's lists, by their numbers in it. */
struct name_refs {
	struct text_list names; /* as written */
	uint32_t *numbers;      /* filled when the whole policy is read */
};

struct from_list {
	struct from_pattern *items;
	size_t n;
};

struct week_list {
	struct week_span *items;
	size_t n;
};

struct rule {
	struct text_list user;  /* fnmatch(3) globs on the login name */
	struct name_refs group; /* exact names of any of the user's groups */
	struct name_refs netgroup;
	struct text_list service; /* fnmatch(3) globs on PAM_SERVICE */
	struct text_list tty;     /* likewise on PAM_TTY, without /dev/ */
	struct uid_range uid;
	struct from_list from;
	struct week_list time;
	const char *room_name; /* as written */
	enum verdict verdict;
	const struct room_spec *room; /* VERDICT_ROOM only */
	struct place place;
};

struct policy {
	struct room_spec *rooms; /* those of the files */
	size_t n_rooms;
	struct room_spec *presets; /* PRESETS of them, rooms that need no description (preset.h) */
	struct rule *rules;
	size_t n_rules;
	/* Every group and netgroup that a rule names, each once, sorted. */
	struct text_list groups, netgroups;
	unsigned int on_failure; /* for rooms that do not say */
	struct place on_failure_place;
	uint32_t uid_min;      /* login.defs UID_MIN: uids below are outside when no rule matches */
	uint64_t generation;   /* of the files' names and bytes: another policy, another number */
	struct arena *arena;   /* config/arena.h: owns every array above */
	struct parsed *parsed; /* what libconfig made of the files: it owns the strings (read.c) */
};
