/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room against another one, or against Docker's default, in sentences.
 */
#pragma once

#include <stdbool.h>

struct policy;
struct room_spec;

#define EXPLAIN_DOCKER "docker" /* this name always means Docker's default */

/* Whether there is something of that name to compare with; says so when not. */
bool explain_diff_knows(const struct policy *policy, const char *name);

/* What the room lets that the other does not, and the other way round. JSON: a value. */
void explain_diff(
	const struct policy *policy, const struct room_spec *room, const char *name, bool json);
