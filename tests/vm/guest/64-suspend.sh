#!/bin/bash
# A machine that goes to sleep with living rooms, as an administrator sends it (systemctl suspend), and is woken by its clock:
# rooms, keepers and sessions are as before, and what roomctl had frozen is frozen still, although systemd, since its release
# 256, freezes and thaws all that is below user.slice around the sleep.
# only: vm, because the whole machine sleeps.
# once: sleep
# shellcheck disable=SC2016
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

dropin=/run/systemd/system/systemd-suspend.service.d
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
goes_on() { wait_for 20 moved "$1" "$(ticks "$1")"; }
moved() { [ "$(ticks "$1")" != "$2" ]; }
# How often the kernel has slept, of which no clock has to be believed.
slept() { cat /sys/power/suspend_stats/success; }
over() { [ "$(slept)" -gt "$1" ] && [ "$(systemctl is-active systemd-suspend)" = inactive ]; }

# spins USER: a service of the user's manager that never rests; sets spinner.
spins() {
	on "$1" 'systemd-run --user --quiet --unit=spin perl -e "select undef, undef, undef, 0.002 while 1"'
	wait_for 60 pgrep -u "$1" -x perl >/dev/null
	spinner=$(pgrep -u "$1" -x perl)
}

# The alarm is set when all is ready for the sleep: long enough for a slow machine to be asleep by then.
suspend() {
	local before
	before=$(slept)
	mkdir -p "$dropin"
	printf '[Service]\nExecStartPre=/usr/sbin/rtcwake --mode no --seconds 12\n' >"$dropin/alarm.conf"
	systemctl daemon-reload
	is_ok "suspend: the machine is sent to sleep" systemctl suspend
	is_ok "suspend: it has slept and is awake" wait_for 180 over "$before"
	rm -r "$dropin"
	systemctl daemon-reload
}

hold bob 7642 || exit 0
spins bob
frozen=$spinner
hold alice 7641 || exit 0
spins alice
keeper=$(keeper_of "$room")
isnt "suspend: before it, the session's room has a keeper" "$keeper" ""
on alice 'echo here >/tmp/marker'
like "suspend: before it, bob's room is frozen" "$(roomctl freeze bob 2>&1)" "room * stands still (processes [1-9]*"
stood=$(ticks "$frozen")
suspend
is "suspend: the session's client is connected" "$(gone "$held" && echo gone)" ""
in_room "suspend: the session is in its room" "$pid" "$room"
is "suspend: its keeper is the same" "$(keeper_of "$room")" "$keeper"
is_ok "suspend: a user's service goes on" goes_on "$spinner"
is "suspend: a login comes into the same room" "$(on alice 'cat /tmp/marker; readlink /proc/self/ns/mnt' 2>&1 | xargs)" \
	"here ${room%% *}"
is "suspend: what was frozen stands still" "$(ticks "$frozen")" "$stood"
like "suspend: and its session is where it was put" "$(cgroup_of "$(find_sleeper 7642)")" "*/session-*.scope/pam_room-frozen-*"
like "suspend: a login into it is told" "$(on bob echo in 2>&1)" "*an administrator has frozen *"
is_ok "suspend: thaw" roomctl thaw bob
is_ok "suspend: then it goes on" goes_on "$frozen"
is "suspend: and bob logs in" "$(on bob echo in)" in
on alice 'systemctl --user stop spin'
on bob 'systemctl --user stop spin'
leave 7641 7642
