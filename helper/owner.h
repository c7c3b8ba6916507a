/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whose a living room is: a uid is given out again when an account is deleted, and the next one is
 * somebody else.
 */
#pragma once

#include <sys/types.h>

struct why;

#define OWNER_TEXT_MAX 80

struct owner {
	const char *user; /* the login name */
	const char *home;
	uid_t uid;
	gid_t gid;
};

/* Whose room it is; what cannot be told is neither entered nor ended. */
enum { OWNER_SAME = 0, OWNER_OTHER, OWNER_UNSURE };

/*
 * What tells this account from another one with the same uid: the home directory's device, inode
 * and when it was made (statx(2), STATX_BTIME), as text, or "-" when there is none to be seen.
 */
const char *owner_print(const struct owner *owner, char buf[OWNER_TEXT_MAX]);

/*
 * An enum value, of a room whose state file is this text. With the same home it is this account's,
 * also when something is mounted over that home now. With another one on the same device it is
 * another's; with one elsewhere, or none, that cannot be told. Of another name it is another's,
 * unless the home is the same or passwd(5) has both names for this uid: two names share a room.
 */
int owner_of(const struct owner *owner, const char *state);

/* The same of the room in that directory of the registry: OWNER_SAME, OWNER_OTHER, or -errno with
 * the reason. */
int owner_check(int room_dfd, const struct owner *owner, struct why *why);
