/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who logs in. The application has just asked the same, so this finds what that found; groups are
 * the helper's to ask about, in a process that can be left behind (lib/lookup.h).
 */
#pragma once

#include <pwd.h>

#include "lib/ask.h"

struct why;

/* One account. Strings belong to the struct; person_free() accepts a zeroed one. */
struct person {
	struct passwd passwd;
	char *passwd_text;
};

/* Outcomes of person_find(). */
enum { PERSON_FOUND, PERSON_UNKNOWN };

/* Looks up the account: PERSON_FOUND, PERSON_UNKNOWN, or -errno when NSS does not answer. */
int person_find(const char *name, struct person *ret, struct why *why);

void person_free(struct person *person);
