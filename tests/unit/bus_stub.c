/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/* Once more, with another place for the program: there a script stands. */
#include "cgroup/bus.c"
