#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl freeze and thaw: what runs in a room stands still, nothing outside does, and nobody hangs at its door.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

tree=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)

# ticks PID: its processor time; goes_on PID [SECONDS]: one that is never idle, does it run?
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
goes_on() {
	local before
	before=$(ticks "$1")
	wait_for "${2-5}" moved "$1" "$before"
}
moved() { [ "$(ticks "$1")" != "$2" ]; }
left_groups() { find "$tree" -name 'pam_room-frozen-*' 2>/dev/null | wc -l; }
group_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

# spin USER: a process in the user's room that is never idle, its pid in spinner.
spin() {
	as "$1" "setsid perl -e '\$0 = \"spin-$1\"; 1 while 1' >/dev/null 2>&1 </dev/null &"
	wait_for 10 pgrep -u "$1" -f "^spin-$1" >/dev/null
	spinner=$(pgrep -u "$1" -f "^spin-$1")
}

freezes() {
	local monitor out begun
	hold alice 7101 || return
	spin alice
	monitor=$(parent "$(parent "$pid")")
	isnt "before: what runs goes on" "$(goes_on "$spinner" && echo yes)" ""
	out=$(roomctl freeze alice)
	is "freeze: yes" "$?" 0
	like "freeze: it says what happened" "$out" "room $(id -u alice).admin stands still (processes [1-9]*), and takes no login"
	is "freeze: nothing goes on" "$(goes_on "$spinner" 1 && echo it does)" ""
	is "freeze: every process of the room is in a frozen group, as the kernel tells" "$(for one in $(members "$room"); do
		[ "$one" = "$(keeper_of "$room")" ] || sed -n 's/^frozen //p' "$tree$(group_of "$one")/cgroup.events"
	done | sort -u)" 1
	is "freeze: the keeper is not" "$(group_of "$(keeper_of "$room")" | grep -c frozen)" 0
	is "freeze: the login program outside is not" "$(group_of "$monitor" | grep -c frozen)" 0
	like "freeze: list tells" "$(roomctl list | grep alice)" "* frozen"
	like "freeze: status tells" "$(roomctl status | grep alice)" "* frozen"
	begun=$SECONDS
	out=$(as alice echo inside 2>&1)
	isnt "freeze: a login is refused" "$?" 0
	like "freeze: and told why" "$out" "*this login is refused, enter room: an administrator has frozen $(id -u alice).admin*"
	is "freeze: without waiting" "$((SECONDS - begun < 6))" 1
	is "freeze: others log in" "$(as bob echo in 2>&1)" in
	is "freeze: and root" "$(as root echo in 2>&1)" in
	is_ok "freeze: again" roomctl freeze alice
	is "freeze: no more groups for that" "$(left_groups)" "$(for one in $(members "$room"); do group_of "$one"; done |
		grep frozen | sort -u | wc -l)"
	out=$(roomctl thaw alice --json)
	like "thaw: as JSON" "$out" "{\"key\": \"$(id -u alice).admin\", \"frozen\": false, \"processes\": [1-9]*, \"exit\": 0}"
	is "thaw: all goes on" "$(goes_on "$spinner" && echo yes)" yes
	is "thaw: no group is left" "$(left_groups)" 0
	is "thaw: list tells no more" "$(roomctl list | grep -c frozen)" 0
	is "thaw: logins enter" "$(as alice echo in)" in
	is "thaw: of what is not frozen" "$(roomctl thaw alice 2>&1; echo $?)" \
		"roomctl: thaw room: $(id -u alice).admin is not frozen"$'\n1'
	is "freeze: for root only" "$(setpriv --reuid dave --regid dave --clear-groups roomctl freeze alice 2>&1; echo $?)" \
		$'roomctl: only root may see the rooms\n3'
	is "freeze: wrong usage" "$(roomctl freeze 2>&1; echo $?)" "roomctl: freeze: which room, or whose?"$'\n2'
	kill "$spinner"
	end_sleepers 7101
	wait
}

# What a policy says of rooms that cannot be opened is not about rooms that are kept shut.
stays_shut() {
	policy <<-'END'
		version = 1;
		rooms: { a: { walls = "brick"; on_failure = "allow"; }; };
		assign: ( { user = "bob"; room = "a"; } );
	END
	hold bob 7102 || return
	roomctl freeze bob >/dev/null
	like "on_failure = allow: a frozen room's user is not let out" "$(as bob echo outside 2>&1)" \
		"*this login is refused, *frozen*"
	roomctl thaw bob >/dev/null
	end_sleepers 7102
	wait
}

