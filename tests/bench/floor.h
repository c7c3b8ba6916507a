/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the kernel alone asks for a room: the same view, capabilities and filter as a living room of
 * ours, read off that room beforehand and then made with system calls only. There is no policy, no
 * check, no helper and no keeper here, and nothing that could be called safe: it is what the
 * figures are compared with.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/plan.h"

#define FLOOR_MOUNTS_MAX 256
#define FLOOR_NODES_MAX 64
#define FLOOR_TEXT 160

/* A mount that the room has and the host has not. */
struct floor_mount {
	char path[FLOOR_TEXT];
	char source[FLOOR_TEXT]; /* of a bind; of a new file system its type */
	bool fresh;              /* a file system of the room's own */
	bool early;              /* its source will be covered: it is taken before all others */
	uint64_t attrs;          /* MOUNT_ATTR_* */
	unsigned int depth;      /* in the tree of mounts */
	int fd;
};

/* What stands in the room's store before anything is mounted there. */
struct floor_node {
	char path[FLOOR_TEXT];
	mode_t mode;
	dev_t dev;
};

struct floor {
	int pidfd; /* of the room's keeper */
	pid_t keeper;
	struct plan plan;
	size_t lines;   /* of the room's mountinfo */
	uint64_t attrs; /* of all mounts */
	struct floor_mount mounts[FLOOR_MOUNTS_MAX];
	size_t n;
	struct floor_node nodes[FLOOR_NODES_MAX];
	size_t n_nodes;
	char gone[FLOOR_MOUNTS_MAX][FLOOR_TEXT]; /* the host's, which the room has not */
	size_t n_gone;
};

/* Reads the living room of that key. False, with a line on standard error, when it cannot. */
bool floor_read(const char *key, struct floor *ret);

/* Puts the calling process into the room that was read: namespaces, capabilities, filter. */
bool floor_join(const struct floor *floor);

/* Makes another one like it, with a process 1 that only waits, and joins that. */
bool floor_create(struct floor *floor, pid_t *ret_pid);

/* The lines of a process's mountinfo; 0 when it cannot be read. */
size_t floor_lines(pid_t pid);
