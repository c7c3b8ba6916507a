#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# However something ends, by itself or by kill -9, what is left is a whole room or nothing.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# login_processes PID: sshd's processes of the session that this process belongs to, the root one included.
login_processes() {
	local one=$1 line
	while [ "${one:-1}" -gt 1 ]; do
		one=$(parent "$one")
		line=$(tr '\0' ' ' <"/proc/$one/cmdline")
		case $line in *listener*) ;; "sshd: "* | "sshd-session: "*) echo "$one" ;; esac
	done
}

# kill_login PID: all at once, as if the machine's power were theirs alone.
kill_login() {
	local all
	all=$(login_processes "$1")
	[ "$(wc -w <<<"$all")" -ge 1 ] || { not_ok "sshd has processes to kill"; all=$held; }
	# shellcheck disable=SC2086
	kill -KILL $all
}

no_keeper() { ! grep -qxF "$1" <<<"$(keepers)"; }

no_rooms() { [ -z "$(rooms)" ]; }

login_killed() {
	local keeper
	as alice 'nohup sleep 7301 >/dev/null 2>&1 &'
	hold alice 7302 || return
	keeper=$(keeper_of "$room")
	isnt "alice has a keeper" "$keeper" ""
	kill_login "$pid"
	wait
	is_ok "kill -9 of the login process: work in the background goes on" find_sleeper 7301
	in_room "kill -9 of the login process: in the same room" "$(find_sleeper 7301)" "$room"
	hold alice 7303 || return
	in_room "the next login finds the room" "$pid" "$(walls "$(find_sleeper 7301)")"
	end_sleepers 7302 7303
	wait
	sleep 3
	is_ok "the last logout leaves the room to its processes" find_sleeper 7301
	end_sleepers 7301
	is_ok "the room ends with its last process" wait_for 10 no_keeper "${keeper:-none}"
	is_ok "and leaves the registry" wait_for 5 no_rooms
}

# asleep USER LENGTH: a login that leaves a sleeper behind, which runs before it ends.
asleep() {
	as "$1" "nohup setsid sleep $2 >/dev/null 2>&1 & until grep -qx sleep /proc/\$!/comm; do sleep 0.01; done"
}

brief_room() {
	asleep carol 7304
	is_ok "linger none: the last logout ends everything" wait_for 5 no_sleeper 7304
	asleep alice 7305
	sleep 5
	is_ok "linger processes: the same stays" find_sleeper 7305
	end_sleepers 7305
	hold carol 7306 || return
	asleep carol 7307
	sleep 3
	is_ok "linger none: another logout ends nothing" find_sleeper 7307
	kill_login "$pid"
	wait
	is_ok "linger none: kill -9 of the last login process ends everything" wait_for 5 no_sleeper 7307
	is_ok "linger none: nobody is left in the room" wait_for 5 no_members "$room"
}

# A duration counts from the last logout, and a login in between begins it anew.
patient_room() {
	policy <<-'END'
		version = 1;
		rooms: { patient: { linger = "12s"; }; };
		assign: ( { user = "carol"; room = "patient"; } );
	END
	asleep carol 7320
	sleep 7
	is "linger of a duration: the same room until then" "$(as carol readlink /proc/self/ns/pid)" \
		"$(readlink "/proc/$(find_sleeper 7320)/ns/pid")"
	sleep 7
	is_ok "linger of a duration: a login begins it anew" find_sleeper 7320
	is_ok "linger of a duration: then all of it ends" wait_for 12 no_sleeper 7320
	as carol 'echo kept >/tmp/kept'
	sleep 2
	is "linger of a duration: without a process the room stays too" "$(as carol cat /tmp/kept)" kept
	is_ok "linger of a duration: and ends" wait_for 20 no_keepers
	usual_policy
}

no_keepers() { [ -z "$(keepers)" ]; }

