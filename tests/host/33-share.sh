#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Who shares a room: one user's sessions, a whole group, or each session alone.
# shellcheck disable=SC2016
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

pid_ns() { readlink "/proc/$1/ns/pid"; }

no_rooms() { [ -z "$(rooms)" ]; }

sessions() {
	local first second keeper
	policy <<-'END'
		version = 1;
		rooms: { cell: { share = "session"; linger = "none"; }; };
		assign: ( { user = "carol"; room = "cell"; } );
	END
	hold carol 7331 || return
	first=$pid
	hold carol 7332 || return
	second=$pid
	differs_in_all "sessions: the first has a room" "$first"
	differs_in_all "sessions: the second has a room" "$second"
	isnt "sessions: another one" "$(pid_ns "$first")" "$(pid_ns "$second")"
	is "sessions: two keepers" "$(keepers | wc -l)" 2
	is "sessions: they are listed" "$(roomctl list --json | grep -c '"room": "cell"')" 2
	touch "/proc/$first/root/tmp/mine"
	is "sessions: /tmp is each one's own" "$(ls "/proc/$second/root/tmp")" ""
	is "sessions: they see no process of each other" \
		"$(nsenter -t "$second" -m -p -S "$(id -u carol)" pgrep -cx -f "sleep 7331")" 0
	is "sessions: their rooms are not strays to each other" "$(log_of_strays)" ""
	keeper=$(keeper_of "$(walls "$first")")
	kill -9 "$keeper"
	wait_for 10 no_sleeper 7331
	is "sessions: the other lives" "$(find_sleeper 7332)" "$second"
	is "sessions: what a killed one left is there" "$(rooms | wc -l)" 2
	hold carol 7333 || return
	is "sessions: the next one takes it away" "$(rooms | wc -l)" 2
	end_sleepers 7332 7333
	wait
	is_ok "sessions: each ends with its login" wait_for 10 no_rooms
	usual_policy
}

log_of_strays() { grep 'run outside' "$STAGE/syslog" | grep carol; }

group() {
	local one keeper
	# A file system of its own, which is a mount in every view without being the room's cover.
	mkdir -p /elsewhere
	mount -t tmpfs none /elsewhere
	useradd -m -d /elsewhere/frank frank
	mkdir -p /home/staff
	useradd -m -d /home/staff/gina -s /bin/bash gina
	policy <<-'END'
		version = 1;
		rooms: { lab: { share = "group"; }; };
		assign: ( { user = [ "alice", "bob", "frank", "gina" ]; room = "lab"; }, { user = "carol"; room = "brick"; } );
	END
	hold alice 7334 || return
	one=$pid
	is "group: the first sees one home" "$(as alice ls /home)" alice
	hold bob 7335 || return
	is "group: the second is in the same room" "$(walls "$pid")" "$(walls "$one")"
	differs_in_all "group: which is a room" "$pid"
	is "group: one keeper" "$(keepers | wc -l)" 1
	is "group: they see the homes of its members, and no other" "$(as alice ls /home | xargs)" "alice bob"
	is "group: each writes to the own one" "$(as bob 'touch ~/here && ls ~/here')" /home/bob/here
	is "group: it is the host's" "$(ls /home/bob/here)" /home/bob/here
	is "group: and not to another's" "$(as bob 'touch /home/alice/here 2>&1 | grep -o denied')" denied
	is "group: nor beside them" "$(as bob 'mkdir /home/other 2>&1 | grep -o "Read-only"')" Read-only
	is "group: they see each other's processes" "$(as bob pgrep -cx -f "'sleep 7334'")" 1
	is "group: and signal none" "$(as bob 'kill $(pgrep -x -f "sleep 7334") 2>&1 | grep -o "not permitted"')" "not permitted"
	as alice 'umask 077; echo a >/tmp/of-alice; umask 022; echo b >/tmp/for-all'
	is "group: /tmp is shared" "$(as bob cat /tmp/for-all)" b
	is "group: by file permissions" "$(as bob cat /tmp/of-alice 2>/dev/null)" ""
	is "group: the room is nobody's in the list" "$(roomctl list | tail -n 1 | tr -s ' ' | cut -d' ' -f1-3)" "lab - 0"
	like "group: a home elsewhere, which this room would not hide: refused, and why" \
		"$(as frank true 2>&1)" "*this room has no homes in /elsewhere*"
	is "group: another user is elsewhere" "$(as carol ls /tmp)" ""
	is "group: a home further down: its member comes there" "$(as gina 'pwd; stat -c %a /home/staff' 2>&1 | xargs)" \
		"/home/staff/gina 755"
	keeper=$(keeper_of "$(walls "$one")")
	end_sleepers 7334
	sleep 1
	is "group: it lives while one is in it" "$(find_sleeper 7335)" "$pid"
	end_sleepers 7335
	wait
	is_ok "group: it ends with its last process" wait_for 10 no_keeper "$keeper"
	hold frank 7336 || return
	is "group: the first login decides where homes are" "$(as frank 'ls /elsewhere; ls /home')" frank
	hold alice 7337 || return
	is "group: /home is hidden always" "$(as frank 'ls /home')" alice
	end_sleepers 7336 7337
	wait
	userdel -rf frank >/dev/null 2>&1
	userdel -rf gina >/dev/null 2>&1
	rmdir /home/staff
	umount /elsewhere
	wait_for 10 no_rooms
	usual_policy
}

no_keeper() { [ ! -e "/proc/$1" ]; }

# The VM tests have a machine with controllers, and one with systemd, where such a room has no limits.
limits() {
	local said
	policy <<-'END'
		version = 1;
		rooms: { lab: { share = "group"; limits: { tasks = 100; }; }; };
		assign: ( { user = [ "alice", "bob" ]; room = "lab"; } );
	END
	said=$(as alice cat /proc/self/cgroup 2>&1)
	if grep -qsw pids /sys/fs/cgroup/cgroup.controllers; then
		like "limits: the members' control group is one" "$said" "*/pam_room/rooms/0.lab"
	else
		like "limits: refused without a controller, and why" "$said" "*no controller pids*"
	fi
	mkdir -p /run/systemd/system
	like "limits: refused where systemd runs, and why" "$(as bob true 2>&1)" "*has no limits where systemd runs*"
	if grep -qsw pids /sys/fs/cgroup/cgroup.controllers; then
		like "limits: check tells so" "$(roomctl check 2>&1)" "*the limits of room 'lab' cannot be set*where systemd runs*"
	fi
	rmdir /run/systemd/system
	wait_for 10 no_rooms
	usual_policy
}

begin
sessions
finish "sessions"
group
finish "group"
limits
finish "limits"
