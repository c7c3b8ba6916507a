/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the keeper puts on before anybody else enters the room.
 */
#pragma once

/*
 * Makes the process unreadable and untraceable (PR_SET_DUMPABLE 0), takes all capabilities from
 * every set, locks the securebits, sets no_new_privs and loads a filter that allows only what the
 * keeper's loop calls. Reads back. Returns 0 or -errno; then the keeper must not go on.
 */
int armour_put_on(void);
