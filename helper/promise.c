/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a user manager is to start in (see promise.h).
 */
#include "helper/promise.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

static void promise_name(char name[16], uid_t uid)
{
	snprintf(name, 16, "%u", uid);
}

int promise_write(uid_t uid, const char *key, struct why *why)
{
	cleanup_fd int dfd = registry_open("managers", key != NULL, why);
	char name[16];
	int r = 0;

	promise_name(name, uid);
	if (dfd < 0)
		return dfd == -ENOENT && !key ? 0 : dfd;
	if (key)
		r = fd_replace_file(dfd, name, key, strlen(key));
	else if (unlinkat(dfd, name, 0) < 0 && errno != ENOENT)
		r = -errno;
	return r < 0 ? why_set(why, -r, "promise room", "managers/%s", name) : 0;
}

int promise_read(uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why)
{
	cleanup_fd int dfd = registry_open("managers", 0, why);
	char name[16];
	ssize_t len;

	promise_name(name, uid);
	len = dfd < 0 ? dfd : fd_read_small(dfd, name, key, REGISTRY_KEY_MAX);
	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return why_set(why, (int)-len, "read promise", "managers/%s", name);
	if (!text_is_room_key(key) || strncmp(key, name, strlen(name)) != 0 ||
		key[strlen(name)] != '.')
		return why_set(
			why, EBADMSG, "read promise", "managers/%s names no room of its own", name);
	return 1;
}
