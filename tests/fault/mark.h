/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What tests/fault/enter.c and tests/fault/inject.c agree on.
 */
#pragma once

/* As the first argument of prctl(2), which does not know it. */
#define MARK 0x4d41524b
#define MARK_BEGIN 1ul
#define MARK_END 2ul

/* Where a program in a room finds the login program. */
#define ENTER_PROGRAM "/usr/local/lib/stage/enter"
