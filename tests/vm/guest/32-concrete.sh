#!/bin/bash
# A room at concrete has no user manager, and nothing fails for that. At glass all is as outside.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

policy=/etc/pam_room/room.conf
uid=$(id -u carol)
service=user@$uid.service
stopped() { [ "$(systemctl is-active "$service")" = inactive ]; }

loginctl terminate-user carol 2>/dev/null
wait_for 20 no_processes carol
cp "$policy" "$TEST_RUN/room.conf"
cat >"$policy" <<-'END'
	version = 1;
	assign: ( { user = "carol"; room = "concrete"; } );
END
(on carol exec sleep 7321 &)
one=$(sleeper 7321)
isnt "concrete: a session" "$one" ""
is "concrete: no capability, no_new_privs, a filter" \
	"$(field "${one:-1}" CapBnd) $(field "${one:-1}" NoNewPrivs) $(field "${one:-1}" Seccomp)" "0000000000000000 1 2"
is "concrete: the service is there" "$(systemctl is-active "$service")" active
is "concrete: and no manager" "$(pgrep -u carol -x systemd)" ""
is "concrete: its process is the helper, in the room, the user's, without power" \
	"$(cat "/proc/$(systemctl show -p MainPID --value "$service")/comm") $(
		readlink "/proc/$(systemctl show -p MainPID --value "$service")/ns/mnt") $(
		field "$(systemctl show -p MainPID --value "$service")" Uid | cut -f2) $(
		field "$(systemctl show -p MainPID --value "$service")" CapPrm)" \
	"room-helper $(readlink "/proc/${one:-1}/ns/mnt") $uid 0000000000000000"
is "concrete: no bus" "$(on carol 'systemctl --user status >/dev/null 2>&1; echo $?')" 1
end_sleepers 7321
wait_for 30 stopped
is "concrete: the last logout ends it" "$(systemctl is-active "$service")" inactive
is "concrete: the next login works" "$(on carol echo in)" in
wait_for 30 stopped

cat >"$policy" <<-'END'
	version = 1;
	assign: ( { user = "carol"; room = "glass"; } );
END
(on carol exec sleep 7322 &)
one=$(sleeper 7322)
is "glass: the manager runs a command" "$(on carol systemd-run --user --wait --pipe --quiet readlink /proc/self/ns/mnt 2>&1)" \
	"$(readlink "/proc/${one:-1}/ns/mnt")"
end_sleepers 7322
cp "$TEST_RUN/room.conf" "$policy"
loginctl terminate-user carol
is "nothing failed" "$(systemctl --failed --no-legend --plain | cut -d' ' -f1 | grep "@$uid")" ""
