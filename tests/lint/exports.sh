#!/bin/sh
# What was built is what it should be: the module exports PAM's entry points and nothing else, every
# program links what its folder may link, and all are hardened.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"
need readelf binutils
need nm binutils
module=$top_builddir/pam_room/.libs/pam_room.so
helper=$top_builddir/helper/room-helper
keeper=$top_builddir/keeper/room-keeper
lookup=$top_builddir/lookup/room-lookup
bus=$top_builddir/bus/room-bus
roomctl=$top_builddir/roomctl/roomctl
libc='libc\.so\.6|ld-linux-(x86-64|aarch64)\.so\.[12]'

needed() {
	readelf -d -W "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# Libtool puts a script in the place of a program that needs it; the program is then in .libs.
real() {
	if test -f "$(dirname "$1")/.libs/$(basename "$1")"; then
		echo "$(dirname "$1")/.libs/$(basename "$1")"
	else
		echo "$1"
	fi
}

# FILE REGEX: each library it needs is one of these.
only_needs() {
	needed "$1" | grep -v -x -E "$2" | sed "s|.*|$1:1: needs &|" >>"$complaints" || true
}

hardened() {
	file=$1
	headers=$(readelf -l -W "$file")
	dynamic=$(readelf -d -W "$file")
	printf '%s\n' "$headers" | grep -q GNU_RELRO || complain "$file:1: no RELRO"
	printf '%s\n' "$headers" | grep -q GNU_STACK || complain "$file:1: says nothing about its stack"
	! printf '%s\n' "$headers" | grep -E '^ *GNU_STACK' | grep -q -E ' R?W?E ' ||
		complain "$file:1: executable stack"
	! printf '%s\n' "$headers" | grep -q -E '^ *LOAD.* RWE ' || complain "$file:1: a segment is writable and executable"
	! printf '%s\n' "$dynamic" | grep -q -E 'TEXTREL|RPATH|RUNPATH' ||
		complain "$file:1: TEXTREL, RPATH or RUNPATH"
	case $2 in
	dynamic)
		printf '%s\n' "$dynamic" | grep -q -E 'BIND_NOW|FLAGS_1.*NOW' || complain "$file:1: no BIND_NOW"
		readelf -h -W "$file" | grep -q 'Type: *DYN' || complain "$file:1: not position independent"
		;;
	esac
}

for file in "$module" "$helper" "$keeper" "$lookup" "$bus" "$roomctl"; do
	test -f "$file" || complain "$file:1: not built"
done
verdict || exit 1
helper=$(real "$helper") keeper=$(real "$keeper") lookup=$(real "$lookup") bus=$(real "$bus") roomctl=$(real "$roomctl")

exports=$(nm -D --defined-only "$module" | awk '{ print $NF }' | sed 's/@.*//')
printf '%s\n' "$exports" | grep -v -E '^pam_sm_(authenticate|setcred|acct_mgmt|open_session|close_session|chauthtok)$' |
	sed "s|.*|$module:1: exports &|" >>"$complaints" || true
for name in pam_sm_open_session pam_sm_close_session; do
	printf '%s\n' "$exports" | grep -q -x "$name" || complain "$module:1: does not export $name"
done
for name in libpam.so.0 libc.so.6; do
	needed "$module" | grep -q -x "$name" || complain "$module:1: does not need $name"
done
only_needs "$module" 'libpam\.so\.0|libc\.so\.6'
only_needs "$helper" "$libc|libseccomp\\.so\\.2|libconfig\\.so\\.[0-9]+"
only_needs "$lookup" "$libc"
only_needs "$roomctl" "$libc|libpam\\.so\\.0|libseccomp\\.so\\.2|libconfig\\.so\\.[0-9]+|libncursesw?\\.so\\.6|libtinfo\\.so\\.6"
only_needs "$bus" "$libc|libsystemd\\.so\\.0"
! readelf -l -W "$keeper" | grep -q INTERP || complain "$keeper:1: has an interpreter"
test -z "$(needed "$keeper")" || complain "$keeper:1: is not static"
hardened "$module" dynamic
hardened "$helper" dynamic
hardened "$keeper" static
hardened "$lookup" dynamic
hardened "$bus" dynamic
hardened "$roomctl" dynamic
verdict
