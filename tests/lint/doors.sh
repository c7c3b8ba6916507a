#!/bin/sh
# doc/doors.md: a door is open or closed, and what is closed names a test that is there.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"

page=doc/doors.md
rows=$(grep -n '^| D-' "$page" || true)
test "$(printf '%s\n' "$rows" | wc -l)" -gt 30 || complain "$page:1: the rows are gone"
printf '%s\n' "$rows" | while IFS='|' read -r number door what state tried _; do
	at="$page:${number%:*}"
	state=$(echo "$state" | xargs) tried=$(echo "$tried" | xargs)
	test -n "$door$what" || complain "$at: what door?"
	case $state:$tried in
	closed:'host '[0-9][0-9] | open:'host '[0-9][0-9]) set -- tests/host/"${tried#* }"-*.sh ;;
	closed:'vm '[0-9][0-9] | open:'vm '[0-9][0-9]) set -- tests/vm/guest/"${tried#* }"-*.sh ;;
	open:) continue ;;
	closed:) complain "$at: closed, and no test says so" && continue ;;
	*) complain "$at: '$state', tried in '$tried'" && continue ;;
	esac
	test -f "$1" || complain "$at: there is no test '$tried'"
done
verdict
