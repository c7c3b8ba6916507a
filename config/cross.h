/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mistakes that no key has by itself: two keys of a room that contradict each other, a rule that is
 * never reached.
 */
#pragma once

#include <stdbool.h>

struct complaints;
struct policy;
struct room_spec;

/* Looks at a policy that is finished. Warnings are looked for only when want_warnings. */
void cross_check(const struct policy *policy, bool want_warnings, struct complaints *complaints);

/* Likewise at one room. */
void cross_check_room(
	const struct room_spec *spec, bool want_warnings, struct complaints *complaints);
