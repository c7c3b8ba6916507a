/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * From the text of policy files to the structs of policy.h, along the schema.
 */
#pragma once

#include <stddef.h>

struct complaints;
struct policy;

/* A policy that is being put together from several files. */
struct draft {
	struct policy *policy;
	size_t max_rooms, max_rules; /* what the arrays have room for */
};

/*
 * Adds what one file says; file names it in complaints and must live as long as the policy's arena.
 * Mistakes go to complaints and are no failure here. 0 or -ENOMEM.
 */
int read_text(struct draft *draft, const char *file, const char *text, size_t len,
	struct complaints *complaints);

/* When all files are read: binds each rule to its room. */
void read_finish(struct draft *draft, struct complaints *complaints);
