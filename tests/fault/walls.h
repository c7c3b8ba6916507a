/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Where a process stands, as the kernel tells it: what a login may be compared by.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { WALL_MNT, WALL_PID, WALL_IPC, WALL_UTS, N_WALLS };

struct walls {
	uint64_t ns[N_WALLS]; /* inode numbers; pid: of the next child */
	uint64_t bounding;
	int seccomp;      /* prctl(PR_GET_SECCOMP) */
	int filtered;     /* keyctl(2) is refused, as every room but glass has it */
	int no_new_privs; /* 0 or 1 */
	uint64_t core;    /* hard limit */
	uint64_t root, cwd;
	int n_fds; /* open above 2 */
};

/* A directory like /proc/self, to look at this process later: the room's /proc does not have it. */
int walls_open(void);

/* False when something cannot be told. */
bool walls_look(int self_dfd, struct walls *ret);

/* Namespaces of a that are those of b: N_WALLS, 0 or in between. */
int walls_shared(const struct walls *a, const struct walls *b);

/* As one line of text, with the caller's uid, and back. */
void walls_print(const struct walls *walls);
bool walls_read(const char *line, struct walls *ret, uid_t *ret_uid);
