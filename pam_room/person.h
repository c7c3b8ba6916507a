/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who logs in: all that is asked of NSS, before anything is joined.
 */
#pragma once

#include <pwd.h>

#include "lib/ask.h"

struct why;

/* One account. Strings belong to the struct; person_free() accepts a zeroed one. */
struct person {
	struct passwd passwd;
	char *passwd_text;
	char **groups; /* names of all groups, the primary one included */
	size_t n_groups;
};

/* Outcomes of person_find(). */
enum { PERSON_FOUND, PERSON_UNKNOWN };

/* Looks up the account: PERSON_FOUND, PERSON_UNKNOWN, or -errno when NSS does not answer. */
int person_find(const char *name, struct person *ret, struct why *why);

/* Looks up the groups. One without a name is left out: no rule could mean it. */
int person_find_groups(struct person *person, struct why *why);

void person_free(struct person *person);
