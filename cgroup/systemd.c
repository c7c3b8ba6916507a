/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups where systemd is process 1 (see cgroup.h): transient scopes, and the limits as
 * properties of the user's slice.
 *
 * Those properties outlive the slice: systemd keeps each in a file of its own below
 * /run/systemd/system.control. So what they were before is written down first, in
 * /run/pam_room/limits/UID, and a limit that is none any more is set back to that, and its file
 * removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "cgroup/before.h"
#include "cgroup/bus.h"
#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "lib/clean.h"
#include "lib/registry.h"
#include "lib/why.h"

#define CONTROL_DIR "/run/systemd/system.control"
#define PROPERTIES_MAX (N_LIMITS + 3 + 2 * LIMITS_IO_MAX)

static void slice_name(uid_t uid, char buf[32])
{
	snprintf(buf, 32, "user-%u.slice", uid);
}

static void systemd_path(const struct cgroup_room *room, char *buf, size_t size)
{
	snprintf(buf, size, "user.slice/user-%u.slice", room->uid);
}

static int systemd_place_keeper(
	const struct cgroup_room *room, pid_t keeper, int64_t deadline, struct why *why)
{
	char name[128], slice[32], about[96];
	const struct bus_property properties[] = {
		{ "Description", BUS_TEXT, .text = about },
		{ "Slice", BUS_TEXT, .text = "system.slice" },
		{ "CollectMode", BUS_TEXT, .text = "inactive-or-failed" },
		/* Stopping goes the other way round: what runs in the room ends first. */
		{ "Before", BUS_TEXTS, .text = slice },
		{ "PIDs", BUS_NUMBERS, .number = (uint32_t)keeper },
	};

	/* The pid, because a scope of a room that has just ended may still be there. */
	snprintf(name, sizeof name, "pam_room-%s-%d.scope", room->key, keeper);
	slice_name(room->uid, slice);
	snprintf(about, sizeof about, "Keeper of room %s", room->key);
	return bus_start_scope(
		name, properties, sizeof properties / sizeof properties[0], deadline, why);
}

/* A scope of the login's own. It may outlive the login, whose pid is given out again. */
static int start_login_scope(const char *kind, pid_t login, const char *slice, const char *about,
	int64_t deadline, struct why *why)
{
	char name[128];
	struct timespec now;
	const struct bus_property properties[] = {
		{ "Description", BUS_TEXT, .text = about },
		{ "Slice", BUS_TEXT, .text = slice },
		{ "CollectMode", BUS_TEXT, .text = "inactive-or-failed" },
		{ "PIDs", BUS_NUMBERS, .number = (uint32_t)login },
	};

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(name, sizeof name, "pam_room-%s-%d-%lld%06ld.scope", kind, login,
		(long long)now.tv_sec, now.tv_nsec / 1000);
	return bus_start_scope(
		name, properties, sizeof properties / sizeof properties[0], deadline, why);
}

static bool is_beneath(const char *group, const char *slice)
{
	size_t len = strlen(slice);

	return *group == '/' && strncmp(group + 1, slice, len) == 0 && group[1 + len] == '/';
}

/* One that stands in another session, as su's does, stays counted there. */
static int systemd_release_login(
	const struct cgroup_room *room, pid_t login, int64_t deadline, struct why *why)
{
	char group[1024], path[64];
	int r = cgroup_of(login, group, sizeof group, why);

	systemd_path(room, path, sizeof path);
	if (r < 0 || !is_beneath(group, path))
		return r;
	return start_login_scope(
		"refused", login, "system.slice", "Login that is refused", deadline, why);
}

static int systemd_place_login(const struct cgroup_room *room, pid_t login, bool limited,
	int64_t deadline, struct why *why)
{
	char group[1024], path[64], slice[32], about[64];
	int r = cgroup_of(login, group, sizeof group, why);

	if (r < 0)
		return r;
	/* A session that logind knows, or a manager's service: this user's, or (su) another's. */
	systemd_path(room, path, sizeof path);
	if (cgroup_holds_job(login, room->uid) || is_beneath(group, limited ? path : "user.slice"))
		return 0;
	slice_name(room->uid, slice);
	snprintf(about, sizeof about, "Login of uid %u without a session", room->uid);
	return start_login_scope("login", login, slice, about, deadline, why);
}

/* Of each property that is to be set and was not yet. */
static int before_ask(const char *slice, const struct limits *limits, struct before *before,
	int64_t deadline, struct why *why)
{
	const char *names[N_LIMITS];
	uint64_t values[N_LIMITS];
	size_t rows[N_LIMITS], n = 0;
	int r;

	for (size_t i = 0; i < N_LIMITS; i++)
		if (limits->values[i] != LIMITS_NONE && !before->set[i]) {
			names[n] = limit_rows[i].property;
			rows[n++] = i;
		}
	r = n > 0 ? bus_get_numbers(slice, "Slice", names, n, values, deadline, why) : 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		before->set[rows[i]] = true;
		before->values[rows[i]] = values[i];
	}
	before->cpus = before->cpus || limits->has_cpus;
	before->io = before->io || limits->n_io > 0;
	return r;
}

/* --- setting -------------------------------------------------------------------------------------
 */

static size_t put_numbers(
	struct bus_property *to, const struct limits *limits, const struct before *before)
{
	size_t n = 0;

