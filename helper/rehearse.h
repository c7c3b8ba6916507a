/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The session that roomctl(8) opens and closes to see whether one would open: in a room like the
 * user's own, which nobody else has and which leaves everything of the user's alone.
 */
#pragma once

#include "config/policy.h"

struct why;

/*
 * *ret becomes the room of a rehearsal: a session's own, ended with it, that asks for no restart of
 * the user's manager and sets no limits. Whether the limits could be set is looked at: -ENOTSUP
 * with why. Lists stay spec's.
 */
int rehearse_room(const struct room_spec *spec, struct room_spec *ret, struct why *why);
