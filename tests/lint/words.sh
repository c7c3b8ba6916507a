#!/bin/sh
# Words that have no place in the tree: paths of somebody's desk, notes to oneself, and misspelled ones.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"
need codespell codespell

# In halves, so that this file does not find itself.
words=$(paste -s -d '|' <<'END' | sed 's/+//g'
/ho+me/[a-z]+/src
\bTO+DO\b
\bFI+XME\b
\bXX+X\b
END
)
tree_files . | xargs grep -n -I -E -o -H "$words" >>"$complaints" || true
tree_files . | grep -i -E "$words" >>"$complaints" || true

# Texts as they are; of the sources the comments only, by line: names in code are nobody's spelling.
allowed=crypted,hda,nd,chage # hda is a device, Nd a macro of mdoc(7), chage a program
texts=$(tree_files . | grep -E '(\.md|^man/.*\.[1-8]|\.conf)$' |
	grep -v -E '^(tests/policy/wrong/|doc/policy\.md)' || true) # misspelled on purpose
# shellcheck disable=SC2086 # the tree has no name with a blank
test -z "$texts" || codespell -q 3 -L "$allowed" $texts >>"$complaints" || true
comments=$(mktemp -d)
trap 'rm -rf "$complaints" "$comments"' EXIT
for file in $(c_files); do
	mkdir -p "$comments/$(dirname "$file")"
	awk '{ line = $0; out = ""
		while (line != "") {
			if (inside) {
				end = index(line, "*/")
				out = out " " (end ? substr(line, 1, end - 1) : line)
				line = end ? substr(line, end + 2) : ""
				inside = !end
			} else {
				begin = index(line, "/*")
				line = begin ? substr(line, begin + 2) : ""
				inside = begin > 0
			}
		}
		print out }' "$file" >"$comments/$file"
done
for file in $(sh_files) $(tree_files . | grep -E '(\.am|\.ac|\.mk)$'); do
	mkdir -p "$comments/$(dirname "$file")"
	sed -n 's/^[^#]*$//;s/^[^#]*#//;p' "$file" >"$comments/$file"
done
(cd "$comments" && codespell -q 3 -L "$allowed" . | sed 's|^\./||') >>"$complaints" || true
verdict
