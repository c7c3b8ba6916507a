#!/bin/bash
# The machine was booted with people in it and in the middle of a trial that nobody had confirmed: they were asked to end, and it
# is undone (main.sh began it).
# once: trixie
# only: vm, because it boots.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# Nobody in a room was just killed, and systemd waited for nothing until its patience was at an end, 90 s.
way_down() { journalctl -q -b -1 -o cat --after-cursor="$(cat "$TEST_RUN/cursor")" _PID=1; }
note "shutdown: $(($(sed -n 's/^btime //p' /proc/stat) - $(cat "$TEST_RUN/down"))) s until the kernel began anew"
is "shutdown: all in a room were asked to end" "$(sort /home/alice/asked | cut -d" " -f1 | xargs)" "left service session"
is "shutdown: and they were in one room" "$(cut -d" " -f2 /home/alice/asked | sort -u | grep -c '^mnt:')" 1
# A room that has become empty ends by itself, and may be the first to. What may not be is a keeper told to end, with whoever
# is still in its room, before they had their time.
is "shutdown: no keeper was told to end before they had" "$(way_down | sed -n '/Stopping pam_room-1000[.]brick-/,$p' |
	grep -oE '^Stopped (session-[0-9]*|user@1000)')" ""
like "shutdown: a keeper has ended" "$(way_down | grep -oE '^Stopped pam_room-1000[.]brick-[0-9]*[.]scope' | tail -n 1)" \
	"Stopped pam_room-1000.brick-*.scope"
is "shutdown: nothing was waited for in vain" "$(way_down | grep -E 'timed out|SIGKILL|status=9/KILL')" ""
is "reboot: all is as it was before the trial" "$(picture)" "$(cat "$TEST_RUN/bare")"
is "reboot: a login is outside" "$(on bob readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"
like "reboot: the log says so" "$(journalctl -q -b -t roomctl -o cat)" "*trial of pam_room was not confirmed*"
is "reboot: no failed unit" "$(systemctl --failed --plain --no-legend | awk '{ print $1 }')" ""
is_ok "reboot: it can be enabled" roomctl enable
hold alice 7981 || exit 0
differs_in_all "reboot: and then a login is in a room" "$pid"
