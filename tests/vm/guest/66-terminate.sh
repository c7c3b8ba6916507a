#!/bin/bash
# loginctl terminate-session as an administrator uses it: that session ends with all it started, the room and who else is in
# it stay, and the end of the last session is the end of the room.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

no_entry() { ! compgen -G "/run/pam_room/rooms/$1.*" >/dev/null; }
# session_of PID: logind's word for it, by the group it is in.
session_of() { cgroup_of "$1" | sed -n 's|.*/session-\([0-9a-z]*\)\.scope.*|\1|p'; }
no_session() { ! loginctl --no-legend list-sessions | awk '{ print $1 }' | grep -qx "$1"; }

one_of_many() {
	local first second keeper
	hold alice 7661 || return
	first=$(session_of "$pid") keeper=$(keeper_of "$room")
	hold alice 7662 || return
	second=$(session_of "$pid")
	like "terminate-session: two sessions" "$first $second" "[0-9c]* [0-9c]*"
	isnt "terminate-session: which are two" "$first" "$second"
	on alice 'systemd-run --user --quiet --unit=stays sleep 7663; nohup sleep 7664 >/dev/null 2>&1 &'
	in_room "terminate-session: before, a third has left a process" "$(sleeper 7664)" "$room"
	is_ok "terminate-session: the first" loginctl terminate-session "$first"
	is_ok "terminate-session: what it ran ends" wait_for 60 no_sleeper 7661
	is_ok "terminate-session: logind knows it no more" wait_for 60 no_session "$first"
	in_room "terminate-session: the other session is where it was" "$(find_sleeper 7662)" "$room"
	in_room "terminate-session: so is the manager's service" "$(find_sleeper 7663)" "$room"
	in_room "terminate-session: and what a third one left" "$(find_sleeper 7664)" "$room"
	is "terminate-session: the keeper is the same" "$(keeper_of "$room")" "$keeper"
	is "terminate-session: a login comes into that room" "$(on alice readlink /proc/self/ns/mnt)" "${room%% *}"
	# A session that has been logged out of is not ended by its name a second time, in a room or not: logind signals it.
	is_ok "kill-session: what the third one left" loginctl kill-session "$(session_of "$(find_sleeper 7664)")"
	is_ok "kill-session: that ends it" wait_for 60 no_sleeper 7664
	is_ok "terminate-session: the last one" loginctl terminate-session "$second"
	is_ok "terminate-session: with it the manager and its service end" wait_for 60 no_sleeper 7663
	is_ok "terminate-session: and the room" wait_for 60 no_members "$room"
	is_ok "terminate-session: which is registered no more" wait_for 10 no_entry "$(id -u alice)"
	wait
}

# carol's rooms end with the last login: a process that would outlive the session goes too.
without_linger() {
	hold carol 7665 || return
	on carol 'nohup setsid sleep 7666 >/dev/null 2>&1 &'
	in_room "terminate-session, linger none: a background process" "$(sleeper 7666)" "$room"
	is_ok "terminate-session, linger none: the session" loginctl terminate-session "$(session_of "$pid")"
	is_ok "terminate-session, linger none: the whole room ends" wait_for 60 no_members "$room"
	is_ok "terminate-session, linger none: with what was left in the background" wait_for 10 no_sleeper 7666
	wait
}

# What a shutdown does, in the order that is the worst: the keeper is told to end when those in its room have only just been
# asked, and one of them takes its time. (The whole of it: after-reboot.sh.)
going_down() {
	local unit
	ssh -n "${ssh_options[@]}" alice@localhost 'trap "" HUP; trap "sleep 3; echo asked >~/asked; exit" TERM; sleep 7667 & wait' \
		>/dev/null 2>&1 &
	pid=$(sleeper 7667)
	room=$(walls "${pid:-1}")
	differs_in_all "going down: somebody is in a room" "${pid:-1}"
	unit=$(cgroup_of "$(keeper_of "$room")")
	systemctl --no-block stop "user-$(id -u alice).slice"
	is_ok "going down: the keeper is stopped" systemctl stop "${unit##*/}"
	is "going down: who was in the room had time to end" "$(cat /home/alice/asked 2>&1)" asked
	is_ok "going down: then the room has ended" wait_for 20 no_members "$room"
	rm -f /home/alice/asked
	wait
}

loginctl terminate-user alice 2>/dev/null
wait_for 30 no_processes alice
one_of_many
without_linger
going_down
is "terminate-session: no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
