/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Root's rights, given up for good.
 */
#pragma once

struct why;

/*
 * Becomes nobody, without groups and without a way back, when the caller is root; then, for
 * everybody, nothing elevates any more (PR_SET_NO_NEW_PRIVS). What needs root was opened before. 0
 * or -errno, after which the caller must not go on.
 */
int humble_become(struct why *why);
