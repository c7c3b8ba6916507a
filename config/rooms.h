/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The rooms of a policy: found by name, and told to people key by key.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/policy.h"

struct schema_row;

/* The room of that name, described or a preset, or NULL. A described one hides a preset. */
const struct room_spec *rooms_find(const struct policy *policy, const char *name);

/* The name nearest to one that is not there, or NULL. */
const char *rooms_nearest(const struct policy *policy, const char *name);

/* Where the room's value of that key comes from. */
struct origin rooms_origin(const struct room_spec *spec, const struct schema_row *row);

/* True for the rows that are keys of a room and have a value of their own. */
int rooms_has_row(const struct schema_row *row);

/*
 * The value of the key as people read it, on one line: "2G", "hidden", "/srv, /opt"; longer ones
 * end in "...". Returns buf.
 */
const char *rooms_print(
	const struct room_spec *spec, const struct schema_row *row, char *buf, size_t size);

/*
 * A number made of all values of the room but its name and its limits: another room, another
 * number. What it stands for is settled when the room is made.
 */
uint64_t rooms_hash(const struct room_spec *spec);

/* Likewise of its limits (but for the number of PTYs), which change while it lives. */
uint64_t rooms_limits_hash(const struct room_spec *spec);

/* Whether it has such limits. */
bool rooms_are_limited(const struct room_spec *spec);

/* It has none any more. */
void rooms_clear_limits(struct room_spec *spec);