	for (size_t i = 0; i < N_LIMITS; i++) {
		const struct limit_row *row = &limit_rows[i];

		if (limits->values[i] != LIMITS_NONE)
			to[n++] = (struct bus_property){ row->property, BUS_NUMBER,
				.number = limits->values[i] * row->property_scale };
		else if (before->set[i])
			to[n++] = (struct bus_property){ row->property, BUS_NUMBER,
				.number = before->values[i] };
	}
	return n;
}

/* One bit for each processor, the first in the lowest bit of the first byte. */
static size_t put_cpus(struct bus_property *to, const struct limits *limits, unsigned char *bytes)
{
	size_t len = 0;

	for (size_t cpu = 0; cpu < UNITS_CPUS_MAX; cpu++)
		if (limits->cpus.bits[cpu / 64] >> (cpu % 64) & 1) {
			bytes[cpu / 8] = (unsigned char)(bytes[cpu / 8] | 1 << (cpu % 8));
			len = cpu / 8 + 1;
		}
	*to = (struct bus_property){ "AllowedCPUs", BUS_BYTES, .bytes = bytes, .len = len };
	return 1;
}

/* The lists are emptied first. */
static size_t put_io(
	struct bus_property *to, const struct limits *limits, char disks[LIMITS_IO_MAX][40])
{
	static const char *const names[] = { "IOReadBandwidthMax", "IOWriteBandwidthMax" };
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		to[n++] = (struct bus_property){ names[i], BUS_RATES, .text = NULL };
	for (size_t i = 0; i < limits->n_io; i++) {
		const struct io_rate *rate = &limits->io[i];

		snprintf(disks[i], sizeof disks[i], "/dev/block/%u:%u", major(rate->disk),
			minor(rate->disk));
		if (rate->read != LIMITS_NONE)
			to[n++] = (struct bus_property){ names[0], BUS_RATES, .text = disks[i],
				.number = rate->read };
		if (rate->write != LIMITS_NONE)
			to[n++] = (struct bus_property){ names[1], BUS_RATES, .text = disks[i],
				.number = rate->write };
	}
	return n;
}

static int set_all(const char *slice, const struct limits *limits, const struct before *before,
	int64_t deadline, struct why *why)
{
	struct bus_property properties[PROPERTIES_MAX];
	unsigned char bytes[UNITS_CPUS_MAX / 8] = { 0 };
	char disks[LIMITS_IO_MAX][40];
	size_t n = put_numbers(properties, limits, before);

	if (before->cpus)
		n += put_cpus(properties + n, limits, bytes);
	if (before->io)
		n += put_io(properties + n, limits, disks);
	return bus_set_properties(slice, properties, n, deadline, why);
}

/* Takes away what systemd would set again. What is not there is no error. */
static void forget_one(const char *slice, const char *property)
{
	char path[160];

	snprintf(path, sizeof path, CONTROL_DIR "/%s.d/50-%s.conf", slice, property);
	unlink(path);
}

/* What is set back is no limit of ours any more. */
static void forget(const char *slice, const struct limits *limits, struct before *before)
{
	char path[96];

	for (size_t i = 0; i < N_LIMITS; i++)
		if (before->set[i] && limits->values[i] == LIMITS_NONE) {
			forget_one(slice, limit_rows[i].drop_in);
			before->set[i] = false;
		}
	if (before->cpus && !limits->has_cpus)
		forget_one(slice, "AllowedCPUs");
	before->cpus = limits->has_cpus;
	if (before->io && limits->n_io == 0) {
		forget_one(slice, "IOReadBandwidthMax");
		forget_one(slice, "IOWriteBandwidthMax");
	}
	before->io = limits->n_io > 0;
	snprintf(path, sizeof path, CONTROL_DIR "/%s.d", slice);
	rmdir(path);
}

static int systemd_limit(const struct cgroup_room *room, const struct limits *limits,
	int64_t deadline, struct why *why)
{
	cleanup_fd int root_fd = cgroup_root();
	cleanup_fd int dfd = -1;
	struct before before;
	char slice[32];
	bool none = limits_are_none(limits);
	int r = cgroup_check_controllers(root_fd, limits, why);

	slice_name(room->uid, slice);
	if (r == 0)
		dfd = r = registry_open_folder(REGISTRY_LIMITS_FOLDER, 1, why);
	if (r >= 0)
		r = before_read(dfd, room->uid, &before, why);
	if (r == 0 && none && before_is_none(&before))
		return 0;
	if (r == 0)
		r = before_ask(slice, limits, &before, deadline, why);
	/* First, so that whoever ends here leaves nothing that is not known. */
	if (r == 0)
		r = before_write(dfd, room->uid, &before, why);
	if (r == 0)
		r = set_all(slice, limits, &before, deadline, why);
	if (r < 0)
		return r;
	forget(slice, limits, &before);
	return before_write(dfd, room->uid, &before, why);
}

static int systemd_restart_manager(uid_t uid, int64_t deadline, struct why *why)
{
	char unit[48];

	snprintf(unit, sizeof unit, "user@%u.service", uid);
	return bus_restart(unit, deadline, why);
}

const struct cgroup_driver cgroup_systemd = {
	.by_user = true,
	.place_keeper = systemd_place_keeper,
	.place_login = systemd_place_login,
	.release_login = systemd_release_login,
	.limit = systemd_limit,
	.restart_manager = systemd_restart_manager,
	.path = systemd_path,
};
