#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The helper and a login program, started out of every state that a caller can leave them: each works wholly or refuses,
# leaves nothing, and the next login is fine. The table is tests/fault/states_table.c.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

begin
fault_begin || exit 1
"$ROOM_BUILD/tests/fault/launcher" dave "$STAGE/syslog" | grep -v '^1\.\.'
fault_end
finish launcher
