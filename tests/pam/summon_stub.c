/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * summon.c as it is, compiled with the stub's folder for the helper's.
 */
#include "pam_room/summon.c"
