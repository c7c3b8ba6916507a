/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The policy's language as one table, a row per key. The reader walks it, `roomctl show` prints
 * along it and the manual page's key list is made of it: a new key is one row here and one field in
 * policy.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a key may stand. */
enum schema_level {
	SCHEMA_FILE, /* at the top of a file */
	SCHEMA_ROOM, /* in a room of rooms */
	SCHEMA_TMP,  /* in a group of a room's, and so the next three */
	SCHEMA_CAPABILITIES,
	SCHEMA_SYSCALLS,
	SCHEMA_LIMITS,
	SCHEMA_IO,   /* in an item of limits.io */
	SCHEMA_BIND, /* in an item of bind */
	SCHEMA_RULE, /* in a rule of assign */
	SCHEMA_N_LEVELS,
};

/* What its value is, and so which function reads it into the field at offset, and prints it. */
enum schema_type {
	SCHEMA_VERSION,  /* the number 1 */
	SCHEMA_ROOMS,    /* a group of rooms */
	SCHEMA_RULES,    /* a list of rules */
	SCHEMA_GROUP,    /* a group of keys of the level sub, in the same struct */
	SCHEMA_CHOICE,   /* a string out of choices: unsigned int */
	SCHEMA_LINGER,   /* likewise, or a duration: linger and linger_s */
	SCHEMA_FLAGS,    /* a list of strings out of choices: unsigned int, a set */
	SCHEMA_BOOL,     /* true or false */
	SCHEMA_COUNT,    /* a number from min to max: uint32_t */
	SCHEMA_PERCENT,  /* "400%": uint32_t */
	SCHEMA_SIZE,     /* "2G": uint64_t */
	SCHEMA_CPUS,     /* "0-7": struct units_cpus */
	SCHEMA_TEXT,     /* one line: const char * */
	SCHEMA_HOSTNAME, /* const char * */
	SCHEMA_GLOBS,    /* one string or several, patterns: struct text_list */
	SCHEMA_PATHS,    /* one path or several: struct text_list */
	SCHEMA_DEVICES,  /* one pattern or several below /dev: struct text_list */
	SCHEMA_SYSNAMES, /* names of system calls: struct text_list */
	SCHEMA_PATH,     /* const char * */
	SCHEMA_BINDS,    /* a list of groups: struct bind_list */
	SCHEMA_IO_LIST,  /* a list of groups: struct io_list */
	SCHEMA_SETUID,   /* "all", "none" or paths: struct room_setuid */
	SCHEMA_CAPS,     /* capabilities(7), a set: uint64_t */
	SCHEMA_NAMES,    /* one name or several, no patterns: struct name_refs */
	SCHEMA_UIDS,     /* "1000-1999": struct uid_range */
	SCHEMA_FROM,     /* hosts and networks: struct from_list */
	SCHEMA_TIME,     /* times of the week: struct week_list */
	SCHEMA_TARGET,   /* a room's name, outside or closed: const char * */
	SCHEMA_N_TYPES,
};

struct schema_choice {
	const char *name;
	unsigned int value;
	bool later; /* understood, but its effect is not built: refused by name */
};

struct schema_row {
	enum schema_level level;
	const char *name;
	enum schema_type type;
	size_t offset; /* in struct policy, room_spec, io_limit, room_bind or rule */
	const struct schema_choice *choices; /* ends with a NULL name */
	enum schema_level sub;               /* SCHEMA_GROUP, SCHEMA_BINDS, SCHEMA_IO_LIST */
	uint32_t min, max;                   /* SCHEMA_COUNT */
	bool of_walls;                       /* each preset has a value of its own */
	const char *wants;                   /* for mistakes: "wants ..." */
	const char *fallback;                /* what holds when it is not written, for people */
	const char *meaning;                 /* one line, for people */
};

/* All rows. A row's number is its place in the table. */
extern const struct schema_row schema_rows[];
extern const size_t schema_n_rows;

/* The row of a key, or NULL. */
const struct schema_row *schema_find(enum schema_level level, const char *name);

/* The number of a row, for room_spec.origins. */
size_t schema_number(const struct schema_row *row);

/* "limits.memory": how the key is called where its level does not show. Returns buf. */
const char *schema_path(const struct schema_row *row, char *buf, size_t size);

/* The key of that level whose name is nearest, or NULL when none is near. */
const char *schema_nearest(enum schema_level level, const char *name);

/* Likewise among choices that are built. */
const char *schema_nearest_choice(const struct schema_choice *choices, const char *name);

/* The nearer of two words that are no rows' names: true when name is at most two slips from word.
 */
bool schema_is_near(const char *name, const char *word);
