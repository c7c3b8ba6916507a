/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system calls of each ABI, by number. The old ones come from libseccomp, whose tables know
 * every ABI; the new ones from a table here, because a filter must not depend on how old the
 * machine's libseccomp is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A way into the kernel, with numbers of its own. */
struct syscalls_abi {
	uint32_t native; /* AUDIT_ARCH_* of the kernel that has it */
	uint32_t arch;   /* AUDIT_ARCH_* that the kernel reports */
	uint32_t bit;    /* in each of its numbers (x32) */
	uint32_t token;  /* SCMP_ARCH_* */
};

/* Of each kernel its own ABI is the first. */
extern const struct syscalls_abi syscalls_abis[];
extern const size_t syscalls_n_abis;

#define SYSCALLS_N 548 /* numbers, without the bit: x32's own end at 547 */
#define SYSCALLS_NAME_MAX 40

/* The name of a number, without the ABI's bit; false: no call up to Linux 7.0 has it. */
bool syscalls_name(
	const struct syscalls_abi *abi, unsigned int nr, char name[static SYSCALLS_NAME_MAX]);
