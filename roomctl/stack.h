/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The session stack of a PAM service as libpam would put it together: the service's file with what
 * it includes, in one list.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct tree;
struct why;

#define STACK_ENTRIES_MAX 256
#define STACK_FILES_MAX 128 /* files read, each time one is read */
#define STACK_DEPTH_MAX 16  /* PAM_SUBSTACK_MAX_LEVEL */

#define STACK_DIR "etc/pam.d"
#define STACK_VENDOR_DIR "usr/lib/pam.d"
#define STACK_OURS "pam_room.so"

struct stack_entry {
	char *text;          /* owned; the strings below point into it */
	const char *control; /* as written, without the brackets */
	const char *module;
	const char *args;
	size_t file; /* in stack.files */
	unsigned int line;
	unsigned int level; /* how many substacks deep */
	bool substack;      /* no module: the head of a substack */
	bool silent;        /* "-session": no complaint when the module is missing */
};

struct stack {
	struct stack_entry entries[STACK_ENTRIES_MAX];
	size_t n;
	char *files[STACK_FILES_MAX]; /* in the tree; the service's own first */
	size_t n_files;
};

/*
 * Reads the stack of a service; planned (may be NULL) stands over the files of the tree. -ENOENT:
 * there is no such service. -EINVAL with why: libpam could not read it either, or it is too big to
 * be judged. stack_free() also after a failure.
 */
int stack_read(const struct tree *tree, const struct changes *planned, const char *service,
	struct stack *ret, struct why *why);
void stack_free(struct stack *stack);

/* Whether the entry is our line. */
bool stack_is_ours(const struct stack_entry *entry);

/* How often our line is in it. */
unsigned int stack_count_ours(const struct stack *stack);

/* Whether the service called name is among the files it includes. */
bool stack_includes(const struct stack *stack, const char *name);
