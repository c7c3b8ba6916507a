/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The presets (see preset.h).
 */
#include "config/preset.h"

#include <string.h>

#include "config/policy.h"

static const struct room_spec presets[] = {
	{ .name = "brick", .walls = WALLS_BRICK, .linger = LINGER_PROCESSES },
};

const struct room_spec *preset_find(const char *name)
{
	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}
