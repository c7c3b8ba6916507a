/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The options that verbs share.
 */
#pragma once

#include <stdbool.h>

enum {
	OPTION_ROOT = 1,    /* --root DIR */
	OPTION_DRY_RUN = 2, /* --dry-run */
	OPTION_FILE = 4,    /* one word that is no option */
};

struct options {
	const char *root; /* NULL: this machine */
	const char *file;
	bool dry_run;
};

/* Reads the words after the verb; allowed is a set of OPTION_*. Returns 0, or EXIT_USAGE after
 * saying what is wrong. `--root /` is this machine. */
int options_read(int argc, char **argv, int allowed, struct options *ret);
