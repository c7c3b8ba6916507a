/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A verb of roomctl: one file, one row in roomctl.c's table.
 */
#pragma once

#include <stdbool.h>

/* Exit codes of every verb. */
enum {
	EXIT_YES = 0,
	EXIT_NO = 1,
	EXIT_USAGE = 2,
	EXIT_CANNOT_TELL = 3,
};

/* argv[0] is the verb. json: print JSON for programs instead of a table for people. */
int verb_list(int argc, char **argv, bool json);
int verb_check(int argc, char **argv, bool json);
int verb_explain(int argc, char **argv, bool json);
int verb_show(int argc, char **argv, bool json);
int verb_learn(int argc, char **argv, bool json);
int verb_diff(int argc, char **argv, bool json);
int verb_status(int argc, char **argv, bool json);
int verb_reload(int argc, char **argv, bool json);
int verb_audit(int argc, char **argv, bool json);
int verb_enter(int argc, char **argv, bool json);
int verb_kill(int argc, char **argv, bool json);
int verb_freeze(int argc, char **argv, bool json);
int verb_thaw(int argc, char **argv, bool json);
int verb_top(int argc, char **argv, bool json);
int verb_map(int argc, char **argv, bool json);
int verb_metrics(int argc, char **argv, bool json);
int verb_enable(int argc, char **argv, bool json);
int verb_disable(int argc, char **argv, bool json);
int verb_import(int argc, char **argv, bool json);
int verb_confirm(int argc, char **argv, bool json);
