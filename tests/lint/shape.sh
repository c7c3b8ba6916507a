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

# Columns as an editor shows them: a tab reaches to the next multiple of eight.
# shellcheck disable=SC2016 # awk's
c_files | LC_ALL=C.UTF-8 xargs awk '
	function columns(text, parts, n, i, width) {
		n = split(text, parts, "\t")
		for (i = 1; i < n; i++)
			width += length(parts[i]) + 8 - (width + length(parts[i])) % 8
		return width + length(parts[n])
	}
	function close_file() {
		if (lines >= 400)
			print file ":" lines ": 400 lines or more"
		if (file ~ /\.h$/ && !once)
			print file ":1: no #pragma once"
	}
	FNR == 1 { close_file(); file = FILENAME; once = 0; files++ }
	{ lines = FNR }
	FNR == 1 && !/^\/\* SPDX-License-Identifier: / { print file ":1: no SPDX-License-Identifier" }
	FNR == 2 && !/^ \* SPDX-FileCopyrightText: / { print file ":2: no SPDX-FileCopyrightText" }
	columns($0) > 100 { print file ":" FNR ": " columns($0) " columns" }
	/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ && file != "lib/sys.h" { print file ":" FNR ": #if outside lib/sys.h" }
	/^#pragma once$/ { once = 1 }
	END { close_file(); if (files < 50) print "tests/lint/shape.sh:1: only " files " files" }' >>"$complaints"

# shellcheck disable=SC2046 # the tree has no name with a blank
ctags -x --fields=+ne --output-format=json --languages=C --kinds-C=f --langmap=C:.c.h -f - $(c_files) |
	sed -n 's/.*"path": "\([^"]*\)".*"line": \([0-9]*\).*"end": \([0-9]*\).*/\1 \2 \3/p' >"$complaints.ends"
awk '$3 - $2 + 1 >= 80 { print $1 ":" $2 ": a function of " $3 - $2 + 1 " lines" }' \
	"$complaints.ends" >>"$complaints"
test "$(wc -l <"$complaints.ends")" -gt 50 ||
	complain "tests/lint/shape.sh:1: ctags found too few functions"
rm -f "$complaints.ends"

tree_files . | grep -v -E '^LICENSE$|\.patch$|^tests/fuzz/corpus/' >"$complaints.files"
xargs grep -n -I -H -E '[[:blank:]]+$' <"$complaints.files" | sed 's|^\([^:]*:[0-9]*\):.*|\1: blanks at the end|' >>"$complaints"
while read -r file; do
	test -z "$(tail -c 1 "$file")" || grep -q -I -v . "$file" || echo "$file:1: no newline at the end"
done <"$complaints.files" >>"$complaints"
rm -f "$complaints.files"

# Where a pipe fails with any of its parts, one that ends before it has read everything makes the others die of a signal,
# or not: whoever was faster.
sh_files | xargs grep -l '^set .*pipefail' >"$complaints.files"
xargs grep -n -H -E '[|] *(head|grep -[a-zA-Z]*q)' tests/packages.sh tests/tree.sh tests/debian.sh tests/machine.sh tests/host/stage.sh \
	<"$complaints.files" | sed 's/^\([^:]*:[0-9]*\):.*/\1: a pipe may die here of having been fast/' >>"$complaints"
test "$(wc -l <"$complaints.files")" -gt 10 || complain "tests/lint/shape.sh:1: no scripts with pipefail"
rm -f "$complaints.files"

# SC2317 takes functions that a trap or a variable calls for dead ones.
sh_files | xargs -P "$(nproc)" -n 8 shellcheck -x -e SC2317 -P "$top_srcdir" -P SCRIPTDIR -f gcc >>"$complaints" || true

pages=$(tree_files . | grep -E '^man/.*\.[1-8]$' || true)
test -n "$pages" || complain "man:1: no manual page"
for file in $pages; do
	mandoc -T lint -W warning "$file" >>"$complaints" || true
	grep -q 'SPDX-License-Identifier: ' "$file" || complain "$file:1: no SPDX-License-Identifier"
done
verdict
