/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a room lets its sessions do, in sentences, and the same of a container as Docker makes it
 * when nothing is said: so that two of them can be held against each other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/policy.h"

/* One thing that may be let or not: "WHO may TEXT". */
struct feature {
	const char *id, *who, *text;
	bool (*lets)(const struct room_spec *spec, const struct feature *feature);
	bool docker;         /* what Docker's default lets */
	const char *call;    /* the system call that the filter must let through; or NULL */
	unsigned int stands; /* the tightest profile (enum syscall_profile) that still lets it */
};

extern const struct feature features[];
extern const size_t n_features;

/* Whether the room's filter lets the call through, whatever its arguments. Only for features with
 * a call. */
bool feature_call(const struct room_spec *spec, const struct feature *feature);

/* What the capability is for: "may" comes before it. NULL beyond the last one that is known. */
const char *feature_cap(unsigned int cap);

/* Whether a program in the room may come to have the capability. */
bool feature_has_cap(const struct room_spec *spec, unsigned int cap);
