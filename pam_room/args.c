/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The module's arguments (see args.h).
 */
#include "pam_room/args.h"

#include <string.h>
#include <unistd.h>

#include "lib/why.h"

/* No login program may: its rooms would have no limits. */
static bool is_roomctl(void)
{
	char path[256];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
	const char *name;

	path[len < 0 ? 0 : len] = '\0';
	name = strrchr(path, '/');
	return name && strcmp(name, "/roomctl") == 0;
}

int args_read(int argc, const char **argv, struct args *ret, struct why *why)
{
	*ret = (struct args){ 0 };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0)
			ret->debug = true;
		else if (strcmp(argv[i], "rehearse") == 0 && is_roomctl())
			ret->rehearsal = true;
		else
			return why_set(
				why, 0, "read arguments", "there is no argument '%s'", argv[i]);
	}
	return 0;
}
