#!/bin/sh
# The shape of the files: sizes, lines, headers, and what the tools for scripts and manual pages say.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"
need ctags universal-ctags
need shellcheck shellcheck
need mandoc mandoc
ctags --version | grep -q 'Universal Ctags' || need universal-ctags universal-ctags

for file in $(c_files); do
	lines=$(wc -l <"$file")
	test "$lines" -lt 400 || complain "$file:$lines: 400 lines or more"
	head -n 1 "$file" | grep -q '^/\* SPDX-License-Identifier: ' ||
		complain "$file:1: no SPDX-License-Identifier"
	sed -n 2p "$file" | grep -q '^ \* SPDX-FileCopyrightText: ' ||
		complain "$file:2: no SPDX-FileCopyrightText"
	# Columns as an editor shows them: a tab reaches to the next multiple of eight.
	expand "$file" | LC_ALL=C.UTF-8 awk -v file="$file" \
		'length > 100 { print file ":" FNR ": " length " columns" }' >>"$complaints"
	test "$file" = lib/sys.h || grep -n -E '^[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif)' "$file" |
		sed "s|^\([0-9]*\):.*|$file:\1: #if outside lib/sys.h|" >>"$complaints"
	case $file in
	*.h) grep -q '^#pragma once$' "$file" || complain "$file:1: no #pragma once" ;;
	esac
done

# shellcheck disable=SC2046 # the tree has no name with a blank
ctags -x --fields=+ne --output-format=json --languages=C --kinds-C=f --langmap=C:.c.h -f - $(c_files) |
	sed -n 's/.*"path": "\([^"]*\)".*"line": \([0-9]*\).*"end": \([0-9]*\).*/\1 \2 \3/p' >"$complaints.ends"
awk '$3 - $2 + 1 >= 80 { print $1 ":" $2 ": a function of " $3 - $2 + 1 " lines" }' \
	"$complaints.ends" >>"$complaints"
test "$(wc -l <"$complaints.ends")" -gt 50 ||
	complain "tests/lint/shape.sh:1: ctags found too few functions"
rm -f "$complaints.ends"

tree_files . | grep -v -E '^LICENSE$|\.patch$' | while read -r file; do
	grep -n -I -E '[[:blank:]]+$' "$file" | sed "s|^\([0-9]*\):.*|$file:\1: blanks at the end|"
	test -z "$(tail -c 1 "$file")" || grep -q -I -v . "$file" || echo "$file:1: no newline at the end"
done >>"$complaints"

# SC2317 takes functions that a trap or a variable calls for dead ones.
for file in $(sh_files); do
	shellcheck -x -e SC2317 -P "$top_srcdir" -P SCRIPTDIR -f gcc "$file" >>"$complaints" || true
done

pages=$(tree_files . | grep -E '^man/.*\.[1-8]$' || true)
test -n "$pages" || complain "man:1: no manual page"
for file in $pages; do
	mandoc -T lint -W warning "$file" >>"$complaints" || true
	grep -q 'SPDX-License-Identifier: ' "$file" || complain "$file:1: no SPDX-License-Identifier"
done
verdict
