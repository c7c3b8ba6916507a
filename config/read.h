/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * From the text of policy files to the structs of policy.h, along the schema.
 */
#pragma once

#include <stddef.h>

struct complaints;
struct policy;

/*
 * Adds to the policy what one file says; file names it in complaints and must live as long as the
 * policy's arena; text ends in a newline and a NUL. Mistakes go to complaints and are no failure
 * here. 0 or -ENOMEM.
 */
int read_text(struct policy *policy, const char *file, const char *text, size_t len,
	struct complaints *complaints);

/*
 * When all files are read without a mistake: the rooms that need no description, each rule's room,
 * and the numbers of the groups and netgroups (finish.c). 0 or -ENOMEM.
 */
int read_finish(struct policy *policy, struct complaints *complaints);

/* Gives back what libconfig holds. */
void read_free(struct policy *policy);
