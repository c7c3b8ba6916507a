/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the tests of views share: a list for a home, its steps as lines, and what holds of any list.
 */
#pragma once

#include "tests/unit/unit.h"

#include <stdbool.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "config/preset.h"
#include "helper/view.h"
#include "lib/registry.h"
#include "lib/why.h"

static struct mount_list list;
static struct room_spec spec;
static struct why why;

static inline int start(void **state)
{
	(void)state;
	spec = *preset_find("brick");
	return 0;
}

static inline int make(const char *home)
{
	return view_make(&spec,
		&(struct view_facts){ .key = "1001.brick", .home = home, .uid = 1001, .gid = 100 },
		&list, &why);
}

/* One step as a line: what it does, where, and what matters of it. */
static inline void print_step(const struct mount_step *step, char *buf, size_t size)
{
	static const char *const names[MOUNT_N_OPS] = { [MOUNT_PRIVATE] = "private",
		[MOUNT_SET] = "set",
		[MOUNT_TAKE] = "take",
		[MOUNT_PUT] = "put",
		[MOUNT_TMPFS] = "tmpfs",
		[MOUNT_PROC] = "proc",
		[MOUNT_SYSFS] = "sysfs",
		[MOUNT_MQUEUE] = "mqueue",
		[MOUNT_DEVPTS] = "devpts",
		[MOUNT_DISK] = "disk",
		[MOUNT_DIR] = "dir",
		[MOUNT_MARK] = "mark",
		[MOUNT_LINK] = "link",
		[MOUNT_NODE] = "node",
		[MOUNT_DEVICES] = "devices",
		[MOUNT_SOCKET] = "socket",
		[MOUNT_MASK] = "mask",
		[MOUNT_DETACH] = "detach",
		[MOUNT_DETACH_BELOW] = "detach-below" };
	int n = snprintf(buf, size, "%s %s", names[step->op], step->path);

	if (step->op == MOUNT_TAKE || step->op == MOUNT_PUT)
		n += snprintf(buf + n, size - (size_t)n, " %u", step->slot);
	if (step->op == MOUNT_DIR)
		n += snprintf(buf + n, size - (size_t)n, " %o", step->mode);
	if (step->text)
		n += snprintf(buf + n, size - (size_t)n, " %s", step->text);
	if (step->op == MOUNT_NODE)
		n += snprintf(buf + n, size - (size_t)n, " %u:%u", major(step->number),
			minor(step->number));
	if (step->op == MOUNT_DEVPTS)
		n += snprintf(buf + n, size - (size_t)n, " %u", (unsigned int)step->number);
	if (step->op == MOUNT_TMPFS && step->size)
		n += snprintf(buf + n, size - (size_t)n, " %lu bytes %u files",
			(unsigned long)step->size, step->inodes);
	if (step->attrs & MOUNT_ATTR_RDONLY)
		n += snprintf(buf + n, size - (size_t)n, " ro");
	if (step->attrs & MOUNT_ATTR_NOSUID)
		n += snprintf(buf + n, size - (size_t)n, " nosuid");
	if (step->attrs & MOUNT_ATTR_NODEV)
		n += snprintf(buf + n, size - (size_t)n, " nodev");
	if (step->attrs & MOUNT_ATTR_NOEXEC)
		n += snprintf(buf + n, size - (size_t)n, " noexec");
	if (step->slave)
		n += snprintf(buf + n, size - (size_t)n, " slave");
	if (step->owner != MOUNT_ANYBODY)
		n += snprintf(buf + n, size - (size_t)n, " of %u", step->owner);
	if (step->optional)
		snprintf(buf + n, size - (size_t)n, "?");
}

/* The first step that prints as this line, from step `from` on, or -1. */
static inline int find(const char *line, size_t from)
{
	for (size_t i = from; i < list.n; i++) {
		char buf[4096];

		print_step(&list.steps[i], buf, sizeof buf);
		if (strcmp(buf, line) == 0)
			return (int)i;
	}
	return -1;
}

static inline bool has_put(const char *path)
{
	for (size_t i = 0; i < list.n; i++)
		if (list.steps[i].op == MOUNT_PUT && strcmp(list.steps[i].path, path) == 0)
			return true;
	return false;
}

/* What holds for the list of any home. */
static inline void must_be_sound(void)
{
	int taken[MOUNT_SLOTS] = { 0 }, is_private = 0;

	assert_true(list.n < MOUNT_STEPS_MAX);
	assert_true(list.n_slots <= MOUNT_SLOTS);
	for (size_t i = 0; i < list.n; i++) {
		const struct mount_step *step = &list.steps[i];

		assert_true(step->path[0] == '/' && step->slot < MOUNT_SLOTS);
		/* Before that step whatever is mounted would be mounted on the host as well. */
		if (step->op == MOUNT_PRIVATE)
			is_private = 1;
		else
			assert_true(is_private || step->op == MOUNT_TAKE);
		if (step->op == MOUNT_TAKE)
			taken[step->slot] = 1;
		if (step->op == MOUNT_PUT)
			assert_int_equal(taken[step->slot]--, 1);
		/* Nothing is made outside the room's own tmpfs. */
		if (step->op == MOUNT_DIR || step->op == MOUNT_MARK || step->op == MOUNT_NODE ||
			step->op == MOUNT_LINK)
			assert_memory_equal(step->path, "/run/pam_room/", 14);
	}
	assert_true(is_private);
	for (size_t i = 0; i < MOUNT_SLOTS; i++)
		assert_int_equal(taken[i], 0);
	if (spec.homes == HOMES_HIDDEN)
		assert_true(has_put("/home"));
	assert_string_equal(list.steps[list.n - 1].path, ROOM_RUNDIR);
}
