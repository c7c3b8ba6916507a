#!/bin/sh
# Each header compiles alone, with the project's warnings as errors.
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
set -eu
# shellcheck source=tests/lint/tree.inc
. "$(dirname "$0")/tree.inc"
makefile=$top_builddir/tests/unit/Makefile
test -f "$makefile" || {
	echo "$makefile:1: not configured yet"
	exit 1
}

# A variable of the configured Makefile, on one line.
variable() {
	sed -n "s/^$1 = //p" "$makefile"
}

flags=$(for name in ROOM_CFLAGS LIBCONFIG_CFLAGS SECCOMP_CFLAGS SYSTEMD_CFLAGS CMOCKA_CFLAGS; do
	variable "$name"
done | tr '\n' ' ')
case $flags in
*-std=*) ;;
*) complain "$makefile:1: no ROOM_CFLAGS found" ;;
esac

# compile HEADER: what it has to say.
compile() {
	# shellcheck disable=SC2086 # CC and flags are lists
	printf '#include "%s"\n' "$1" | ${CC:-cc} -include "$top_builddir/config.h" $flags -Werror -O2 \
		-Wno-unused-function -I"$top_srcdir" -DROOM_SYSCONFDIR='""' -DROOM_RUNDIR='""' \
		-DROOM_LIBEXECDIR='""' -fsyntax-only -x c - 2>&1 || echo "$1:1: does not compile alone"
}

# Each processor has every nth one.
jobs=$(nproc) job=0 seen=$(c_files | grep -c '\.h$')
while test "$job" -lt "$jobs"; do
	c_files | grep '\.h$' | awk -v n="$jobs" -v i="$job" 'NR % n == i' | while read -r file; do
		compile "$file"
	done >"$complaints.$job" &
	job=$((job + 1))
done
wait
cat "$complaints".* >>"$complaints"
rm -f "$complaints".*
test "$seen" -gt 10 || complain "tests/lint/headers.sh:1: only $seen headers found"
verdict
