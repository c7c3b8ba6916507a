/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's syscall filter, compiled with libseccomp.
 */
#pragma once

#include "config/policy.h"
#include "lib/plan.h"

/*
 * Fills plan->insns and plan->n_insns with the program for the room's walls. The program knows the
 * machine's own ABI; every other one (i386, x32) answers ENOSYS. -E2BIG: it does not fit the plan.
 */
int seccomp_compile(const struct room_spec *spec, struct plan *plan, struct why *why);
