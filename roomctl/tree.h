/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A machine's files below one directory: "/" or what --root names. Paths are written without the
 * leading slash. Links are followed for reading, but never out of the tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct why;

#define TREE_FILE_MAX 65536

struct tree {
	int dfd;
	int lock_fd; /* -1: not locked */
	bool host;   /* this machine itself */
};

/* root NULL: this machine. */
int tree_open(const char *root, struct tree *ret, struct why *why);
void tree_close(struct tree *tree);

/* Waits until no other roomctl changes that tree, at most ten seconds, and keeps others waiting
 * until tree_close(). 0, -ETIMEDOUT or another -errno. */
int tree_lock(struct tree *tree, struct why *why);

/* A directory of the tree, opened, or -errno. */
int tree_open_dir(const struct tree *tree, const char *path);

bool tree_has(const struct tree *tree, const char *path);

/*
 * Reads a whole regular file, malloc'ed and NUL-terminated; a NUL byte inside is -EINVAL. -ENOENT
 * when it is not there. ret_st may be NULL.
 */
int tree_read(const struct tree *tree, const char *path, char **ret, struct stat *ret_st,
	struct why *why);

/* As tree_read(), and the file itself must not be a symbolic link: -ELOOP with why. */
int tree_read_own(const struct tree *tree, const char *path, char **ret, struct stat *ret_st,
	struct why *why);

/* The path's directory, opened; *ret_name is the last component. Makes that one directory if
 * make. */
int tree_open_parent(const struct tree *tree, const char *path, bool make, const char **ret_name,
	struct why *why);
