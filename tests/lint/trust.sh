#!/bin/sh
# The size of what is trusted, as doc/architecture.md tells it: lines of each program, libraries of the setuid one and
# what it does not call.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"
need nm binutils
need strings binutils
page=doc/architecture.md
helper=$top_builddir/helper/room-helper
test ! -f "$top_builddir/helper/.libs/room-helper" || helper=$top_builddir/helper/.libs/room-helper

# Rows: | PROGRAM | FOLDER... | at most N lines |
# shellcheck disable=SC2016 # marks of the page
rows=$(sed -n 's/^| `\([a-z_.-]*\)` | \([a-z_ ]*\) | \([0-9]*\) |$/\1 \3 \2/p' "$page")
sizes=$(c_files | xargs wc -l)
test "$(printf '%s\n' "$rows" | wc -l)" = 6 || complain "$page:1: the table of sizes is gone"
printf '%s\n' "$rows" | while read -r program most folders; do
	lines=$(printf '%s\n' "$sizes" | awk -v folders=" $folders " '
		{ folder = $2; sub("/.*", "", folder) }
		folder != $2 && index(folders, " " folder " ") { n += $1 }
		END { print n + 0 }')
	if test "$lines" = 0 || test "$lines" -gt "$most"; then
		complain "$page:1: $program is made of $lines lines, and may be of $most"
	fi
done

# Every library that the loader brings along is named in the page.
test -f "$helper" || complain "$helper:1: not built"
ldd "$helper" | sed -n 's/^[[:space:]]*\(lib[^ ]*\)\.so.*/\1/p' | while read -r library; do
	grep -q "\`$library\`" "$page" || complain "$page:1: $helper loads $library, which is not named"
done

# It runs no shell, finds no program by PATH, loads nothing by name, asks no name service and reads no environment.
strings "$helper" | grep -E '/bin/(ba|da)?sh|sh -c' | sed "s|^|$helper:1: a shell: |" >>"$complaints" || true
nm -D --undefined-only "$helper" | sed 's/.* U //; s/@.*//' |
	grep -x -E 'system|popen|posix_spawnp?|exec[vl]p?e?p|dlopen|(secure_)?getenv|get(pw|gr|spnam|addrinfo|host).*|initgroups|wordexp|iconv_open|setlocale' |
	sed "s|^|$helper:1: calls |" >>"$complaints" || true
verdict
