/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What makes a state. Each takes a and b of the table's row, and runs as root in the process that
 * becomes the program. False: it could not be made, so nothing is tried.
 */
#pragma once

#include "tests/fault/states.h"

/* states.c */
bool make_closed(const struct state *state);
bool make_stdio(const struct state *state);
bool make_broken_pipe(const struct state *state);
bool make_third(const struct state *state);
bool make_many(const struct state *state);
bool make_limit(const struct state *state);
bool make_unlimited_stack(const struct state *state);
bool make_ignored(const struct state *state);
bool make_blocked(const struct state *state);
bool make_timer(const struct state *state);
bool make_death_signal(const struct state *state);
bool make_umask(const struct state *state);
bool make_cwd(const struct state *state);
bool make_standing(const struct state *state);
bool make_memory_policy(const struct state *state);
bool make_personality(const struct state *state);
bool make_keyring(const struct state *state);
bool make_oom_score(const struct state *state);
bool make_terminal(const struct state *state);
bool make_environment(const struct state *state);
bool make_huge_environment(const struct state *state);
bool make_name(const struct state *state);
bool make_argument(const struct state *state);

/* states_who.c */
bool make_nothing(const struct state *state);
bool make_no_new_privs(const struct state *state);
bool make_traced(const struct state *state);
bool make_filter(const struct state *state);
bool make_securebits(const struct state *state);
bool make_bounding(const struct state *state);
bool make_ambient(const struct state *state);
bool make_chroot(const struct state *state);
bool make_user_namespace(const struct state *state);
bool make_another_file(const struct state *state);
bool make_by_fd(const struct state *state);
bool make_by_loader(const struct state *state);
