/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The warden of a room's way out (helper/network.h): process 1 of a pid namespace in which there is
 * nothing but pasta(1). When it ends, for whatever reason, the kernel ends pasta
 * (pid_namespaces(7)), and it ends when the keeper does.
 */
#pragma once

/* What it is given. It keeps these and no other descriptor. */
struct warden_parts {
	int null_fd;   /* /dev/null */
	int net_fd;    /* the room's network namespace */
	int user_fd;   /* the user namespace that owns it */
	int keeper_fd; /* pidfd of the keeper */
	int lock_fd;   /* rooms/KEY/network, locked */
	int report_fd; /* one warden_report is written to it: errno 0 when the way is open */
};

struct warden_report {
	int err;
	char text[160];
};

/* In a new process. */
__attribute__((noreturn)) void warden_run(const struct warden_parts *parts, const char *program);
