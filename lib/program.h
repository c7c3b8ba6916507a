/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A program of pam_room's own that is run for one answer, in a process that nobody but us knows of.
 * It gets the descriptors that it is given and nothing else that is ours: no environment, no other
 * descriptor, no signal setting.
 */
#pragma once

#include <stdbool.h>

struct why;

struct program {
	const char *path; /* has to be root's alone */
	char *const *argv;
	int in_fd, out_fd; /* of 0 and 1 there, 3 or more here; -1: /dev/null. 2 is /dev/null */
	bool without_caps; /* uid 0 gives it no capability (SECBIT_NOROOT, capabilities(7)) */
};

/*
 * Starts it; it ends when this process does. Returns its pidfd, or -errno with the step in why.
 * That it cannot be run after all shows in that it answers nothing.
 */
int program_start(const struct program *program, const char *step, struct why *why);

/* Its end, whether it comes by itself or not: no answer is told by its status. Waits a second at
 * most. */
void program_end(int pidfd);
