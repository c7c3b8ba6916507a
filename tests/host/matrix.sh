#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The whole crash matrix, by name only: tests/fault/run --all.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

begin
fault_begin || exit 1
fault_matrix --table "$STAGE/faults" --page "$STAGE/faults.md"
fault_end
finish matrix
