/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What is in a struct sources (load.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct source {
	char *name; /* how complaints call it */
	char *text; /* ends in a newline and a NUL */
	size_t len;
};

struct sources {
	struct source *list; /* in the order in which they count */
	size_t n;
	uint32_t uid_min; /* of login.defs(5) */
};
