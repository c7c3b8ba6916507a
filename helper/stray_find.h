/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who of all processes is a user's and in none of that user's rooms.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct why;

#define STRAYS_NAMED_MAX 4

struct strays {
	struct {
		pid_t pid;
		char name[20]; /* as it calls itself, proc_pid_comm(5) */
	} named[STRAYS_NAMED_MAX];
	size_t n;
	size_t n_managed; /* of them: counted to the user manager's service */
};

/*
 * One walk through /proc. A program that forks faster than it is walked can hide from it. rooms_dfd
 * is the registry. Needs CAP_SYS_PTRACE (namespaces(7)).
 */
int strays_find(uid_t uid, int rooms_dfd, struct strays *ret, struct why *why);
