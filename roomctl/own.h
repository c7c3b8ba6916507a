/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The rooms of whoever asks, by what every process may see of its own user's: /proc, and the mark
 * that is in each room. No privilege is used, and none is asked.
 */
#pragma once

struct rooms;

/* 0, or the exit code after saying on stderr that there is none. */
int own_list(struct rooms *ret);
