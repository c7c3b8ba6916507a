/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room that is made to see whether it can be (see rehearse.h).
 */
#include "helper/rehearse.h"

#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "cgroup/settle.h"
#include "config/rooms.h"
#include "lib/clean.h"

/* What would refuse a login because of the machine's control groups. */
static int look_at_limits(const struct room_spec *spec, struct why *why)
{
	cleanup_fd int root_fd = cgroup_root();
	struct limits limits;
	int r = settle_check(cgroup_driver(), spec, spec->share == SHARE_GROUP, why);

	if (r == 0)
		r = limits_of(spec, &limits, why);
	return r < 0 ? r : cgroup_check_controllers(root_fd, &limits, why);
}

int rehearse_room(const struct room_spec *spec, struct room_spec *ret, struct why *why)
{
	*ret = *spec;
	ret->share = SHARE_SESSION;
	ret->linger = LINGER_NONE;
	/* Whom this word refuses is refused here too: nothing is done to anybody for it. */
	if (ret->strays != STRAYS_REFUSE)
		ret->strays = STRAYS_ACCEPT;
	if (!rooms_are_limited(spec))
		return 0;
	rooms_clear_limits(ret);
	return look_at_limits(spec, why);
}
