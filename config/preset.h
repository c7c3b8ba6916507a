/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The presets: what a room is when nothing else is said, by the name of its walls. Data, each one a
 * complete answer.
 */
#pragma once

#include <stddef.h>

struct room_spec;

#define PRESETS 3
#define PRESET_DEFAULT "brick"

/* The preset of that name, or NULL. */
const struct room_spec *preset_find(const char *name);

/* By its number, below PRESETS. */
const struct room_spec *preset_get(size_t number);
