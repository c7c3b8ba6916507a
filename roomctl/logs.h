/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The logs that the kernel's records are read back from: opened with the caller's rights, and read
 * when these are gone, as often as it takes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/policy.h"

struct learned;

struct logs {
	int kmsg_fd, lines_fd; /* -1: not read */
	char sources[512];
	const char *unread; /* one that is there and could not be read; NULL: none, and why */
	int error;
	bool rotated; /* auditd has put older lines away */
};

/* Why this kernel writes no records of what a filter answers so; NULL when nothing speaks against
 * it. */
const char *logs_mute(enum syscall_action action);

/* The kernel's log always, and auditd's where it has one: the kernel writes to the one or the
 * other, and to both when auditd comes late. False when neither can be read. */
bool logs_open(struct logs *ret);

/* A file that was saved. 0, -EINVAL when it is no file, or -errno. */
int logs_open_file(const char *file, struct logs *ret);

/* What is in them, by the rules of learned, sorted. 0 or -errno. */
int logs_read(const struct logs *logs, struct learned *learned);

void logs_close(struct logs *logs);

/* That long ago by the clock of the kernel's log, which nobody corrects. Rather too early: by one
 * in a thousand of the time that it ran. 0: before the machine came up. */
uint64_t logs_boot_ms(uint64_t seconds_ago);
