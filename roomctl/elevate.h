/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which setuid programs and programs with file capabilities really elevate, found out by starting
 * each without letting it run.
 *
 * A dynamically linked program is started with a limit of no open files and with a full pipe as its
 * standard error. execve(2) gives it its new ids and capabilities, as nosuid, no_new_privs, the
 * bounding set and security modules allow; then its loader (ld.so(8)) cannot open the first
 * library, wants to say so, and waits on the pipe. /proc/PID/status shows what it has become, and
 * it is killed. Not one instruction of the program's own is carried out.
 *
 * A program that is linked statically, or may not be read, is not started: what the kernel would do
 * is told from its mount, its mode and this process's own settings, and it is counted apart.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SURVEY_NAMES_MAX 400

/* All that is found below elevate_roots. */
struct survey {
	bool complete;            /* false: reason says why the rest is not known */
	char reason[200];         /* never empty then */
	unsigned int n;           /* programs that would elevate on a mount without nosuid */
	unsigned int n_root;      /* of those, that become root */
	unsigned int n_caps;      /* that get capabilities and stay this user */
	unsigned int n_ids;       /* that become another user or group */
	unsigned int n_powerless; /* that get nothing */
	unsigned int n_judged;    /* of all these, that were not started */
	uint64_t caps;            /* every capability that one of them got, bit N = capability N */
	char elevating[SURVEY_NAMES_MAX], powerless[SURVEY_NAMES_MAX]; /* their names */
};

/* What one program came to. */
struct elevation {
	bool started;   /* false: judged from its mount */
	bool to_root;   /* its effective user is 0 and this process's is not */
	bool other_ids; /* another effective user or group, but not root */
	uint64_t caps;  /* permitted capabilities that this process has not */
};

/* Looks at one program: 0, or -ENOENT when it is none that could elevate. */
int elevate_try(const char *path, struct elevation *ret);

/* Looks at all; takes at most ms milliseconds, then says that it is not complete. */
void elevate_survey(int ms, struct survey *ret);
