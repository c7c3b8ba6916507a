/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a new room needs besides its namespaces and its view (see furnish.h).
 */
#include "helper/furnish.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroup/cgroup.h"
#include "config/rooms.h"
#include "helper/network.h"
#include "helper/owner.h"
#include "helper/room.h"
#include "helper/seccomp.h"
#include "helper/spawn.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

/* Whether the room has a namespace of its own of this kind (enum plan_ns). */
static bool owns(const struct room_spec *spec, int ns)
{
	static const unsigned int bits[PLAN_N_NS] = { [PLAN_NS_MNT] = ROOM_NS_MOUNT,
		[PLAN_NS_PID] = ROOM_NS_PID,
		[PLAN_NS_IPC] = ROOM_NS_IPC,
		[PLAN_NS_UTS] = ROOM_NS_UTS,
		[PLAN_NS_NET] = ROOM_NS_NETWORK,
		[PLAN_NS_CGROUP] = ROOM_NS_CGROUP };

	return spec->namespaces & bits[ns];
}

unsigned int furnish_ns_flags(const struct room_spec *spec)
{
	unsigned int flags = 0;

	for (int i = 0; i < PLAN_N_NS; i++)
		flags |= owns(spec, i) ? (unsigned int)plan_ns_table[i].flag : 0;
	/* A private one is made before. */
	return spec->network == NETWORK_PRIVATE ? flags & ~(unsigned int)CLONE_NEWNET : flags;
}

/* What a login does to itself to be in this room. */
static int make_plan(const struct room_spec *spec, pid_t keeper, struct plan *plan, struct why *why)
{
	char path[64];
	struct stat st;

	*plan = (struct plan){ .bounding = spec->bounding,
		.inheritable = spec->inheritable,
		.securebits = spec->securebits,
		.no_new_privs = spec->no_new_privs,
		.n_rlimits = 1 };
	/* A limit of one byte, unlike zero, keeps |core_pattern from being run on the host
	 * (core(5)). It takes the filter to keep the limit: helper/seccomp.c. */
	plan->rlimits[0] = (struct plan_rlimit){ RLIMIT_CORE, 1, 1 };
	for (int i = 0; i < PLAN_N_NS; i++) {
		if (!owns(spec, i))
			continue;
		snprintf(path, sizeof path, "/proc/%d/ns/%s", keeper, plan_ns_table[i].name);
		if (stat(path, &st) < 0)
			return why_set(
				why, errno, "make room", "its %s namespace", plan_ns_table[i].name);
		plan->ns_ino[i] = st.st_ino;
	}
	return seccomp_compile(spec, plan, why);
}

static int write_plan(int room_dfd, const struct plan *plan, struct room *room, struct why *why)
{
	long len = plan_encode(plan, room->plan, sizeof room->plan);
	int r = len < 0 ? (int)len :
			  fd_replace_file(room_dfd, REGISTRY_PLAN, room->plan, (size_t)len);

	if (r < 0)
		return why_set(why, -r, "make room", "plan");
	room->plan_len = (size_t)len;
	return 0;
}

static int write_state(
	int room_dfd, const struct room_request *request, pid_t keeper, struct why *why)
{
	const struct owner owner = { request->user, request->home, request->uid, request->gid };
	char text[1024], user[256], rule[256], home[OWNER_TEXT_MAX] = "-";
	bool shared = request->spec->share == SHARE_GROUP;
	int len, r;

	snprintf(user, sizeof user, "%s", request->user);
	snprintf(rule, sizeof rule, "%s", request->rule);
	text_tame(user);
	text_tame(rule);
	len = snprintf(text, sizeof text,
		"room=%s\nuser=%s\nuid=%u\nkeeper=%d\ncreated=%" PRId64
		"\nrule=%s\npolicy=%016" PRIx64 "\nspec=%016" PRIx64 "\nhome=%s\n",
		request->spec->name, shared ? "" : user, shared ? REGISTRY_GROUP : request->uid,
		keeper, (int64_t)time(NULL), rule, request->policy->generation,
		rooms_hash(request->spec), shared ? "-" : owner_print(&owner, home));
	r = fd_replace_file(room_dfd, REGISTRY_STATE, text, (size_t)len);
	return r < 0 ? why_set(why, -r, "make room", "state") : 0;
}

int furnish_room(int room_dfd, const struct room_request *request, struct spawned *keeper,
	int64_t deadline, struct room *room, struct why *why)
{
	static struct plan plan;
	const struct cgroup_room group = { room->key, request->uid };
	int r = cgroup_driver()->place_keeper(&group, keeper->pid, deadline, why);

	if (r == 0 && request->spec->network == NETWORK_PRIVATE)
		r = network_open(room_dfd, keeper->pid, keeper->pidfd, deadline, why);
	if (r == 0)
		r = make_plan(request->spec, keeper->pid, &plan, why);
	if (r == 0)
		r = write_plan(room_dfd, &plan, room, why);
	if (r == 0)
		r = write_state(room_dfd, request, keeper->pid, why);
	return r < 0 ? r : spawn_adopt(keeper, deadline, why);
}
