/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any text as what the kernel tells: the status of a process, which somebody else named, and its
 * own command line.
 */
#include "helper/stray_find.c"

#include <sys/mman.h>

#include "config/off.h"
#include "lib/why.h"
#include "tests/fuzz/fuzz.h"

/* A value is behind its name at the beginning of a line, and nowhere else. */
static void try_status(const char *text)
{
	const char *value = facts_value(text, "Uid");

	if (!*value)
		return;
	must(value >= text + 5 && strncmp(value - 5, "Uid:\t", 5) == 0);
	must(value == text + 5 || value[-6] == '\n');
}

/* Nothing but the one word switches anything off, and then it is said why. */
static void try_cmdline(const char *text)
{
	int fd = memfd_create("cmdline", MFD_CLOEXEC);
	char path[64];
	struct why why;

	must(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (off_is_said("/nonexistent", path, &why) == 1)
		must(strstr(text, OFF_PARAMETER "=off") && why.text[0]);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024];

	as_text(data, size, text, sizeof text);
	try_status(text);
	try_cmdline(text);
	return 0;
}
