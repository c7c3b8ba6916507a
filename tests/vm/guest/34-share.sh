#!/bin/bash
# Rooms that are shared otherwise: the user managers of a group's members are in the group's room, and one whose sessions
# are each alone has a room of its own. Why a room that a group shares has no limits where systemd runs.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

policy=/etc/pam_room/room.conf
no_rooms() { [ -z "$(ls /run/pam_room/rooms)" ]; }
everybody_out() {
	local user
	for user in alice bob carol; do
		loginctl terminate-user "$user" 2>/dev/null
		wait_for 30 no_processes "$user"
	done
	wait_for 90 no_rooms
}
unit_of() { on "$1" systemd-run --user --wait --pipe --quiet readlink /proc/self/ns/pid 2>&1; }

cp "$policy" "$TEST_RUN/room.conf"
everybody_out
cat >"$policy" <<-'END'
	version = 1;
	rooms: { lab: { share = "group"; }; cell: { share = "session"; }; };
	assign: ( { user = [ "alice", "bob" ]; room = "lab"; }, { user = "carol"; room = "cell"; } );
END
hold alice 7341 || exit 0
lab=$room
hold bob 7342 || exit 0
is "group: one room" "$room" "$lab"
is "group: one keeper" "$(pgrep -c -x room-keeper)" 1
for user in alice bob; do
	wait_for 60 manager_of "$user" >/dev/null
	in_room "group: the manager of $user is in it" "$(manager_of "$user")" "$lab"
	is "group: and so is what it starts" "$(unit_of "$user")" "$(readlink "/proc/$pid/ns/pid")"
	is "group: its unit failed not" "$(systemctl is-active "user@$(id -u "$user").service")" active
done
is "group: no process of theirs is outside" "$(strays alice "$lab")" ""
end_sleepers 7341
loginctl terminate-user alice
wait_for 30 no_processes alice
is "group: one of them goes, the other's manager works" "$(unit_of bob)" "$(readlink "/proc/$pid/ns/pid")"
in_room "group: who comes back is in it" "$(on alice 'sleep 7343 >/dev/null 2>&1 & disown'; sleeper 7343)" "$lab"
end_sleepers 7342 7343

hold carol 7344 || exit 0
one=$room
hold carol 7345 || exit 0
isnt "session: two rooms" "$room" "$one"
wait_for 60 manager_of carol >/dev/null
isnt "session: the manager is not outside" "$(walls "$(manager_of carol)")" "$(outside)"
isnt "session: nor in one of theirs" "$(walls "$(manager_of carol)")" "$one"
isnt "session: nor in the other" "$(walls "$(manager_of carol)")" "$room"
is "session: what it starts is with it" "$(unit_of carol)" "$(readlink "/proc/$(manager_of carol)/ns/pid")"
end_sleepers 7344 7345
everybody_out

# --- why a group has no limits here (40-limits.sh) ------------------------------------------------------------------
# Whatever slice a process of a user's is put into, systemd takes it out again at the user's word.
uid=$(id -u alice)
scope=/user.slice/user-probe.slice/probe.scope
systemd=(org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager)
is_moved() { [ "$(cgroup_of "$pid")" = "$scope" ]; }
hold alice 7346 || exit 0
wait_for 60 manager_of alice >/dev/null
busctl -q call "${systemd[@]}" StartTransientUnit 'ssa(sv)a(sa(sv))' probe.scope fail 2 \
	Slice s user-probe.slice PIDs au 1 "$pid" 0
is_ok "why: a process of alice's is put into another slice" wait_for 20 is_moved
on alice "busctl call ${systemd[*]} AttachProcessesToUnit ssau user@$uid.service /init.scope 1 $pid"
is "why: alice, in a room of brick, has it taken out" "$(cgroup_of "$pid")" "/user.slice/user-$uid.slice/user@$uid.service/init.scope"
end_sleepers 7346
everybody_out
is "nothing is left in the registry" "$(ls /run/pam_room/rooms)" ""
cp "$TEST_RUN/room.conf" "$policy"
