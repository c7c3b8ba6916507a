/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Places that a policy names and that somebody else than root decides about. A login is refused
 * where such a place cannot be laid into the view as it is meant, so whoever may put something else
 * there decides who gets in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct policy;

/*
 * True when somebody else than root may put another object at the path, or on the way to it; ret
 * gets the folder that lets them (inode(7)). The way is looked at up to the first link, to what is
 * not there, and to what the caller may not look at.
 */
bool shaky_folder(const char *path, char *ret, size_t size);

/* Writes a line of at most 512 bytes or so for each such path of the rooms, at most so many of
 * them; returns how many. */
size_t shaky_look(FILE *out, const struct policy *policy, size_t most);
