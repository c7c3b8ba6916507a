/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What stands above a process, as far as /proc shows it (proc_pid_stat(5)).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct why;

struct ancestor {
	pid_t pid, parent; /* parent 0: there is none in this pid namespace */
	uint64_t start;    /* in clock ticks since the machine booted */
	char comm[64];
};

/* Reads one process. 0 or -errno with why, which may be NULL. */
int ancestor_read(pid_t pid, struct ancestor *ret, struct why *why);

/*
 * The address that the caller's ssh connection comes from (SSH_CONNECTION in ssh(1)), looked for in
 * the environments of this process and of those above it, because sudo(8) takes it away. Returns
 * buf, or NULL when there is none or it may not be seen.
 */
const char *ancestry_ssh_from(char *buf, size_t size);
