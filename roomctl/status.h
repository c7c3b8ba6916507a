/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What roomctl status tells of one room, and how it is printed.
 */
#pragma once

#include "roomctl/denied.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"
#include "roomctl/usage.h"

struct policy;

enum age { AGE_CURRENT, AGE_SAME, AGE_LIMITS, AGE_CHANGED, AGE_GONE, AGE_UNKNOWN };

struct told {
	const struct listed *listed;
	const struct members *members;
	bool own;            /* rooms_list_seen() */
	unsigned int leases; /* MEMBERS_UNKNOWN: not told */
	struct usage usage;
	enum age age;
	struct denied denied;
};

struct table;

/* A row of the table of all; 0 or -ENOMEM. */
extern const char *const told_heads[];
#define TOLD_COLUMNS 9
int told_row(struct table *table, const struct told *told);

/* All that is known, a line each, with the reason for what is not. */
void told_lines(const struct told *told);

/* A JSON object; n is that of those before it. */
void told_json(const struct told *told, size_t n);
