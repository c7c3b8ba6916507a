#!/bin/bash
# A trial of roomctl enable where systemd runs: its timer undoes it, a boot undoes it, and a login that began since keeps
# it. The boot is the start of the unit that lets people in, which the drop-in hangs on.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

unwired() { [ "$(picture)" = "$bare" ]; }
wired() { grep -c '^session required pam_room.so$' /etc/pam.d/sshd; }
timer() { systemctl is-active pam_room-trial.timer; }
booted() { systemctl restart systemd-user-sessions.service; }
over() { journalctl -q -t roomctl | grep -q 'trial of pam_room was not confirmed: it is disabled again'; }

roomctl disable >/dev/null
bare=$(picture)

is_ok "trial: it begins" roomctl enable --trial 30s
is "trial: sshd is wired, a timer waits" "$(wired) $(timer)" "1 active"
is_ok "trial: the timer undoes it all" wait_for 120 unwired
is_ok "trial: the log says so" wait_for 30 over
is "trial: a login is outside" "$(on bob readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"

is_ok "boot: a trial" roomctl enable --trial 1h
is_ok "boot: the unit that lets people in starts" booted
is "boot: all is as it was" "$(picture)" "$bare"
is "boot: no timer waits" "$(timer)" inactive

# A session is tried for somebody whose manager runs outside.
on carol 'systemd-run --user --quiet sleep 7951'
pid=$(sleeper 7951)
echo 'assign: ( { user = "carol"; room = "brick"; } );' >/etc/pam_room/room.conf
like "confirm: a trial, with a session tried" "$(roomctl enable --trial 1h)" \
	"*tried: a session of carol by sshd, by *: it opens in a room*"
is "confirm: what carol runs outside goes on" "$(find_sleeper 7951)" "$pid"
end_sleepers 7951
cp /payload/guest/room.conf /etc/pam_room/room.conf
like "confirm: who is no new login may not" "$(roomctl confirm)" 'problem: *'
is "confirm: a new login may" "$(on root roomctl confirm | head -n 1)" "ok: confirmed: pam_room stays enabled"
is "confirm: no timer waits" "$(timer)" inactive
is_ok "confirm: the unit that lets people in starts" booted
is "confirm: sshd stays wired" "$(wired)" 1
