/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The arguments that system call profiles look into (see profiles.h). What the kernel reads as 32
 * bits is compared as 32 bits: the upper half is the caller's.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "helper/profiles.h"
#include "lib/sys.h"

#define LOGIN (1u << PROFILE_LOGIN)
#define DEVELOPER (1u << PROFILE_DEVELOPER)
#define CONTAINER (1u << PROFILE_CONTAINER)
#define STRICT (1u << PROFILE_STRICT)
#define WALLED (DEVELOPER | CONTAINER | STRICT)
#define ALL (LOGIN | WALLED)

#define PASS PROFILES_PASS
#define NO_FAMILY EAFNOSUPPORT /* as if the kernel did not know it */

/* clang-format off */
#define BITS(arg, mask, value) { arg, false, mask, value }
#define IS(arg, value) { arg, false, 0xffffffffu, value }
#define HIGH_IS(arg, value) { arg, true, 0xffffffffu, value }
/* clang-format on */

/* The low byte of clone's flags is a signal, so that it has no CLONE_NEWTIME. */
#define CLONE_NEW                                                                                  \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET)
#define UNSHARE_NEW (CLONE_NEW | CLONE_NEWTIME)

/* IOPRIO_WHO_USER, whose header is younger than the kernel that is needed. */
#define IOPRIO_USER 3

/* personality(2) as Docker has it: Linux, 32-bit Linux, uname26, both, and the question. */
#define PERSONALITY_ASKED 0xffffffffu

const struct profiles_rule profiles_rules[] = {
	/* Process 1 of a room is its keeper. uid 0 could take its descriptors or its time away. */
	{ "prlimit64", ALL, true, EPERM, { IS(0, 1) } },
	{ "sched_setscheduler", ALL, true, EPERM, { IS(0, 1) } },
	{ "sched_setparam", ALL, true, EPERM, { IS(0, 1) } },
	{ "sched_setattr", ALL, true, EPERM, { IS(0, 1) } },
	{ "sched_setaffinity", ALL, true, EPERM, { IS(0, 1) } },
	{ "setpriority", ALL, true, EPERM, { IS(1, 1) } },
	{ "ioprio_set", ALL, true, EPERM, { IS(1, 1) } },
	/* As one of all that are uid 0's. */
	{ "setpriority", ALL, true, EPERM, { IS(0, PRIO_USER), IS(1, 0) } },
	{ "ioprio_set", ALL, true, EPERM, { IS(0, IOPRIO_USER), IS(1, 0) } },

	/* Typing into somebody else's terminal. */
	{ "ioctl", ALL, true, EPERM, { IS(1, TIOCSTI) } },
	{ "ioctl", ALL, true, EPERM, { IS(1, TIOCLINUX) } },

	/*
	 * The core limit stays at the one byte that the plan sets. Any user may lower it, and at 0
	 * the kernel runs |core_pattern again, as root on the host (core(5)). Refused, the change
	 * would end ssh-agent and gpg-agent, which will not live where they could leave a core; so
	 * it is answered "done" (error 0). That cannot be said to who asks for the old limit in the
	 * same call: nobody would fill it in.
	 */
	{ "setrlimit", ALL, true, 0, { IS(0, RLIMIT_CORE) } },
	{ "prlimit64", ALL, true, PASS, { IS(1, RLIMIT_CORE), IS(2, 0), HIGH_IS(2, 0) } },
	{ "prlimit64", ALL, true, 0, { IS(1, RLIMIT_CORE), IS(3, 0), HIGH_IS(3, 0) } },
	{ "prlimit64", ALL, true, EPERM, { IS(1, RLIMIT_CORE) } },

	/* Namespaces. At login the other kinds are root's own business. */
	{ "clone", LOGIN, false, EPERM, { BITS(0, CLONE_NEWUSER, CLONE_NEWUSER) } },
	{ "unshare", LOGIN, false, EPERM, { BITS(0, CLONE_NEWUSER, CLONE_NEWUSER) } },
	{ "clone", WALLED, false, PASS, { BITS(0, CLONE_NEW, 0) } },
	{ "clone", WALLED, false, EPERM, { { 0 } } },
	{ "unshare", WALLED, false, PASS, { BITS(0, UNSHARE_NEW, 0) } },
	{ "unshare", WALLED, false, EPERM, { { 0 } } },

	{ "personality", CONTAINER, false, PASS, { IS(0, 0) } },
	{ "personality", CONTAINER, false, PASS, { IS(0, 8) } },
	{ "personality", CONTAINER, false, PASS, { IS(0, 0x20000) } },
	{ "personality", CONTAINER, false, PASS, { IS(0, 0x20008) } },
	{ "personality", CONTAINER, false, PASS, { IS(0, PERSONALITY_ASKED) } },
	{ "personality", CONTAINER, false, EPERM, { { 0 } } },

	/* The families people use, and no other: the rest is an attack's, or needs a capability. */
	{ "socket", ALL, false, PASS, { IS(0, AF_UNIX) } },
	{ "socket", ALL, false, PASS, { IS(0, AF_INET) } },
	{ "socket", ALL, false, PASS, { IS(0, AF_INET6) } },
	{ "socket", LOGIN | DEVELOPER | CONTAINER, false, PASS, { IS(0, AF_NETLINK) } },
	/* Addresses and routes for everybody, audit records by the login program. */
	{ "socket", STRICT, false, PASS, { IS(0, AF_NETLINK), IS(2, NETLINK_ROUTE) } },
	{ "socket", STRICT, false, PASS, { IS(0, AF_NETLINK), IS(2, NETLINK_AUDIT) } },
	/* For root by sudo, for devices, and for AFS. */
	{ "socket", LOGIN, false, PASS, { IS(0, AF_PACKET) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_KEY) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_PPPOX) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_XDP) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_CAN) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_BLUETOOTH) } },
	{ "socket", LOGIN, false, PASS, { IS(0, AF_RXRPC) } },
	{ "socket", ALL, false, NO_FAMILY, { { 0 } } },
	{ "socketpair", ALL, false, PASS, { IS(0, AF_UNIX) } },
	{ "socketpair", LOGIN | DEVELOPER | CONTAINER, false, PASS, { IS(0, AF_INET) } },
	{ "socketpair", LOGIN | DEVELOPER | CONTAINER, false, PASS, { IS(0, AF_INET6) } },
	{ "socketpair", LOGIN | DEVELOPER | CONTAINER, false, PASS, { IS(0, AF_NETLINK) } },
	{ "socketpair", ALL, false, NO_FAMILY, { { 0 } } },
};

const size_t profiles_n_rules = sizeof profiles_rules / sizeof profiles_rules[0];
