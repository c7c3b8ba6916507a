#!/bin/sh
# doc/threats.md: every row is there, and names a test that exists, or says why there is none.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"

page=doc/threats.md
expected() {
	seq -f 'R%g' 1 47
	seq -f 'D-%g' 1 16
	seq -f 'D-%g' 20 25
	seq -f 'D-%g' 30 49
	seq -f 'D-%g' 60 71
	seq -f 'H-%g' 1 28
	seq -f 'H-%g' 30 39
}

# judge AT ONE: one entry of the last column.
judge() {
	case $2 in
	'none: '?*)
		# A page that is named is there.
		for word in $2; do
			case $word in *.md) test -f "$word" || complain "$1: there is no $word" ;; esac
		done
		return
		;;
	tests/*' '*) ;;
	*) complain "$1: '$2' is no test, and no reason" && return ;;
	esac
	if ! test -f "${2%% *}"; then
		complain "$1: there is no ${2%% *}"
	elif ! grep -q -F -e "${2#* }" "${2%% *}"; then
		complain "$1: '${2#* }' is not in ${2%% *}"
	fi
}

expected | sort >"$complaints.want"
sed -n 's/^| \([RDH]-\{0,1\}[0-9][0-9]*\) |.*/\1/p' "$page" | sort >"$complaints.have"
comm -3 "$complaints.want" "$complaints.have" | while read -r row; do
	complain "$page:1: row $row is missing, or not known"
done
rm -f "$complaints.want" "$complaints.have"

grep -n '^| [RDH]' "$page" | while IFS='|' read -r number row what shown _; do
	at="$page:${number%:*}"
	case $row:$what in *[a-z0-9]*:*[a-z]*) ;; *) complain "$at: an empty column" ;; esac
	echo "$shown" | tr ';' '\n' | sed 's/^ *//; s/ *$//' | while read -r one; do
		judge "$at" "$one"
	done
done
verdict
