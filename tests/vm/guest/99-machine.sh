#!/bin/bash
# The machine is well after all that: nothing failed, and people still come in.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

is "machine: no failed unit" "$(systemctl --failed --plain --no-legend | awk '{ print $1 }')" ""
is "machine: root still logs in" "$(on root echo here 2>&1)" here
is "machine: a user still logs in" "$(on bob echo here 2>&1)" here
# Natively there is no log of the kernel's.
[ ! -e /dev/kmsg ] || is "machine: no program crashed" "$(journalctl -k -q --no-pager -o cat | grep -E 'segfault|general protection|BUG:|Oops')" ""
