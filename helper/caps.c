/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's capability bounding set (see caps.h). brick is what Docker leaves a container, less raw
 * frames, device nodes, chroot and file capabilities.
 */
#include "helper/caps.h"

#include <linux/capability.h>

#define BIT(cap) (UINT64_C(1) << (cap))

static const uint64_t caps_of_walls[] = {
	[WALLS_BRICK] = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) |
		BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETPCAP) |
		BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_AUDIT_WRITE),
};

uint64_t caps_bounding(const struct room_spec *spec)
{
	return caps_of_walls[spec->walls];
}
