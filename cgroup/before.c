/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a slice had before (see before.h).
 */
#include "cgroup/before.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

static const char step[] = "limit";

bool before_is_none(const struct before *before)
{
	for (size_t i = 0; i < N_LIMITS; i++)
		if (before->set[i])
			return false;
	return !before->cpus && !before->io;
}

void before_parse(char *text, struct before *ret)
{
	char *line;

	*ret = (struct before){ 0 };
	while ((line = strsep(&text, "\n"))) {
		char *value = strchr(line, '=');

		ret->cpus = ret->cpus || strcmp(line, "cpus") == 0;
		ret->io = ret->io || strcmp(line, "io") == 0;
		if (!value)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < N_LIMITS; i++)
			if (strcmp(line, limit_rows[i].property) == 0)
				ret->set[i] = text_u64(value, UINT64_MAX, &ret->values[i]) == 0;
	}
}

size_t before_print(const struct before *before, char text[BEFORE_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < N_LIMITS; i++)
		if (before->set[i])
			len += (size_t)snprintf(text + len, BEFORE_TEXT_MAX - len,
				"%s=%" PRIu64 "\n", limit_rows[i].property, before->values[i]);
	if (before->cpus)
		len += (size_t)snprintf(text + len, BEFORE_TEXT_MAX - len, "cpus\n");
	if (before->io)
		len += (size_t)snprintf(text + len, BEFORE_TEXT_MAX - len, "io\n");
	return len;
}

int before_read(int dfd, uid_t uid, struct before *ret, struct why *why)
{
	char name[16], text[BEFORE_TEXT_MAX] = "";
	ssize_t len;

	snprintf(name, sizeof name, "%u", uid);
	len = fd_read_small(dfd, name, text, sizeof text);
	if (len < 0 && len != -ENOENT)
		return why_set(why, (int)-len, step, "cannot read what was before");
	before_parse(text, ret);
	return 0;
}

int before_write(int dfd, uid_t uid, const struct before *before, struct why *why)
{
	char name[16], text[BEFORE_TEXT_MAX];
	size_t len = before_print(before, text);
	int r;

	snprintf(name, sizeof name, "%u", uid);
	if (len == 0)
		r = unlinkat(dfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	else
		r = fd_replace_file(dfd, name, text, len);
	return r < 0 ? why_set(why, -r, step, "cannot write what was before") : 0;
}