keeper_killed() {
	local keeper before
	hold bob 7308 || return
	before=$room
	as bob 'nohup setsid sleep 7309 >/dev/null 2>&1 &'
	keeper=$(keeper_of "$room")
	isnt "bob has a keeper" "$keeper" ""
	[ -z "$keeper" ] || kill -KILL "$keeper"
	is_ok "kill -9 of the keeper: everything in the room is gone" wait_for 5 no_members "$before"
	is_ok "kill -9 of the keeper: its sleepers too" wait_for 1 no_sleeper '730[89]'
	end_sleepers 7308 7309
	wait
	hold bob 7310 || return
	differs_in_all "the next login has a room" "$pid"
	# The kernel gives the numbers of dead namespaces out again: a new room is told by its keeper.
	isnt "which is a new one" "$(keeper_of "$room")" "$keeper"
	end_sleepers 7310
	wait
}

# SIGTERM ends a room when it comes from outside; what uid 0 inside sends is not even noticed.
keeper_told() {
	local keeper
	hold alice 7313 || return
	keeper=$(keeper_of "$room")
	is "uid 0 inside may send the keeper SIGTERM" "$(as alice 'sudo -n kill -TERM 1 && echo sent' 2>&1)" sent
	sleep 4
	is "SIGTERM from inside: the room goes on" "$(walls "$(find_sleeper 7313)")" "$room"
	is_ok "SIGTERM from inside: the keeper keeps the room" as alice true
	kill -TERM "${keeper:-none}" 2>/dev/null || not_ok "alice has a keeper to tell"
	is_ok "SIGTERM from outside: everything in the room ends" wait_for 6 no_members "$room"
	is_ok "SIGTERM from outside: the registry is empty" wait_for 3 no_rooms
	end_sleepers 7313
	wait
	is "the next login has a room again" "$(as alice echo in 2>&1)" in
}

# A stopped keeper cannot answer: logins end with a reason, and soon.
keeper_stopped() {
	local keeper status=0 begun=$SECONDS
	hold bob 7311 || return
	keeper=$(keeper_of "$room")
	kill -STOP "${keeper:-none}" 2>/dev/null || not_ok "bob has a keeper to stop"
	timeout 20 ssh -n "${ssh_options[@]}" bob@127.0.0.1 true >"$STAGE/stopped" 2>&1 || status=$?
	isnt "a stopped keeper: the login is refused" "$status" 0
	isnt "a stopped keeper: not by the test's patience" "$status" 124
	is "a stopped keeper: one line says why" "$(wc -l <"$STAGE/stopped")" 1
	note "refused after $((SECONDS - begun)) s: $(cat "$STAGE/stopped")"
	kill -CONT "${keeper:-none}" 2>/dev/null
	is "and once it goes on, logins do" "$(as bob echo in 2>&1)" in
	end_sleepers 7311
	wait
}

