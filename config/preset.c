/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The presets (see preset.h).
 */
#include "config/preset.h"

#include <string.h>

#include "config/caps.h"
#include "config/policy.h"

static const struct room_spec presets[] = {
	{
		.name = "brick",
		.walls = WALLS_BRICK,
		.share = SHARE_USER,
		.linger = LINGER_PROCESSES,
		.strays = STRAYS_RESTART,
		.namespaces = ROOM_NS_MOUNT | ROOM_NS_PID | ROOM_NS_IPC | ROOM_NS_UTS,
		.network = NETWORK_HOST,
		.homes = HOMES_HIDDEN,
		.system = SYSTEM_PROTECTED,
		.tmp_kind = TMP_MEMORY,
		.dev = DEV_HOST,
		.setuid = { .kind = SETUID_ALL },
		.bounding = CAPS_BRICK,
		.user_namespaces = USER_NAMESPACES_DENY,
		.profile = PROFILE_DEVELOPER,
		.action = ACTION_ERRNO,
	},
};

const struct room_spec *preset_find(const char *name)
{
	for (size_t i = 0; i < PRESETS; i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}

const struct room_spec *preset_get(size_t number)
{
	return &presets[number];
}
