/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reading what a room uses (see usage.h): a row for each figure.
 */
#include "roomctl/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"

enum reading { READ_NUMBER, READ_WORD, READ_CPU_MAX, READ_PRESSURE };
enum kind { KIND_BYTES, KIND_COUNT, KIND_TIME, KIND_PERCENT, KIND_PARTS };

#define NO_CONTROLLER "its control group has no such controller"
#define NO_PRESSURE "this kernel tells no pressure"

/* Of Documentation/admin-guide/cgroup-v2.rst. */
static const struct usage_row {
	const char *file;
	const char *word; /* of READ_WORD */
	const char *why;  /* when there is no such file */
	enum reading reading;
	enum kind kind;
	bool few;
} rows[N_USAGES] = {
	[USAGE_MEMORY] = { "memory.current", "", NO_CONTROLLER, READ_NUMBER, KIND_BYTES, true },
	[USAGE_MEMORY_MAX] = { "memory.max", "", NO_CONTROLLER, READ_NUMBER, KIND_BYTES, true },
	[USAGE_TASKS] = { "pids.current", "", NO_CONTROLLER, READ_NUMBER, KIND_COUNT, true },
	[USAGE_TASKS_MAX] = { "pids.max", "", NO_CONTROLLER, READ_NUMBER, KIND_COUNT, true },
	[USAGE_CPU] = { "cpu.stat", "usage_usec ", NO_CONTROLLER, READ_WORD, KIND_TIME, true },
	[USAGE_CPU_MAX] = { "cpu.max", "", NO_CONTROLLER, READ_CPU_MAX, KIND_PERCENT, false },
	[USAGE_OOM_KILLS] = { "memory.events", "oom_kill ", NO_CONTROLLER, READ_WORD, KIND_COUNT,
		false },
	[USAGE_CPU_PRESSURE] = { "cpu.pressure", "", NO_PRESSURE, READ_PRESSURE, KIND_PARTS,
		false },
	[USAGE_MEMORY_PRESSURE] = { "memory.pressure", "", NO_PRESSURE, READ_PRESSURE, KIND_PARTS,
		false },
	[USAGE_IO_PRESSURE] = { "io.pressure", "", NO_PRESSURE, READ_PRESSURE, KIND_PARTS, false },
};

const char *const usage_names[N_USAGES] = {
	[USAGE_MEMORY] = "memory",
	[USAGE_MEMORY_MAX] = "memory_max",
	[USAGE_TASKS] = "tasks",
	[USAGE_TASKS_MAX] = "tasks_max",
	[USAGE_CPU] = "cpu_us",
	[USAGE_CPU_MAX] = "cpu_max_percent",
	[USAGE_OOM_KILLS] = "oom_kills",
	[USAGE_CPU_PRESSURE] = "cpu_pressure",
	[USAGE_MEMORY_PRESSURE] = "memory_pressure",
	[USAGE_IO_PRESSURE] = "io_pressure",
};

/* True when the text says it. */
static bool understand(const struct usage_row *row, char *text, struct usage_figure *ret)
{
	uint64_t whole, part;
	char *at = text;

	if (row->reading == READ_WORD) {
		at = strncmp(text, row->word, strlen(row->word)) == 0 ? text : NULL;
		for (char *line = text; !at && (line = strchr(line, '\n')); line++)
			if (strncmp(line + 1, row->word, strlen(row->word)) == 0)
				at = line + 1;
		if (!at)
			return false;
		at += strlen(row->word);
	}
	if (row->reading == READ_PRESSURE) {
		if (sscanf(text, "some avg10=%" SCNu64 ".%2" SCNu64, &whole, &part) != 2)
			return false;
		ret->value = whole * 100 + part;
		return true;
	}
	if (strncmp(at, "max", 3) == 0) {
		ret->none = true;
		return true;
	}
	if (row->reading == READ_CPU_MAX) {
		if (sscanf(at, "%" SCNu64 " %" SCNu64, &whole, &part) != 2 || part == 0)
			return false;
		ret->value = whole * 100 / part;
		return true;
	}
	at[strcspn(at, "\n")] = '\0';
	return text_u64(at, UINT64_MAX, &ret->value) == 0;
}

static void read_figure(int dfd, const struct usage_row *row, struct usage_figure *ret)
{
	char text[1024];
	ssize_t len = fd_read_small(dfd, row->file, text, sizeof text);

	*ret = (struct usage_figure){ 0 };
	if (len == -ENOENT || len == -ENOTSUP)
		ret->why = row->why;
	else if (len < 0)
		ret->why = "it cannot be read";
	else if (!understand(row, text, ret))
		ret->why = "what the kernel says is not understood";
}

