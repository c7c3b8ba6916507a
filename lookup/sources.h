/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The sources of the name service switch, nsswitch.conf(5), and whether they are there: the C
 * library tells an answer from none of the last source of a line only, and nscd(8) of none.
 */
#pragma once

#include <grp.h>
#include <stdbool.h>

/*
 * What the switch's line for a database says, "files ldap": malloc'ed, empty when there is none,
 * NULL without memory. As the C library reads it: the last line counts, and blanks may stand before
 * the colon.
 */
char *sources_line(const char *database);

/*
 * Whether a source of groups is away: of those for groups and of those of a line of its own for the
 * groups of a user. From here on this process asks the sources themselves, past nscd.
 */
bool sources_away(void);

/*
 * 1 when there is such a group, 0 when there is none, -1 when the last source gave no answer. Fills
 * *ret, whose strings lie in *text, which is the caller's to free.
 */
int sources_group(const char *name, struct group *ret, char **text);
