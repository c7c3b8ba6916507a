/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The confinement plan: everything a process does to itself to be in a room, in numbers. Made once
 * per room by the helper, kept beside the room's state, applied by lib/apply.c. It holds no path,
 * no name and nothing that would have to be looked up after the join.
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;

#define PLAN_INSNS_MAX 4096 /* BPF_MAXINSNS of the kernel */
#define PLAN_RLIMITS_MAX 16
#define PLAN_SIZE_MAX 65536

/* The namespaces a room may have of its own, in the order of plan.ns_ino. The first two, always. */
enum plan_ns {
	PLAN_NS_MNT,
	PLAN_NS_PID,
	PLAN_NS_IPC,
	PLAN_NS_UTS,
	PLAN_NS_NET,
	PLAN_NS_CGROUP,
	PLAN_N_NS,
};

struct plan_rlimit {
	uint8_t resource; /* RLIMIT_*, getrlimit(2) */
	uint64_t soft, hard;
};

struct plan {
	uint64_t ns_ino[PLAN_N_NS]; /* inode numbers of the room's namespaces (namespaces(7)); 0:
				       it has none of its own */
	uint64_t bounding;          /* capability bounding set, bit N = capability N */
	uint64_t inheritable;       /* likewise, the inheritable set; within the bounding set */
	uint32_t securebits;        /* capabilities(7) */
	bool no_new_privs;
	size_t n_rlimits;
	struct plan_rlimit rlimits[PLAN_RLIMITS_MAX];
	size_t n_insns;
	struct sock_filter insns[PLAN_INSNS_MAX]; /* seccomp(2) program, never empty */
};

/* CLONE_NEW* of one namespace, and its name under /proc/PID/ns. */
extern const struct plan_ns_row {
	int flag;
	const char *name;
} plan_ns_table[PLAN_N_NS];

/* CLONE_NEW* of the room's own namespaces. */
int plan_ns_flags(const struct plan *plan);

/* Encodes into buf; returns the length or -EMSGSIZE. */
long plan_encode(const struct plan *plan, void *buf, size_t size);

/* Decodes and validates: -EBADMSG for bytes that are no plan or a plan that cannot be right. */
int plan_decode(const void *data, size_t len, struct plan *ret, struct why *why);
