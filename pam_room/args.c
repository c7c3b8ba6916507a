/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The module's arguments (see args.h).
 */
#include "pam_room/args.h"

#include <string.h>

#include "lib/why.h"

int args_read(int argc, const char **argv, struct args *ret, struct why *why)
{
	*ret = (struct args){ 0 };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") != 0)
			return why_set(
				why, 0, "read arguments", "there is no argument '%s'", argv[i]);
		ret->debug = true;
	}
	return 0;
}
