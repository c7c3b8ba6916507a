/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The options that verbs share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	OPTION_ROOT = 1 << 0,     /* --root DIR */
	OPTION_DRY_RUN = 1 << 1,  /* --dry-run */
	OPTION_POLICY = 1 << 2,   /* --policy FILE */
	OPTION_SERVICE = 1 << 3,  /* --service NAME */
	OPTION_PLACE = 1 << 4,    /* --from HOST, --tty TTY, --at TIME */
	OPTION_SVG = 1 << 10,     /* --svg FILE */
	OPTION_DIFF = 1 << 9,     /* --diff ROOM */
	OPTION_WHY = 1 << 11,     /* --why WORD */
	OPTION_LOG = 1 << 12,     /* --log FILE, --since DURATION */
	OPTION_AUDIT = 1 << 8,    /* --user U, --fail-below N */
	OPTION_TRIAL = 1 << 5,    /* --trial DURATION */
	OPTION_IF_TRIAL = 1 << 6, /* --if-trial */
};

#define OPTIONS_WORDS_MAX 2

struct options {
	const char *root;   /* NULL: this machine */
	const char *policy; /* NULL: the installed one; so with all below */
	const char *service, *from, *tty, *at;
	const char *diff, *why, *svg, *log, *since, *user, *fail_below;
	const char *trial; /* a duration as policies write them */
	bool dry_run, if_trial;
	const char *words[OPTIONS_WORDS_MAX]; /* those that are no options */
	size_t n_words;
};

/* Reads the words after the verb; allowed is a set of OPTION_*. Returns 0, or EXIT_USAGE after
 * saying what is wrong. `--root /` is this machine. */
int options_read(int argc, char **argv, int allowed, size_t max_words, struct options *ret);

/* Takes that word out of the arguments, wherever it stands; whether it was there. */
bool options_take_word(int *argc, char **argv, const char *word);
