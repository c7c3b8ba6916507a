# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Which files are the tree's own: ./try and the tests build copies of the tree, never in it.

# tree_files DIR: their names, one on a line: what git knows or would take, or, in a release or a copy, where git cannot
# say, all that no tool made.
tree_files() (
	cd "$1" || exit 1
	if test -e .git && git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' ls-files --cached --others --exclude-standard | while read -r file; do
			test ! -f "$file" || echo "$file"
		done
	else
		find . \( -name .git -o -name .deps -o -name .libs -o -name autom4te.cache -o -name build-aux \
			-o -path ./m4 -o -path './_build*' -o -path './_inst' \) -prune -o -type f -print |
			sed 's|^\./||' | grep -v -E \
			'(^|/)(Makefile(\.in)?|stamp-h1)$|^(configure~?|aclocal\.m4|config\.(h|h\.in|h\.in~|log|status)|libtool)$|\.(o|lo|la|a|so|log|trs)$' |
			while read -r file; do
				# A program that was built in the tree is no file of the tree.
				case $(head -c 4 "$file" | tr -d '\0\177') in
				ELF*) ;;
				*) echo "$file" ;;
				esac
			done
	fi | LC_ALL=C sort
)

# tree_copy FROM TO: what was there before stays; times are kept, so a second build there does little.
tree_copy() {
	mkdir -p "$2" && tree_pack "$1" | tar -C "$2" --no-same-owner -xf -
}

# tree_pack DIR: the tree as a tar stream.
tree_pack() {
	tree_files "$1" | tar -C "$1" --no-recursion --owner=0 --group=0 -T - -cf -
}
