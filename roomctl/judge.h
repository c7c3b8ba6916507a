/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether a session stack leads every login through our line, and leaves it what our line gave it.
 */
#pragma once

#include <stdbool.h>

struct report;
struct stack;

/*
 * Reports every reason why a login could miss our line or have undone what it did. Returns their
 * number; when there is none and say_ok, reports one ok line.
 */
unsigned int judge_stack(
	const struct stack *stack, const char *service, bool say_ok, struct report *report);
