/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Files to be changed, as a list made in full before the first of them is touched: it can be looked
 * at (--dry-run), judged as if it had been done, carried out in order, and taken back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "roomctl/out.h"

struct tree;
struct why;

#define CHANGES_MAX 18
#define CHANGE_PATH_MAX 128

struct change {
	char path[CHANGE_PATH_MAX]; /* in the tree */
	char *before;               /* NULL: there is no such file */
	char *after;                /* NULL: the file goes away */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *note; /* for people: what is done */
	bool reload;      /* systemd must be told before a change that is none such */
	bool own_dir;     /* its directory is made for it, and goes when it is empty */
};

/* In the order in which they are carried out. */
struct changes {
	struct change list[CHANGES_MAX];
	size_t n;
	bool reload_matters; /* systemd not having been told counts as a failure */
};

void changes_free(struct changes *changes);

/* Appends a change and returns it for filling, or NULL with why when the list is full. */
struct change *changes_add(struct changes *changes, const char *path, struct why *why);

/* Forgets the change that was added last. */
void changes_drop_last(struct changes *changes);

/* What is planned for path, or NULL. */
const struct change *changes_find(const struct changes *changes, const char *path);

/* Prints one line per change. */
void changes_print(const struct changes *changes, enum report_kind kind, struct report *report);

/* Removes what a roomctl that was killed left beside that file, and its directory (own_dir) when
 * nothing else is in it. For who holds the tree's lock. */
void change_sweep(const struct tree *tree, const char *path, bool own_dir);

/* Carries all out, or none: after a failure what was done is taken back. Reports every step. */
int changes_apply(const struct tree *tree, const struct changes *changes, struct report *report);