# A process that is none of the room's, as if its number had been another's a moment ago.
strays_in() {
	local stray group
	hold bob 7108 || return
	is_ok "a stranger: freeze" roomctl freeze bob
	group=$tree$(group_of "$pid")
	perl -e '$0 = "spin-stranger"; 1 while 1' &
	stray=$!
	echo "$stray" >"$group/cgroup.procs"
	is "a stranger: in a frozen group it stands still" "$(goes_on "$stray" 1 && echo it does)" ""
	is_ok "a stranger: thaw" roomctl thaw bob
	is "a stranger: goes on with the room" "$(goes_on "$stray" && echo yes)" yes
	# One that stands still hears nothing else.
	kill -KILL "$stray"
	wait "$stray" 2>/dev/null
	is_ok "a stranger: its group is empty" wait_for 5 rmdir "$group"
	end_sleepers 7108
	wait
}

# Namespaces below the room's, and a process whose first thread has ended while another goes on (pthread_exit(3)).
hides() {
	local below threads forged
	policy <<<'version = 1; rooms: { g: { walls = "glass"; }; }; assign: ( { user = "bob"; room = "g"; } );'
	hold bob 7103 || return
	# shellcheck disable=SC2016
	as bob 'setsid unshare --user --map-root-user --pid --fork perl -e "\$0 = q(spin-below); 1 while 1" >/dev/null 2>&1 </dev/null &'
	as bob 'setsid /usr/local/lib/stage/headless >/dev/null 2>&1 </dev/null &'
	wait_for 10 pgrep -u bob -f '^spin-below' >/dev/null
	wait_for 10 pgrep -u bob -x headless >/dev/null
	below=$(pgrep -u bob -f '^spin-below')
	isnt "below: it is in a namespace of its own" "$(readlink "/proc/$below/ns/pid")" "$(readlink "/proc/$pid/ns/pid")"
	# A group of threads, which can have none of processes below it.
	threads=$tree/stage-threads
	mkdir -p "$threads/some" && echo threaded >"$threads/some/cgroup.type" && echo "$below" >"$threads/some/cgroup.procs"
	is "below: it is in a group of threads" "$(group_of "$below")" /stage-threads/some
	is_ok "below: freeze" roomctl freeze bob
	is "below: it stands still" "$(goes_on "$below" 1 && echo it does)" ""
	is "headless: a program without its first thread stands still" "$(goes_on "$(pgrep -u bob -x headless)" 1 && echo it does)" ""
	# What root brought in, in a group that the user made and named like the frozen ones.
	forged=$tree/stage-forged/$(basename "$(group_of "$pid")")
	mkdir -p "$forged" && chown bob "$forged" "$forged"/cgroup.*
	roomctl enter bob perl -e '$0 = "spin-forged"; 1 while 1' &
	wait_for 10 pgrep -f '^spin-forged' >/dev/null && pgrep -f '^spin-forged' >"$forged/cgroup.procs"
	is_ok "forged: freeze" roomctl freeze bob
	is "forged: a user's group of that name does not hold it off" "$(goes_on "$(pgrep -f '^spin-forged')" 1 && echo it does)" ""
	is_ok "below: thaw" roomctl thaw bob
	kill "$(pgrep -f '^spin-forged')"
	wait $!
	rmdir "$forged" "${forged%/*}"
	is "below: it goes on" "$(goes_on "$below" && echo yes)" yes
	is "headless: it goes on" "$(goes_on "$(pgrep -u bob -x headless)" && echo yes)" yes
	is_ok "kill: of a frozen room" roomctl freeze bob
	is_ok "kill: it ends" roomctl kill bob
	is "kill: with all that stood still" "$(pgrep -u bob -x headless; pgrep -f '^spin-below')" ""
	is "kill: and no group is left" "$(left_groups)" 0
	is "kill: the next login gets another room" "$(as bob echo in)" in
	wait
	rmdir "$threads/some" "$threads"
}

# A keeper that was killed leaves a mark, which is not the next room's.
mark_of_the_dead() {
	usual_policy
	hold bob 7104 || return
	roomctl freeze bob >/dev/null
	kill -KILL "$(keeper_of "$room")"
	wait_for 5 no_members "$room"
	is "a killed keeper: the next room is not frozen" "$(as bob echo in)" in
	find "$tree" -name 'pam_room-frozen-*' -exec rmdir {} + 2>/dev/null
	wait
}

begin
printf '%s\n' '#include <pthread.h>' '#include <stddef.h>' 'static void *spin(void *n) { for (;;) n = n; }' \
	'int main(void) { pthread_t t; pthread_create(&t, NULL, spin, NULL); pthread_exit(NULL); }' |
	gcc -x c -O0 -o /usr/local/lib/stage/headless - -lpthread || not_ok "headless compiles"
freezes
stays_shut
strays_in
hides
mark_of_the_dead
usual_policy
finish "roomctl freeze"
