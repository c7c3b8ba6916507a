/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a new room needs besides its namespaces and its view: its keeper's place among the control
 * groups, its network, and what is written beside it.
 */
#pragma once

#include <stdint.h>

struct room;
struct room_request;
struct room_spec;
struct spawned;
struct why;

/* CLONE_NEW* with which the keeper of such a room is made. */
unsigned int furnish_ns_flags(const struct room_spec *spec);

/*
 * Everything that the room needs before anybody enters it, while its keeper waits; then the keeper
 * is adopted. Fills in room->plan.
 */
int furnish_room(int room_dfd, const struct room_request *request, struct spawned *keeper,
	int64_t deadline, struct room *room, struct why *why);
