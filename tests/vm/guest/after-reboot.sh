#!/bin/bash
# The machine was booted in the middle of a trial that nobody had confirmed: it is undone (main.sh began it).
# once: trixie
# only: vm, because it boots.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

is "reboot: all is as it was before the trial" "$(picture)" "$(cat "$TEST_RUN/bare")"
is "reboot: a login is outside" "$(on bob readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"
like "reboot: the log says so" "$(journalctl -q -b -t roomctl -o cat)" "*trial of pam_room was not confirmed*"
is "reboot: no failed unit" "$(systemctl --failed --plain --no-legend | awk '{ print $1 }')" ""
is_ok "reboot: it can be enabled" roomctl enable
hold alice 7981 || exit 0
differs_in_all "reboot: and then a login is in a room" "$pid"
