/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The options that verbs share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	OPTION_ROOT = 1 << 0,    /* --root DIR */
	OPTION_DRY_RUN = 1 << 1, /* --dry-run */
	OPTION_POLICY = 1 << 2,  /* --policy FILE */
	OPTION_SERVICE = 1 << 3, /* --service NAME */
	OPTION_PLACE = 1 << 4,   /* --from HOST, --tty TTY, --at TIME */
};

#define OPTIONS_WORDS_MAX 2

struct options {
	const char *root;   /* NULL: this machine */
	const char *policy; /* NULL: the installed one; so with all below */
	const char *service, *from, *tty, *at;
	bool dry_run;
	const char *words[OPTIONS_WORDS_MAX]; /* those that are no options */
	size_t n_words;
};

/* Reads the words after the verb; allowed is a set of OPTION_*. Returns 0, or EXIT_USAGE after
 * saying what is wrong. `--root /` is this machine. */
int options_read(int argc, char **argv, int allowed, size_t max_words, struct options *ret);
