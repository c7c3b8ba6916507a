/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's view as an ordered list of mount steps: pure, made from the policy and a few facts
 * without looking at the machine. mount_do.c carries it out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/policy.h"

struct why;

/* What a step does. Paths are absolute. A slot holds a mount that is not attached anywhere. */
enum mount_op {
	MOUNT_PRIVATE, /* nothing that is mounted from here on is seen outside, nor the other way
			  round */
	MOUNT_TAKE,    /* copies path and all that is mounted below it, with attrs, into slot */
	MOUNT_PUT,     /* attaches slot at path */
	MOUNT_TMPFS,   /* attaches a new tmpfs with attrs at path */
	MOUNT_PROC,    /* attaches the pid namespace's procfs with attrs at path */
	MOUNT_DIR,     /* makes the directory path with mode */
	MOUNT_MARK,    /* writes text into the new file path */
	MOUNT_MASK,    /* covers path, if it is there, with nothing: an empty file or directory */
	MOUNT_DETACH,  /* takes away what is mounted at path */
	MOUNT_DETACH_BELOW, /* takes away what is mounted at each entry of the directory path */
	MOUNT_N_OPS,
};

#define MOUNT_SLOTS 16
#define MOUNT_STEPS_MAX 80
#define MOUNT_TEXT_MAX 16384
#define MOUNT_ANYBODY UINT32_MAX

struct mount_step {
	enum mount_op op;
	const char *path;
	unsigned int slot;
	uint64_t attrs; /* MOUNT_ATTR_* (mount_setattr(2)) to set, on the whole tree of a TAKE */
	bool slave;     /* TAKE: later mounts of the original appear in the copy as well */
	bool optional;  /* no such path is no error; the PUT of a slot that stayed empty is left out
			 */
	uint32_t owner; /* TAKE: what a link leads to must be of this uid or of root, or
			   MOUNT_ANYBODY */
	mode_t mode;
	const char *text;
};

struct mount_list {
	struct mount_step steps[MOUNT_STEPS_MAX + 1]; /* the last takes what has no room */
	size_t n;
	bool full;
	unsigned int n_slots;
	char text[MOUNT_TEXT_MAX]; /* the paths that had to be put together */
	size_t text_len;
};

/* Whose room it is. */
struct mount_facts {
	const char *key;  /* lib/registry.h */
	const char *home; /* as NSS told it */
	uid_t uid;
};

/* An empty directory of the room that masks are made of. */
#define MOUNT_EMPTY_DIR ROOM_RUNDIR "/empty"

/* Fills list for a room. -EINVAL: the home directory's name is none. */
int mount_list_make(const struct room_spec *spec, const struct mount_facts *facts,
	struct mount_list *list, struct why *why);
