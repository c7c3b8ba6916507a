#!/bin/bash
# The keeper: one for each room, apart from all sessions, without power, and the end of the room when it ends.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

the_keeper() {
	# The link's text is that of a mount which is attached nowhere; the file behind it tells.
	is_ok "keeper: the program" cmp "/proc/$1/exe" /usr/libexec/pam_room/room-keeper
	is "keeper: the host's root" "$(field "$1" Uid | cut -f1)" 0
	is "keeper: no capability" "$(field "$1" CapPrm) $(field "$1" CapEff)" "0000000000000000 0000000000000000"
	is "keeper: a filter of its own" "$(field "$1" Seccomp)" 2
	like "keeper: a scope of its own" "$(cgroup_of "$1")" "/system.slice/pam_room-*.scope"
}

hold alice 7601 || exit 0
alice_client=$held alice_room=$room
hold bob 7602 || exit 0
bob_room=$room
keeper=$(keeper_of "$alice_room")
if [ -z "$keeper" ]; then
	not_ok "keeper: process 1 of the room"
	leave 7601 7602
	exit 0
fi
the_keeper "$keeper"
is "keeper: one for each room" "$(pgrep -x room-keeper | wc -l)" 2
isnt "keeper: two rooms, two scopes" "$(cgroup_of "$keeper")" "$(cgroup_of "$(keeper_of "$bob_room")")"

in_room "kill -9: the manager was in the room" "$(manager_of alice)" "$alice_room"
kill -9 "$keeper"
is_ok "kill -9 of the keeper ends every process of the room" wait_for 5 no_members "$alice_room"
is "kill -9: the user's manager is gone" "$(wait_for 5 no_manager alice; manager_of alice)" ""
is_ok "kill -9: the ssh client's session ended" wait_for 10 gone "$alice_client"
is "kill -9: another room is untouched" "$(walls "$(find_sleeper 7602)")" "$bob_room"

hold alice 7603 || exit 0
differs_in_all "kill -9: the next login has a room" "$pid"
# The kernel gives the numbers of dead namespaces out again: a new room is told by its keeper.
isnt "kill -9: it is a new one" "$(keeper_of "$room")" "$keeper"
wait_for 30 manager_of alice >/dev/null
in_room "kill -9: the manager comes back in it" "$(manager_of alice)" "$room"
is "kill -9: and works" "$(on alice systemd-run --user --wait --pipe --quiet echo yes 2>&1)" yes

# The process that looks after the manager from outside is the user's own: he may kill it, and all of it goes.
on alice systemd-run --user --quiet sleep 7604
in_room "kill -9 of the supervisor: a unit was in the room" "$(sleeper 7604)" "$room"
service=user@$(id -u alice).service
kill -9 "$(systemctl show --property MainPID --value "$service")"
is_ok "kill -9 of the supervisor: the manager is gone" wait_for 20 no_manager alice
is_ok "kill -9 of the supervisor: its units too" wait_for 20 no_sleeper 7604
is "kill -9 of the supervisor: the session stays where it was" "$(walls "$(find_sleeper 7603)")" "$room"
systemctl reset-failed "$service"
is_ok "kill -9 of the supervisor: the manager starts again" systemctl start "$service"
in_room "kill -9 of the supervisor: in the room" "$(manager_of alice)" "$room"
leave 7602 7603
