/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's limits as numbers (see limits.h).
 */
#include "cgroup/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "config/policy.h"
#include "config/schema.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

static const char step[] = "read limits";

/* clang-format off */
const struct limit_row limit_rows[N_LIMITS] = {
	[LIMIT_MEMORY] = { "memory", "memory", "memory.max", "", "", 1, "max",
		"MemoryMax", 1, "MemoryMax" },
	[LIMIT_MEMORY_HIGH] = { "memory_high", "memory", "memory.high", "", "", 1, "max",
		"MemoryHigh", 1, "MemoryHigh" },
	[LIMIT_SWAP] = { "swap", "memory", "memory.swap.max", "", "", 1, "max",
		"MemorySwapMax", 1, "MemorySwapMax" },
	/* Microseconds in each 100 ms; systemd counts them by the second. */
	[LIMIT_CPU] = { "cpu", "cpu", "cpu.max", "", " 100000", 1000, "max 100000",
		"CPUQuotaPerSecUSec", 10000, "CPUQuota" },
	[LIMIT_CPU_WEIGHT] = { "cpu_weight", "cpu", "cpu.weight", "", "", 1, "100",
		"CPUWeight", 1, "CPUWeight" },
	[LIMIT_IO_WEIGHT] = { "io_weight", "io", "io.weight", "default ", "", 1, "default 100",
		"IOWeight", 1, "IOWeight" },
	[LIMIT_TASKS] = { "tasks", "pids", "pids.max", "", "", 1, "max",
		"TasksMax", 1, "TasksMax" },
};
/* clang-format on */

void limits_clear(struct limits *limits)
{
	*limits = (struct limits){ 0 };
	for (size_t i = 0; i < N_LIMITS; i++)
		limits->values[i] = LIMITS_NONE;
}

static bool is_written(const struct room_spec *spec, const char *key)
{
	const struct schema_row *row = schema_find(SCHEMA_LIMITS, key);

	return spec->origins[schema_number(row)].kind != ORIGIN_DEFAULT;
}

/* The whole disk of a block device, or 0: a partition has no limits of its own. */
static dev_t disk_of(dev_t device)
{
	char name[64], text[32], *colon;
	uint64_t a, b;

	snprintf(name, sizeof name, "/sys/dev/block/%u:%u", major(device), minor(device));
	if (access(name, F_OK) < 0)
		return 0;
	snprintf(name, sizeof name, "/sys/dev/block/%u:%u/partition", major(device), minor(device));
	if (access(name, F_OK) < 0)
		return device;
	/* The kernel's link leads to the partition's place, and above it is the disk. */
	snprintf(name, sizeof name, "/sys/dev/block/%u:%u/../dev", major(device), minor(device));
	if (fd_read_small(AT_FDCWD, name, text, sizeof text) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return 0;
	*colon++ = '\0';
	if (text_u64(text, UINT32_MAX, &a) < 0 || text_u64(colon, UINT32_MAX, &b) < 0)
		return 0;
	return makedev((unsigned int)a, (unsigned int)b);
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int io_add(struct limits *limits, const struct io_rate *rate, struct why *why)
{
	for (size_t i = 0; i < limits->n_io; i++)
		if (limits->io[i].disk == rate->disk) {
			limits->io[i].read = less(limits->io[i].read, rate->read);
			limits->io[i].write = less(limits->io[i].write, rate->write);
			return 0;
		}
	if (limits->n_io == LIMITS_IO_MAX)
		return why_set(why, E2BIG, step, "limits.io: more than %d disks", LIMITS_IO_MAX);
	limits->io[limits->n_io++] = *rate;
	return 0;
}

static int io_read(struct limits *limits, const struct io_limit *row, struct why *why)
{
	struct io_rate rate = { .read = row->read ? row->read : LIMITS_NONE,
		.write = row->write ? row->write : LIMITS_NONE };
	struct stat st;

	if (stat(row->path, &st) < 0)
		return why_set(why, errno, step, "limits.io: %s", row->path);
	rate.disk = disk_of(S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev);
	if (rate.disk == 0)
		return why_set(why, ENODEV, step, "limits.io: %s lies on no disk", row->path);
	return io_add(limits, &rate, why);
}

int limits_of(const struct room_spec *spec, struct limits *ret, struct why *why)
{
	const struct room_limits *said = &spec->limits;
	const uint64_t values[N_LIMITS] = { [LIMIT_MEMORY] = said->memory,
		[LIMIT_MEMORY_HIGH] = said->memory_high,
		[LIMIT_SWAP] = said->swap,
		[LIMIT_CPU] = said->cpu,
		[LIMIT_CPU_WEIGHT] = said->cpu_weight,
		[LIMIT_IO_WEIGHT] = said->io_weight,
		[LIMIT_TASKS] = said->tasks };
	int r = 0;

	limits_clear(ret);
	for (size_t i = 0; i < N_LIMITS; i++)
		if (is_written(spec, limit_rows[i].key))
			ret->values[i] = values[i];
	ret->has_cpus = is_written(spec, "cpus");
	if (ret->has_cpus)
		ret->cpus = said->cpus;
	for (size_t i = 0; i < said->io.n && r == 0; i++)
		r = io_read(ret, &said->io.items[i], why);
	return r;
}

bool limits_are_none(const struct limits *limits)
{
	for (size_t i = 0; i < N_LIMITS; i++)
		if (limits->values[i] != LIMITS_NONE)
			return false;
	return !limits->has_cpus && limits->n_io == 0;
}

static int cpus_tighten(struct limits *limits, const struct units_cpus *cpus, struct why *why)
{
	const size_t n = sizeof cpus->bits / sizeof cpus->bits[0];
	uint64_t any = 0;

	for (size_t i = 0; i < n; i++) {
		limits->cpus.bits[i] =
			limits->has_cpus ? limits->cpus.bits[i] & cpus->bits[i] : cpus->bits[i];
		any |= limits->cpus.bits[i];
	}
	limits->has_cpus = true;
	return any ? 0 :
		     why_set(why, EINVAL, step,
			     "limits.cpus: the user's rooms have no processor in common");
}

int limits_tighten(struct limits *limits, const struct limits *other, struct why *why)
{
	int r = other->has_cpus ? cpus_tighten(limits, &other->cpus, why) : 0;

	for (size_t i = 0; i < N_LIMITS; i++)
		limits->values[i] = less(limits->values[i], other->values[i]);
	for (size_t i = 0; i < other->n_io && r == 0; i++)
		r = io_add(limits, &other->io[i], why);
	return r;
}

static size_t controller_add(const char *list[N_LIMITS], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return n;
	list[n] = name;
	return n + 1;
}

size_t limits_controllers(const struct limits *limits, const char *ret[N_LIMITS])
{
	size_t n = 0;

	for (size_t i = 0; i < N_LIMITS; i++)
		if (limits->values[i] != LIMITS_NONE)
			n = controller_add(ret, n, limit_rows[i].controller);
	if (limits->has_cpus)
		n = controller_add(ret, n, "cpuset");
	return limits->n_io > 0 ? controller_add(ret, n, "io") : n;
}
