/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system calls of each ABI, by number. The old ones come from libseccomp, whose tables know
 * every ABI; the new ones from a table here, because a filter must not depend on how old the
 * machine's libseccomp is.
 */
#pragma once

#include <stdbool.h>

#include "config/sysabis.h"

#define SYSCALLS_N 548 /* numbers, without the bit: x32's own end at 547 */
#define SYSCALLS_NAME_MAX 40

/* The name of a number, without the ABI's bit; false: no call up to Linux 7.0 has it. */
bool syscalls_name(const struct sysabi *abi, unsigned int nr, char name[static SYSCALLS_NAME_MAX]);
