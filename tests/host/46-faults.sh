#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A sample of the crash matrix (tests/fault/matrix), another one each time; tests/fault/run --all tries all of it.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

begin
fault_begin || exit 1
fault_matrix --seconds 60
fault_end
finish faults
