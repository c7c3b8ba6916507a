/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The names of all system calls up to Linux 7.0, on every ABI that a room's filter knows (x86-64,
 * x32, i386, aarch64, 32-bit arm). A table of our own: what a policy may name must not depend on
 * the libseccomp of the machine, and roomctl has none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool sysnames_has(const char *name);

/* The name that is nearest, or NULL when none is near. */
const char *sysnames_nearest(const char *name);

/*
 * The name of a call whose number is known here, as the kernel reports it (arch an AUDIT_ARCH_*, nr
 * with the bit of x32), or NULL. From Linux 5.1 on a call has one number on all ABIs, SYSNAMES_LATE
 * and upwards; of the older ones libseccomp knows the numbers.
 */
#define SYSNAMES_LATE 424
const char *sysnames_own(uint32_t arch, uint32_t nr);
