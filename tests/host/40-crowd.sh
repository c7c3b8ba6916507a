#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Many first logins at once: all of them get in, into one room for each user.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# come N USER: a login that tells its namespaces (the kernel tells them to it) and stays a moment.
come() {
	local status=0
	as "$2" 'readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts | tr "\n" " "; echo; sleep 3' \
		>"$STAGE/crowd.$2.$1" 2>&1 || status=$?
	echo "$status" >"$STAGE/crowd-status.$2.$1"
}

crowd_is_in() { [ "$(cat "$STAGE"/crowd.*.* 2>/dev/null | wc -l)" -ge 50 ]; }

# crowd NAME USER...: 50 logins, of these users in turn. Sets keepers_then and rooms_then.
crowd() {
	local name=$1 n begun=$SECONDS
	shift
	local users=("$@")
	rm -f "$STAGE"/crowd*
	for n in $(seq 50); do
		come "$n" "${users[$((n % $#))]}" &
	done
	# While they are there: the last one's answer says that all are in.
	wait_for 60 crowd_is_in
	keepers_then=$(keepers | wc -l)
	rooms_then=$(rooms | wc -l)
	wait
	note "$name: $((SECONDS - begun)) s"
	is "$name: all 50 logins succeed" "$(cat "$STAGE"/crowd-status.* | sort | uniq -c | xargs)" "50 0"
}

# rooms_of USER: the different answers of that user's logins.
rooms_of() { sort -u "$STAGE/crowd.$1".*; }

of_one() {
	crowd "one user" alice
	is "one user: all in the same room" "$(rooms_of alice | wc -l)" 1
	isnt "one user: which is not the outside" "$(rooms_of alice | xargs)" "$(outside)"
	is "one user: one keeper" "$keepers_then" 1
	is "one user: one entry in the registry" "$rooms_then" 1
}

of_many() {
	local user
	crowd "four users" "${people[@]}"
	for user in "${people[@]}"; do
		is "four users: $user has one room" "$(rooms_of "$user" | wc -l)" 1
		isnt "four users: $user is not outside" "$(rooms_of "$user" | xargs)" "$(outside)"
	done
	is "four users: nobody's room is another's" "$(cat "$STAGE"/crowd.* | tr ' ' '\n' | grep . | sort -u | wc -l)" 16
}

no_keepers() { [ -z "$(keepers)" ]; }

# Everybody leaves and comes at the same time: the end of a room meets the next login.
in_and_out() {
	local n status
	rm -f "$STAGE"/crowd*
	for n in $(seq 40); do
		{
			status=0
			as carol true >"$STAGE/crowd.$n" 2>&1 || status=$?
			echo "$status" >"$STAGE/crowd-status.$n"
		} &
		sleep "0.$((RANDOM % 3))"
	done
	wait
	is "a room that ends with its last logout: 40 logins come and go" \
		"$(cat "$STAGE"/crowd-status.* | sort | uniq -c | xargs)" "40 0"
	cat "$STAGE"/crowd.[0-9]* | sort | uniq -c | sed 's/^/# /'
	is_ok "and then it is gone" wait_for 10 no_keepers
}

# take_all ROOM: all places that its keeper has, as one who logs in again and again would (lib/lease.h). Tells how many.
take_all() {
	# shellcheck disable=SC2016
	prlimit --nofile=4096 perl -MSocket -e '
		$SIG{PIPE} = "IGNORE";
		$| = 1;
		for (1 .. 2000) {
			my ($fd, $word);
			socket($fd, AF_UNIX, SOCK_SEQPACKET, 0) && connect($fd, sockaddr_un($ARGV[0])) or die "$!";
			send($fd, "\1\1\1", 0);
			last unless defined recv($fd, $word, 3, 0) && $word eq "\1\2\1";
			push @taken, $fd;
		}
		print scalar(@taken), "\n";
		sleep 1000' "/run/pam_room/rooms/$1/keeper" >"$STAGE/taken" 2>&1 &
	taker=$!
	wait_for 60 test -s "$STAGE/taken"
}

# A policy that lets out whoever cannot get in does not mean who has filled the room, or keeps it busy.
fills() {
	local taker
	policy <<-'END'
		version = 1;
		rooms: { full: { walls = "brick"; on_failure = "allow"; }; };
		assign: ( { user = "bob"; room = "full"; } );
	END
	hold bob 7406 || return
	take_all "$(id -u bob).full"
	like "a full room: it was filled" "$(cat "$STAGE/taken")" "9[0-9][0-9]"
	like "a full room: its user is refused" "$(as bob echo outside 2>&1)" \
		"*this login is refused, *it has no place for another login*"
	is "a full room: others log in" "$(as carol echo in)" in
	is "a full room: and root" "$(as root echo in)" in
	kill "$taker"
	wait "$taker" 2>/dev/null
	is "a full room: with a place again it is entered" "$(as bob readlink /proc/self/ns/pid)" "$(readlink "/proc/$pid/ns/pid")"
	flock "/run/pam_room/rooms/$(id -u bob).full" sleep 7407 &
	sleeper 7407 >/dev/null
	like "a busy room: its user is refused" "$(as bob echo outside 2>&1)" "*this login is refused, *is busy*"
	end_sleepers 7406 7407
	wait
	usual_policy
}

begin
of_one
finish "a crowd of one"
of_many
finish "a crowd of four"
in_and_out
finish "in and out"
fills
finish "a full room"
