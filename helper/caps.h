/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's capability bounding set (capabilities(7)).
 */
#pragma once

#include <stdint.h>

#include "config/policy.h"

/* The bounding set that the room's walls leave, bit N = capability N. */
uint64_t caps_bounding(const struct room_spec *spec);
