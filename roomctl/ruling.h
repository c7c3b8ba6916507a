/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A policy as verbs look at it: opened with the caller's rights, judged without root's.
 */
#pragma once

#include <stdbool.h>

#include "config/load.h"
#include "lib/why.h"

struct report;

struct ruling {
	const char *name; /* the file, or the directory of the installed policy */
	bool draft;       /* a file that need not be installed */
	struct sources *sources;
	struct policy *policy; /* NULL: it opens no room, complaints or why say why */
	struct complaints complaints;
	struct why why;
	int r;
};

/* Reads the files: that one, or the installed policy (NULL). What fails shows in r and why. */
void ruling_open(const char *file, struct ruling *ret);

/* Looks at what was read. */
void ruling_judge(struct ruling *ruling);

/* One line for each mistake and each warning, and one that all is well when say_ok. */
void ruling_report(const struct ruling *ruling, bool say_ok, struct report *report);

/*
 * For verbs that need a policy: opens it, drops root, judges it. Returns 0, or the exit code after
 * saying on stderr why there is none.
 */
int ruling_need(const char *file, struct ruling *ret);

/* For a second policy, when root is dropped: it was opened by ruling_open(). As ruling_need(). */
int ruling_need_open(struct ruling *ruling);

void ruling_close(struct ruling *ruling);