# helpers_get SIGNAL [MOST]: helpers do, as long as the file is there, each at another moment of its life. They live for some milliseconds, so
# this one looks without a pause; many rules make it a few more.
helpers_get() {
	# shellcheck disable=SC2016
	perl -MTime::HiRes=usleep -e '
		my ($hit, %seen) = (0);
		sub comm { open(my $file, "<", "/proc/$_[0]/comm") or return ""; <$file> // "" }
		while (-e $ARGV[0] && $hit < $ARGV[2]) {
			opendir(my $dir, "/proc") or die;
			for my $pid (grep { /^\d+$/ && !$seen{$_}++ } readdir $dir) {
				my ($comm, $tries) = ("", 0);
				# Between clone and exec it still has the name of its parent.
				do { $comm = comm($pid) } while ($comm =~ /^sshd/ && $tries++ < 200);
				next if $comm ne "room-helper\n";
				usleep(rand 20000);
				# A child of the helper is the keeper by now: a session of that room would end in its middle.
				$hit++ if comm($pid) eq "room-helper\n" && kill $ARGV[1] => $pid;
			}
		}
		print "$hit\n"' "$STAGE/killing" "$1" "${2-9999}" >"$STAGE/killed"
}

# one_try N: a login that tells its namespaces. The kernel tells them to it, so it can be asked.
one_try() {
	local status=0
	as alice 'readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts' \
		>"$STAGE/try.$1" 2>"$STAGE/try.$1.err" || status=$?
	echo "$status" >"$STAGE/try.$1.status"
}

judge_tries() {
	local n inside=0 refused=0 wrong='' status text
	for n in $(seq 30); do
		status=$(cat "$STAGE/try.$n.status")
		text=$(cat "$STAGE/try.$n")
		if [ "$status" -eq 0 ] && [ "$(sort -u <<<"$text" | wc -l)" -eq 4 ] &&
			! grep -qF "$(outside | tr ' ' '\n')" <<<"$text"; then
			inside=$((inside + 1))
		elif [ "$status" -ne 0 ] && ! grep -q '^mnt:' <<<"$text"; then
			refused=$((refused + 1))
		else
			wrong="${wrong}[$n: $status $text]"
		fi
	done
	is "each login was wholly inside or refused" "$wrong" ""
	note "$inside inside, $refused refused, $(cat "$STAGE/killed") helpers killed"
	isnt "helpers were killed at all" "$(cat "$STAGE/killed")" 0
}

# The usual policy, said at length.
long_policy() {
	policy < <(
		echo 'version = 1; rooms: { admin: { walls = "brick"; setuid = [ "/usr/bin/sudo", "/usr/bin/passwd" ]; }; };'
		echo 'assign: ('
		seq 5000 | sed 's/.*/  { user = "user&"; service = "sshd"; room = "admin"; },/'
		echo '  { user = "alice"; room = "admin"; } );'
	)
}

helpers_killed() {
	local n
	long_policy
	touch "$STAGE/killing"
	helpers_get KILL &
	for n in $(seq 30); do
		one_try "$n" &
		[ $((n % 5)) -ne 0 ] || sleep 1
	done
	wait_for 60 tries_done
	rm -f "$STAGE/killing"
	wait
	usual_policy
	judge_tries
	hold alice 7312 || return
	differs_in_all "a login after that" "$pid"
	is "exactly one keeper is alive" "$(keepers | wc -l)" 1
	is "no helper is left" "$(pgrep -c -x room-helper)" 0
	is "the registry holds only the living room" "$(rooms | wc -l)" 1
	end_sleepers 7312
	wait
}

# One that stands still answers nobody: the login ends with a reason, and it with the login. The room lives, so a helper
# has no keeper to make, which would be stopped in its place. They live for milliseconds: not each is met.
helper_stopped() {
	local n killer status begun
	hold alice 7313 || return
	long_policy
	touch "$STAGE/killing"
	: >"$STAGE/killed"
	helpers_get STOP 1 &
	killer=$!
	for n in {1..40}; do
		status=0 begun=$SECONDS
		timeout 30 ssh -n "${ssh_options[@]}" alice@127.0.0.1 echo inside >"$STAGE/stopped" 2>&1 || status=$?
		[ -s "$STAGE/killed" ] || continue
		[ "$status" -eq 0 ] || break
		# It had answered already.
		wait "$killer"
		: >"$STAGE/killed"
		pgrep -x room-helper | xargs -r kill -KILL 2>/dev/null
		helpers_get STOP 1 &
		killer=$!
	done
	is "a stopped helper: root logs in" "$(as root echo in 2>&1)" in
	rm -f "$STAGE/killing"
	wait "$killer"
	usual_policy
	is "a stopped helper: one was" "$(cat "$STAGE/killed")" 1
	is "a stopped helper: the login is refused" "$((status != 0)), $(grep -c '^inside$' "$STAGE/stopped")" "1, 0"
	isnt "a stopped helper: not by the test's patience" "$status" 124
	is "a stopped helper: one line says why" "$(wc -l <"$STAGE/stopped")" 1
	note "login $n is refused after $((SECONDS - begun)) s: $(cat "$STAGE/stopped")"
	is_ok "a stopped helper: it ends with the login" wait_for 10 no_helper
	is "a stopped helper: the next login is in" "$(as alice echo in 2>&1)" in
	end_sleepers 7313
	wait
}

no_helper() { ! pgrep -x room-helper >/dev/null; }

tries_done() { [ "$(find "$STAGE" -name 'try.*.status' | wc -l)" -eq 30 ]; }

begin
login_killed
finish "dead logins"
brief_room
finish "brief rooms"
patient_room
finish "patient rooms"
keeper_killed
keeper_told
keeper_stopped
finish "dead keepers"
helpers_killed
finish "dead helpers"
helper_stopped
finish "a stopped helper"
