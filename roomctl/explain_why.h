/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which line of the policy lets or refuses something to a room's sessions.
 */
#pragma once

#include <stdbool.h>

struct room_spec;

/*
 * Prints a sentence for each thing that the word names (a part of features.h's names and sentences:
 * "mount"), with the key, its value and its place. Returns whether there was one; else nothing is
 * printed.
 */
bool explain_why(const struct room_spec *room, const char *word);
