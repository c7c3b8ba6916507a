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
printf '%s\n' "$rows" | while IFS='|' read -r number door what glass brick concrete tried _; do
	test -n "$door$what" || complain "$page:${number%:*}: what door?"
	at="$page:${number%:*}"
	tried=$(echo "$tried" | xargs)
	# Closed anywhere is closed by a test.
	state=open
	for one in "$glass" "$brick" "$concrete"; do
		case $one in
		' open ') ;;
		' closed ') state=closed ;;
		*) complain "$at: '$one' is neither open nor closed" ;;
		esac
	done
	case $state:$tried in
	closed:'host '[0-9][0-9] | open:'host '[0-9][0-9]) set -- tests/host/"${tried#* }"-*.sh ;;
	closed:'vm '[0-9][0-9] | open:'vm '[0-9][0-9]) set -- tests/vm/guest/"${tried#* }"-*.sh ;;
	open:) continue ;;
	closed:) complain "$at: closed, and no test says so" && continue ;;
	*) complain "$at: '$state', tried in '$tried'" && continue ;;
	esac
	test -f "$1" || complain "$at: there is no test '$tried'"
done

# What is open anywhere has a question of roomctl audit.
printf '%s\n' "$rows" | grep ' open ' | sed 's/^\([0-9]*\):| \(D-[0-9]*\) .*/\1 \2/' | while read -r number door; do
	grep -q -E "\"(D-[0-9]+ )*$door( D-[0-9]+)*\"," roomctl/audit_*.c ||
		complain "$page:$number: $door is open, and roomctl audit does not ask for it"
done
verdict
