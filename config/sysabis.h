/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The ways into the kernel with numbers of their own, of every kernel that rooms know.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sysabi {
	uint32_t native; /* AUDIT_ARCH_* of the kernel that has it */
	uint32_t arch;   /* AUDIT_ARCH_* that the kernel reports */
	uint32_t bit;    /* in each of its numbers (x32) */
	uint32_t token;  /* libseccomp's SCMP_ARCH_* */
	const char *name;
};

/* Of each kernel its own ABI is the first; those of one arch follow each other, without the bit
 * first. */
extern const struct sysabi sysabis[];
extern const size_t n_sysabis;

/* The one that a call came by, as the kernel reports it; NULL when it is not known. */
const struct sysabi *sysabi_of(uint32_t arch, uint32_t nr);
