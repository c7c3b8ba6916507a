#!/bin/bash
# When rooms end: carol's with her last login (linger = "none"), the others' with their last process.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

room_entry() { compgen -G "/run/pam_room/rooms/$1.*" >/dev/null; }
no_entry() { ! room_entry "$1"; }

linger_none() {
	local last uid
	uid=$(id -u carol)
	hold carol 7701 || return
	is_ok "linger none: the room is registered" compgen -G "/run/pam_room/rooms/$uid.brief"
	hold carol 7702 || return
	on carol 'nohup sleep 7703 >/dev/null 2>&1 &'
	in_room "linger none: a background process is in the room" "$(sleeper 7703)" "$room"
	last=$(keeper_of "$room")
	end_sleepers 7701
	sleep 5
	in_room "linger none: it outlives a login that is not the last" "$(find_sleeper 7703)" "$room"
	leave 7702
	is_ok "linger none: nothing of the room is left 5 s after the last logout" wait_for 5 no_members "$room"
	is_ok "linger none: the room is not registered any more" wait_for 5 no_entry "$uid"
	is_ok "linger none: no process of the user is left" wait_for 20 no_processes carol
	hold carol 7704 || return
	differs_in_all "linger none: the next login has a room" "$pid"
	isnt "linger none: it is a new one" "$(keeper_of "$room")" "$last"
	leave 7704
}

linger_processes() {
	local before
	hold bob 7705 || return
	before=$room
	on bob 'nohup sleep 7706 >/dev/null 2>&1 &'
	leave 7705
	sleep 5
	in_room "linger processes: a background process outlives the logout" "$(find_sleeper 7706)" "$before"
	hold bob 7707 || return
	in_room "linger processes: the next login finds the room" "$pid" "$before"
	leave 7707
	end_sleepers 7706
	# logind lets the user's manager live for ten seconds more.
	is_ok "linger processes: the room ends with its last process" wait_for 40 no_members "$before"
	is_ok "linger processes: the room is not registered any more" wait_for 5 no_entry "$(id -u bob)"
}

linger_none
linger_processes
