/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whose a living room is: a uid is given out again when an account is deleted, and the next one is
 * somebody else.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define OWNER_TEXT_MAX 64

struct owner {
	const char *user; /* the login name */
	const char *home;
	uid_t uid;
	gid_t gid;
};

/*
 * What tells this account from another one with the same uid: the home directory's inode and when
 * it was made (statx(2), STATX_BTIME), as text, or "-" when that cannot be had.
 */
const char *owner_print(const struct owner *owner, char buf[OWNER_TEXT_MAX]);

/*
 * Whether a room whose state file is this text is this account's. It is with the same home. The
 * same name with another home is not, but with one that cannot be told; another name is not, unless
 * passwd(5) has it for this uid: two names share a room.
 */
bool owner_has(const struct owner *owner, const char *state);
