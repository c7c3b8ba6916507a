/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether pam_room itself is in order on this machine: the policy and the programs.
 */
#pragma once

#include <stdbool.h>

struct report;

/* Reports every mistake of the installed policy. */
void installed_check_policy(struct report *report);

/* Reports what is wrong with the module, the helper and the keeper. */
void installed_check_programs(bool say_ok, struct report *report);
