/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The names of all system calls up to Linux 7.0, on every ABI that a room's filter knows (x86-64,
 * x32, i386, aarch64, 32-bit arm). A table of our own: what a policy may name must not depend on
 * the libseccomp of the machine, and roomctl has none.
 */
#pragma once

#include <stdbool.h>

bool sysnames_has(const char *name);

/* The name that is nearest, or NULL when none is near. */
const char *sysnames_nearest(const char *name);
