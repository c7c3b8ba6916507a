/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whose a living room is (see owner.h).
 */
#include "helper/owner.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/place.h"
#include "lib/clean.h"
#include "lib/text.h"

const char *owner_print(const struct owner *owner, char buf[OWNER_TEXT_MAX])
{
	cleanup_fd int fd = place_open_home(owner->home, owner->uid, owner->gid);
	struct statx stx;

	if (fd < 0 ||
		statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
			STATX_INO | STATX_BTIME, &stx) < 0)
		snprintf(buf, OWNER_TEXT_MAX, "-");
	else if (stx.stx_mask & STATX_BTIME)
		snprintf(buf, OWNER_TEXT_MAX, "%" PRIu64 "@%lld.%09u", (uint64_t)stx.stx_ino,
			(long long)stx.stx_btime.tv_sec, stx.stx_btime.tv_nsec);
	else
		snprintf(buf, OWNER_TEXT_MAX, "%" PRIu64, (uint64_t)stx.stx_ino);
	return buf;
}

/* The value of a state file's line "name=value" into buf, empty when it is not there. */
static const char *state_value(const char *state, const char *name, char *buf, size_t size)
{
	char start[32];
	const char *at;
	int len = snprintf(start, sizeof start, "\n%s=", name);

	at = strstr(state, start);
	at = at ? at + len : "";
	snprintf(buf, size, "%.*s", (int)strcspn(at, "\n"), at);
	return buf;
}

/* By the file: a directory that is down must not end rooms. */
static bool is_name_of(const char *name, uid_t uid)
{
	cleanup_file FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *passwd;

	while (file && (passwd = fgetpwent(file)))
		if (strcmp(passwd->pw_name, name) == 0)
			return passwd->pw_uid == uid;
	return false;
}

bool owner_has(const struct owner *owner, const char *state)
{
	char facts[OWNER_TEXT_MAX], was[OWNER_TEXT_MAX], name[256], user[256];
	bool known;

	state_value(state, "home", was, sizeof was);
	owner_print(owner, facts);
	/* Rooms of an older version have no such line, and a home may be out of reach. */
	known = *was && strcmp(was, "-") != 0 && strcmp(facts, "-") != 0;
	if (known && strcmp(was, facts) == 0)
		return true;
	/* As it was written there. */
	snprintf(user, sizeof user, "%s", owner->user);
	text_tame(user);
	if (strcmp(state_value(state, "user", name, sizeof name), user) == 0)
		return !known;
	return is_name_of(name, owner->uid);
}
