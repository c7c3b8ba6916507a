#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl on a machine where rooms live. What it says is compared with what the kernel says.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# json FILTER: a value of the list, by perl: the stage has no other parser for sure.
json() { roomctl --json list | perl -MJSON::PP -0777 -ne "my \$l = decode_json(\$_); print $1"; }

lists() {
	local keeper
	is "list: nobody is there" "$(roomctl list | wc -l)" 1
	is "list: nobody is there, as JSON" "$(roomctl --json list)" "[]"
	hold alice 7701 || return
	keeper=$(keeper_of "$room")
	hold carol 7702 || return
	is "list: a line for each room" "$(roomctl list | wc -l)" 3
	like "list: alice's room, its keeper as the kernel knows it" "$(roomctl list | grep alice)" \
		"admin *alice *$(id -u alice) *$keeper *20??-??-?? ??:??*"
	like "list: the rule that decided" "$(roomctl list | grep carol)" "brief *carol*room.conf:6"
	is "list: as JSON" "$(json 'join " ", map { "$_->{key} $_->{user} $_->{uid} $_->{living}" } @$l')" \
		"$(id -u alice).admin alice $(id -u alice) 1 $(id -u carol).brief carol $(id -u carol) 1"
	is "list: the keeper, as JSON" "$(json '$l->[0]{keeper}')" "$keeper"
	is "list: a user may not see the rooms" "$(setpriv --reuid dave --regid dave --clear-groups roomctl list 2>&1; echo $?)" \
		$'roomctl: only root may see the rooms\n3'
	like "list: nor can they be seen from inside" "$(as alice 'sudo -n /usr/sbin/roomctl list' 2>&1)" '*inside room*'
	kill -KILL "$keeper"
	wait_for 5 find_stale
	like "list: a room whose keeper was killed is told as what it is" "$(roomctl list | grep alice)" '* stale'
	is "list: as JSON" "$(json '$l->[0]{note}, $l->[0]{keeper} // " none"')" "stale none"
	is "list: the next login makes it anew" "$(as alice echo in)" in
	end_sleepers 7701 7702
	wait
}

find_stale() { roomctl list | grep -q stale; }

checks() {
	local out status=0
	out=$(roomctl check) || status=$?
	is "check: all is in order" "$status" 0
	is "check: and it says so line by line" "$(grep -Ev '^(ok|note): ' <<<"$out")" \
		"$(grep 'sudo: its members become administrators' <<<"$out")"
	like "check: a service without a file is led inside" "$out" '*ok: other: pam_room.so is the last session line*'
	is "check: no user manager is outside" "$(grep -c 'user manager' <<<"$out")" 0
	cp /bin/sleep "$STAGE/systemd"
	setpriv --reuid dave --regid dave --clear-groups "$STAGE/systemd" 7703 &
	until out=$(roomctl check | grep 'user manager') || ! kill -0 $!; do sleep 0.1; done
	like "check: one that is, is a door" "$out" "note: the user manager of uid $(id -u dave) (process $!) runs outside*"
	kill $!
	wait $!
	chmod 666 /etc/pam_room/room.conf
	status=0
	out=$(roomctl check) || status=$?
	is "check: a policy that everybody may write is a problem" "$status" 1
	like "check: by name" "$out" '*problem: *room.conf is writable by everybody*'
	chmod 644 /etc/pam_room/room.conf
	chmod 755 /usr/libexec/pam_room/room-helper
	status=0
	out=$(roomctl check) || status=$?
	is "check: a helper without its setuid bit is a problem" "$status" 1
	like "check: by name" "$out" '*problem: *room-helper has mode 0755*'
	chmod 4755 /usr/libexec/pam_room/room-helper
	printf 'rooms: { a: { wals = "brick"; }; };\nroms: 1' >"$STAGE/draft"
	chmod 644 "$STAGE/draft"
	chmod 755 "$STAGE"
	status=0
	out=$(cd "$STAGE" && setpriv --reuid dave --regid dave --clear-groups roomctl check draft 2>&1) || status=$?
	is "check: anybody may check a draft" "$status" 1
	is "check: every mistake of it is told, with its line" "$out" "problem: draft:1:15: unknown key 'wals': did you mean 'walls'?
problem: draft:2:1: unknown key 'roms': did you mean 'rooms'?"
}

# From a question to the line of the policy.
whys() {
	local out file=$STAGE/why.conf
	printf '%s\n' 'version = 1;' 'rooms: {' '  build: { walls = "brick";' '    limits: { memory = "1G"; };' \
		'    syscalls: { deny = [ "ptrace" ]; }; }; };' 'assign: ( { user = "dave"; room = "build"; } );' >"$file"
	chmod 644 "$file"
	chmod 755 "$STAGE"
	why() { roomctl explain dave --policy "$file" --why "$1" | tail -n +5 | tr -s ' '; }
	is "why: what the walls refuse, by the line that names them" "$(why 'make user namespaces')" \
		" It may not make user namespaces, and mount in them:
 user_namespaces = deny, as walls = brick, $file:3"
	is "why: what the policy says itself" "$(why "machine's memory")" \
		" It may not use all of the machine's memory:
 limits.memory = 1G, $file:4"
	is "why: a call that is denied" "$(why 'trace its')" " It may not trace its own programs:
 syscalls.deny = ptrace, $file:5"
	is "why: what every room refuses" "$(why TIOCSTI)" " It may not type into terminals (TIOCSTI):
 so it is in every room"
	out=$(why e)
	is "why: everything that is known has its key, and its place" "$(grep -c ' may ' <<<"$out") $(grep -vcE ' may |room.conf|why.conf|nothing else|every room' <<<"$out")" \
		"$(grep -cE ' = .*(why.conf:|nothing else)|every room' <<<"$out") 0"
	is "why: of nothing known" "$(roomctl explain dave --policy "$file" --why xyzzy 2>&1 >/dev/null; echo $?)" \
		"roomctl: --why: nothing that is known is called 'xyzzy'"$'\n3'
}

begin
lists
finish "roomctl list"
checks
whys
finish "roomctl check"
