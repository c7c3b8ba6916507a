/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl top of a build without ncurses.
 */
#include "roomctl/out.h"
#include "roomctl/verb.h"

int verb_top(int argc, char **argv, bool json)
{
	(void)argc, (void)argv, (void)json;
	complain("top: this roomctl was built without ncurses; see roomctl status");
	return EXIT_CANNOT_TELL;
}
