/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Properties of units as words.
 */
#pragma once

#include "cgroup/bus.h"

/* Reads a word of bus_print(), which is written to and has to stay. -EBADMSG: it is none. */
int property_read(char *word, struct bus_property *ret);
