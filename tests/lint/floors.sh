#!/bin/sh
# Folders are floors: a file includes only what stands below it, and programs never each other.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"

# Folder, and what it may include besides the system's headers. No exceptions.
may_include() {
	case $1 in
	lib) echo lib ;;
	config) echo config lib ;;
	cgroup) echo cgroup config lib ;;
	helper) echo helper cgroup config lib ;;
	keeper) echo keeper lib ;;
	bus) echo bus cgroup lib ;;
	lookup) echo lookup lib ;;
	pam_room) echo pam_room lib ;;
	roomctl) echo roomctl cgroup config lib ;;
	*) echo none ;;
	esac
}

# The two floors inside lib/.
lib_floor() {
	case $1 in
	clean | why | sys | fd | text | log | journal | program | deadline) echo 0 ;;
	wire | record | plan | ask | lease | lookup | registry | apply) echo 1 ;;
	*) echo unknown ;;
	esac
}

stem() {
	basename "$1" | sed 's/\.[ch]$//'
}

check_include() {
	file=$1 line=$2 included=$3
	from=${file%%/*} to=${included%%/*}
	case $included in
	*/*) ;;
	*)
		complain "$file:$line: \"$included\" is not spelled from the root of the tree"
		return
		;;
	esac
	test -f "$included" || complain "$file:$line: $included does not exist"
	case " $(may_include "$from") " in
	*" $to "*) ;;
	*) complain "$file:$line: $from/ may not include $included" ;;
	esac
	if test "$from" = lib && test "$to" = lib; then
		here=$(lib_floor "$(stem "$file")") there=$(lib_floor "$(stem "$included")")
		test "$here" != 0 || test "$there" = 0 ||
			complain "$file:$line: floor 0 of lib/ may not include $included"
	fi
}

seen=0
for file in $(c_files | grep -v '^tests/'); do
	seen=$((seen + 1))
	test "$(may_include "${file%%/*}")" != none ||
		complain "$file:1: this folder has no floor: add it to tests/lint/floors.sh"
	if test "${file%%/*}" = lib && test "$(lib_floor "$(stem "$file")")" = unknown; then
		complain "$file:1: this file of lib/ has no floor: add it to tests/lint/floors.sh"
	fi
	includes=$(sed -n '/^[ \t]*#[ \t]*include[ \t]*"/{=;s/^[^"]*"\([^"]*\)".*/\1/p}' "$file" | paste - -)
	while read -r line included; do
		test -z "$line" || check_include "$file" "$line" "$included"
	done <<-END
		$includes
	END
	# The module and the keeper link nothing of others, so they may not even see it.
	case $file in
	pam_room/*) alien='libconfig|seccomp\.h|sys/capability|systemd/' ;;
	keeper/* | lookup/* | lib/*) alien='libconfig|[</]seccomp\.h|sys/capability|systemd/|security/' ;;
	config/*) alien='[</]seccomp\.h|sys/capability|systemd/|security/' ;;
	cgroup/*) alien='libconfig|[</]seccomp\.h|sys/capability|systemd/|security/' ;;
	bus/*) alien='libconfig|[</]seccomp\.h|sys/capability|security/' ;;
	helper/*) alien='sys/capability|systemd/|security/pam' ;;
	roomctl/*) alien='sys/capability|systemd/|security/pam_(mod|ext)' ;;
	*) alien='security/pam' ;;
	esac
	alien_line=$(grep -n -E "^[ 	]*#[ 	]*include[ 	]*<.*($alien)" "$file" | grep -v '<linux/' || true)
	test -z "$alien_line" || complain "$file:${alien_line%%:*}: a library that this folder does not have"
done
test "$seen" -gt 20 || complain "tests/lint/floors.sh:1: only $seen files found"
verdict