/* What the processes are counted for one by one takes its place, where there is no better. */
static void count_processes(const struct members *members, struct usage *usage)
{
	const struct usage_figure figures[N_USAGES] = {
		[USAGE_MEMORY] = { .value = members->resident },
		[USAGE_TASKS] = { .value = members->n },
		[USAGE_CPU] = { .value = members->cpu_ms * 1000 },
	};
	static const enum usage_what whats[] = { USAGE_MEMORY, USAGE_TASKS, USAGE_CPU };

	for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
		if (usage->figures[whats[i]].why) {
			usage->figures[whats[i]] = figures[whats[i]];
			usage->by_process = true;
		}
}

static void usage_read_rows(const struct listed *listed, const struct members *members, int root_fd,
	bool few, struct usage *ret)
{
	const struct cgroup_driver *driver = cgroup_driver();
	struct cgroup_room room = { .key = listed->key };
	const char *why = NULL;
	cleanup_fd int dfd = -1;
	char path[256];

	*ret = (struct usage){ 0 };
	if (root_fd < 0)
		why = "there is no unified hierarchy of control groups";
	else if (driver->by_user && registry_is_group(listed->key))
		why = "members of a group are counted each to their own";
	else if (text_id(listed->fields[FIELD_UID], &room.uid) < 0)
		why = "the registry names no user";
	if (!why) {
		driver->path(&room, path, sizeof path);
		dfd = fd_open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY);
		ret->by_user = driver->by_user;
		if (dfd < 0)
			why = dfd == -ENOENT && !driver->by_user ?
				"without limits it has no control group of its own" :
				"its control group is not seen from here";
	}
	for (size_t i = 0; i < N_USAGES; i++)
		if (dfd >= 0 && (!few || rows[i].few))
			read_figure(dfd, &rows[i], &ret->figures[i]);
		else
			ret->figures[i].why = why ? why : "not asked";
	if (members)
		count_processes(members, ret);
}

void usage_read(
	const struct listed *listed, const struct members *members, int root_fd, struct usage *ret)
{
	usage_read_rows(listed, members, root_fd, false, ret);
}

void usage_read_few(
	const struct listed *listed, const struct members *members, int root_fd, struct usage *ret)
{
	usage_read_rows(listed, members, root_fd, true, ret);
}

static void print_bytes(uint64_t value, char buf[USAGE_TEXT])
{
	static const char units[] = "KMGTPE";
	uint64_t unit = 1024;
	size_t i = 0;

	if (value < unit) {
		snprintf(buf, USAGE_TEXT, "%" PRIu64, value);
		return;
	}
	while (i + 1 < sizeof units - 1 && value / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	snprintf(buf, USAGE_TEXT, "%" PRIu64 ".%" PRIu64 "%c", value / unit,
		value % unit / (unit / 1024) * 10 / 1024, units[i]);
}

static void print_time(uint64_t us, char buf[USAGE_TEXT])
{
	uint64_t s = us / 1000000;

	if (s < 60)
		snprintf(buf, USAGE_TEXT, "%" PRIu64 ".%02" PRIu64 "s", s, us % 1000000 / 10000);
	else if (s < 3600)
		snprintf(buf, USAGE_TEXT, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else
		snprintf(buf, USAGE_TEXT, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s % 3600 / 60);
}

const char *usage_print(const struct usage *usage, enum usage_what what, char buf[USAGE_TEXT])
{
	const struct usage_figure *figure = &usage->figures[what];
	uint64_t value = figure->value;

	if (figure->why || figure->none) {
		snprintf(buf, USAGE_TEXT, "%s", figure->why ? "-" : "none");
		return buf;
	}
	switch (rows[what].kind) {
	case KIND_BYTES:
		print_bytes(value, buf);
		break;
	case KIND_TIME:
		print_time(value, buf);
		break;
	case KIND_COUNT:
		snprintf(buf, USAGE_TEXT, "%" PRIu64, value);
		break;
	case KIND_PERCENT:
		snprintf(buf, USAGE_TEXT, "%" PRIu64 "%%", value);
		break;
	case KIND_PARTS:
		snprintf(buf, USAGE_TEXT, "%" PRIu64 ".%02" PRIu64 "%%", value / 100, value % 100);
		break;
	}
	return buf;
}
