/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The switch that opens every login outside (see off.h).
 */
#include "config/off.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define OFF_CMDLINE_MAX 65536

static const char step[] = "switched off";

/* 1, 0 or -errno with why. */
static int off_file(const char *etc, struct why *why)
{
	cleanup_fd int dfd = fd_open_trusted_dir(etc, NULL), fd = -1;
	int r;

	/* Whoever reads the policy says why. */
	if (dfd < 0)
		return 0;
	/* Not opened for reading: a file without any permission counts as well. */
	fd = openat(dfd, OFF_FILE, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : why_set(why, errno, step, "%s/" OFF_FILE, etc);
	r = fd_check_root_owned(fd, S_IFREG, OFF_FILE, why);
	if (r < 0)
		return r;
	why_set(why, 0, step, "by %s/" OFF_FILE, etc);
	return 1;
}

/* The end of the word at text, which quotes may hold together as the kernel's own do. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t len = 0;

	while (text[len] && (quoted || !strchr(" \t\n", text[len])))
		quoted ^= text[len++] == '"';
	return len;
}

static bool says_off(const char *text)
{
	static const char name[] = OFF_PARAMETER "=", off[] = OFF_PARAMETER "=off";
	bool is_off = false;

	while (*(text += strspn(text, " \t\n"))) {
		size_t len = word_length(text);

		if (strncmp(text, name, strlen(name)) == 0)
			is_off = len == strlen(off) && strncmp(text, off, len) == 0;
		text += len;
	}
	return is_off;
}

static int off_parameter(const char *cmdline, struct why *why)
{
	cleanup_fd int fd = open(cmdline, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	size_t len = 0;
	int r;

	if (fd < 0)
		return why_set(why, errno, step, "%s", cmdline);
	r = fd_read_all(fd, OFF_CMDLINE_MAX, &text, &len);
	if (r < 0 || !text)
		return why_set(why, -r, step, "%s", cmdline);
	if (!says_off(text))
		return 0;
	why_set(why, 0, step, "by " OFF_PARAMETER "=off on the kernel's command line");
	return 1;
}

int off_is_said(const char *etc, const char *cmdline, struct why *why)
{
	struct why doubt = { 0 };
	int file, parameter;

	*why = (struct why){ 0 };
	file = off_file(etc, why);
	if (file == 1)
		return 1;
	parameter = off_parameter(cmdline, &doubt);
	if (parameter == 1 || (parameter < 0 && file == 0))
		*why = doubt;
	return parameter == 1;
}
