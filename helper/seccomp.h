/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's system call filter: its profile (profiles.h), changed by what its policy says, as a
 * program for the kernel.
 */
#pragma once

#include "config/policy.h"
#include "lib/plan.h"

/* Fills plan->insns and plan->n_insns with the filter of the room. -E2BIG: it does not fit the
 * plan.
 */
int seccomp_compile(const struct room_spec *spec, struct plan *plan, struct why *why);

/* Likewise for a kernel whose own ABI is native, an AUDIT_ARCH_*. */
int seccomp_compile_for(
	const struct room_spec *spec, uint32_t native, struct plan *plan, struct why *why);
