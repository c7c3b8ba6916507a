/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The presets (see preset.h).
 */
#include "config/preset.h"

#include <string.h>

#include "config/caps.h"
#include "config/policy.h"

#define OWN_NAMESPACES (ROOM_NS_MOUNT | ROOM_NS_PID | ROOM_NS_IPC | ROOM_NS_UTS)

/*
 * Programs that elevate for work that users may do: their own password and shell's group, their
 * own cron and at jobs, checking their own password, writing to terminals of people who let them.
 * None of them makes root of a user. Those that are not installed are left out.
 */
static const char *brick_setuid[] = { "/usr/bin/passwd", "/usr/bin/chage", "/usr/bin/expiry",
	"/usr/bin/newgrp", "/usr/bin/crontab", "/usr/bin/at", "/usr/sbin/unix_chkpwd",
	"/usr/bin/wall", "/usr/bin/write", "/usr/bin/write.ul", "/usr/bin/bsd-write",
	"/usr/lib/polkit-1/polkit-agent-helper-1", "/usr/libexec/polkit-agent-helper-1",
	"/usr/lib/openssh/ssh-keysign", "/usr/libexec/openssh/ssh-keysign" };

static const struct room_spec presets[] = {
	{
		.name = "brick",
		.walls = WALLS_BRICK,
		.share = SHARE_USER,
		.linger = LINGER_PROCESSES,
		.strays = STRAYS_RESTART,
		.namespaces = OWN_NAMESPACES,
		.network = NETWORK_HOST,
		.homes = HOMES_HIDDEN,
		.system = SYSTEM_PROTECTED,
		.tmp_kind = TMP_MEMORY,
		.dev = DEV_MINIMAL,
		.setuid = { SETUID_LISTED,
			{ brick_setuid, sizeof brick_setuid / sizeof brick_setuid[0] } },
		.bounding = CAPS_BRICK,
		.user_namespaces = USER_NAMESPACES_DENY,
		.profile = PROFILE_DEVELOPER,
		.action = ACTION_ERRNO,
	},
	{
		.name = "glass",
		.walls = WALLS_GLASS,
		.share = SHARE_USER,
		.linger = LINGER_PROCESSES,
		.strays = STRAYS_RESTART,
		.namespaces = OWN_NAMESPACES,
		.network = NETWORK_HOST,
		.homes = HOMES_VISIBLE,
		.system = SYSTEM_WRITABLE,
		.tmp_kind = TMP_MEMORY,
		.dev = DEV_HOST,
		.setuid = { .kind = SETUID_ALL },
		.bounding = CAPS_GLASS,
		.user_namespaces = USER_NAMESPACES_ALLOW,
		.profile = PROFILE_LOGIN,
		.action = ACTION_ERRNO,
	},
	{
		.name = "concrete",
		.walls = WALLS_CONCRETE,
		.share = SHARE_USER,
		.linger = LINGER_NONE,
		.strays = STRAYS_REFUSE,
		.namespaces = OWN_NAMESPACES | ROOM_NS_NETWORK | ROOM_NS_CGROUP,
		.network = NETWORK_NONE,
		.homes = HOMES_HIDDEN,
		.system = SYSTEM_READ_ONLY,
		.tmp_kind = TMP_MEMORY,
		.dev = DEV_MINIMAL,
		.limits = { .ptys = 64 },
		.setuid = { .kind = SETUID_NONE },
		.bounding = 0,
		.no_new_privs = true,
		.user_namespaces = USER_NAMESPACES_DENY,
		.profile = PROFILE_CONTAINER,
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
