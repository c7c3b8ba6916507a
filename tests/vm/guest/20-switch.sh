#!/bin/bash
# su by root: what it keeps, what it hands back, and that root himself stays outside. (That all of its kind lead into the
# room, 25-entries.sh looks at.)
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

cd /usr/share || exit 1
is "su without a dash: the working directory stays" "$(su alice -c pwd)" /usr/share
is "su -: goes home" "$(su - alice -c pwd)" /home/alice
status=0
su - alice -c 'exit 9' || status=$?
is "su -: the exit status comes back" "$status" 9
is "su by root leaves root outside" "$(walls $$)" "$(outside)"
