/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * network = "private": a network namespace of the room's own with a way out, which is passt's
 * pasta(1), a program without privilege that makes the room's connections in the host's name.
 *
 * The namespace belongs to a user namespace in which nothing else is: capabilities there, which
 * pasta needs, are power over the room's network and over nothing of the host. A warden holds pasta
 * and ends it with the room; while the warden lives it holds a lock on rooms/KEY/network.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct why;

#define NETWORK_PROGRAM "/usr/bin/pasta"

/* A new network namespace, its loopback device up: a fd, or -errno. */
int network_make(int64_t deadline, struct why *why);

/* Before a room is made: what one of the same key left behind says nothing of this one. */
int network_forget(int room_dfd, struct why *why);

/* Opens the way out of the keeper's network namespace, which network_make() made, unless it is open
 * already. */
int network_open(int room_dfd, pid_t keeper, int keeper_pidfd, int64_t deadline, struct why *why);

/* As network_open() for a living room, if it has a way out that may be closed by now. */
int network_mend(int room_dfd, pid_t keeper, int keeper_pidfd, int64_t deadline, struct why *why);

/* A new network namespace has the loopback device alone, and that is down. 0 or -errno. */
int network_raise_loopback(void);
