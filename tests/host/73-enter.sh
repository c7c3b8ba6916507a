#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Root goes into living rooms, has them audited and ends them. What is seen of a process that came in this way must be
# what is seen of one that logged in.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

status_of() { grep -E '^(Uid|Gid|Groups|Cap[A-Z][a-z]*|NoNewPrivs|Seccomp|Seccomp_filters):' "/proc/$1/status" 2>/dev/null; }
core_limit() { grep '^Max core' "/proc/$1/limits" 2>/dev/null; }
as_dave() { setpriv --reuid dave --regid dave --clear-groups "$@" 2>&1; echo $?; }

enters() {
	local login inside
	hold alice 7301 || return
	login=$pid
	SECRET=1 roomctl enter alice sleep 7302 &
	inside=$(sleeper 7302) || not_ok "enter: a program runs"
	in_room "enter: it is in the room" "$inside" "$room"
	is "enter: it has the ids, capabilities and filters of a login" "$(status_of "$inside")" "$(status_of "$login")"
	isnt "enter: which were seen" "$(status_of "$login")" ""
	is "enter: and the core limit" "$(core_limit "$inside")" "$(core_limit "$login")"
	is "enter: nothing of root's environment" "$(tr '\0' '\n' <"/proc/$inside/environ" | cut -d= -f1 | sort | tr '\n' ' ')" \
		"HOME LOGNAME PATH SHELL TERM USER "
	is "enter: by the key" "$(roomctl enter "$(id -u alice).admin" id -un 9>/dev/null)" alice
	is "enter: by the room's name, which one user has" "$(roomctl enter admin id -un)" alice
	# shellcheck disable=SC2016
	is "enter: no descriptor of root's" "$(roomctl enter alice sh -c 'cd /proc/self/fd && echo *' 8</root 9</)" "0 1 2 3"
	is "enter: no directory of root's" "$(roomctl enter alice id </root 2>&1; echo $?)" \
		"roomctl: a directory as standard input, output or error would lead out of the room"$'\n2'
	is "enter: options are the command's" "$(roomctl enter alice echo --json --help -h)" "--json --help -h"
	is "enter: in the home" "$(roomctl enter alice pwd)" /home/alice
	like "enter: a shell of a login" "$(echo 'echo "$0 $(id -un)"' | roomctl enter alice)" "-bash alice"
	is "enter: the exit status" "$(roomctl enter alice sh -c 'exit 7'; echo $?)" 7
	is "enter: the signal" "$(roomctl enter alice sh -c 'kill -9 $$'; echo $?)" 137
	is "enter: a program that is not there" "$(roomctl enter alice nowhere 2>&1; echo $?)" \
		"roomctl: enter room: cannot run nowhere: No such file or directory"$'\n3'
	is "enter: no room" "$(roomctl enter dave id 2>&1; echo $?)" "roomctl: there is no living room of 'dave'; see roomctl list"$'\n1'
	is "enter: for root only" "$(as_dave roomctl enter alice id)" $'roomctl: only root may see the rooms\n3'
	like "enter: from outside only" "$(as alice 'sudo -n /usr/sbin/roomctl enter alice id' 2>&1)" '*inside room*'
	is "enter: wrong usage" "$(roomctl enter 2>&1; echo $?)" "roomctl: enter: which room, or whose?"$'\n2'
	end_sleepers 7301 7302
	wait
}

# A room that ends with its last login stays for who is in it in this way.
keeps() {
	local inside
	hold carol 7303 || return
	roomctl enter carol sleep 7304 &
	inside=$(sleeper 7304)
	end_sleepers 7303
	wait "$held"
	sleep 1
	in_room "enter: the room stays for it" "$inside" "$room"
	end_sleepers 7304
	wait
	is_ok "enter: and ends with it" wait_for 10 no_members "$room"
}

kills() {
	local keeper out status=0
	hold alice 7305 || return
	keeper=$(keeper_of "$room")
	out=$(roomctl kill alice) || status=$?
	is "kill: yes" "$status" 0
	like "kill: it says what happened" "$out" "room $(id -u alice).admin has ended, with all that ran in it, after *keeper $keeper*"
	is_ok "kill: the session has ended" gone "$pid"
	is_ok "kill: the keeper too" gone "$keeper"
	is "kill: the registry has no trace" "$(rooms)" ""
	is "kill: nobody is there any more" "$(roomctl kill alice 2>&1; echo $?)" "roomctl: there is no living room of 'alice'; see roomctl list"$'\n1'
	wait "$held"
	hold bob 7306 || return
	hold dave 7307 || return
	is "kill: a name that two rooms have is nobody's" "$(roomctl kill brick 2>&1; echo $?)" \
		"roomctl: 'brick' means more than one room: name it by its key, UID.ROOM"$'\n1'
	is_ok "kill: and both live" test "$(rooms | wc -l)" = 2
	is "kill: for root only" "$(as_dave roomctl kill dave)" $'roomctl: only root may see the rooms\n3'
	like "kill: as JSON" "$(roomctl kill "$(id -u bob).brick" --json)" "{\"key\": \"$(id -u bob).brick\", \"keeper\": *\"exit\": 0}"
	keeper=$(keeper_of "$room")
	kill -STOP "$keeper"
	status=0
	out=$(roomctl kill dave 2>&1) || status=$?
	is "kill: a keeper that does not answer is not proven, and not signalled" "$status" 3
	like "kill: and that is said" "$out" "roomctl: *"
	kill -CONT "$keeper"
	is_ok "kill: once it answers it ends" roomctl kill dave
	wait
}

audits() {
	hold alice 7308 || return
	as alice /usr/sbin/roomctl audit --lines | grep -vE '^(memory|tasks|cpu)	' | cut -f 1,2 >"$STAGE/own"
	roomctl audit --user alice --lines | cut -f 1,2 >"$STAGE/visit"
	isnt "audit --user: the audit answers" "$(wc -l <"$STAGE/own")" 0
	is "audit --user: what root asks is what the user asks" "$(grep -vE '^(memory|tasks|cpu)	' "$STAGE/visit")" "$(cat "$STAGE/own")"
	is "audit --user: the limits cannot be told" "$(grep -E '^(memory|tasks|cpu)	' "$STAGE/visit" | cut -f 2 | sort -u)" "cannot tell"
	like "audit --user: and why" "$(roomctl audit --user alice --lines | grep '^memory	')" \
		"*It cannot be told: @(without limits it has no control group of its own|there is no unified hierarchy of control groups)."
	is "audit --user: --fail-below" "$(roomctl audit --user alice --fail-below 9.9 >/dev/null; echo $?)" 1
	like "audit --user: --json" "$(roomctl audit --user alice --json)" "{\"user\": \"alice\", \"uid\": $(id -u alice), \"room\": \"$(id -u alice).admin\"*"
	roomctl audit --user alice --compare >"$STAGE/compare"
	like "audit --compare: user namespaces" "$(grep 'make user namespaces' "$STAGE/compare")" "* yes * no"
	like "audit --compare: processes" "$(grep 'see processes of others' "$STAGE/compare")" "* yes * no"
	like "audit --compare: the scores" "$(tail -n 1 "$STAGE/compare")" "score: outside [01].? of 10, inside [5-9].?"
	# shellcheck disable=SC2016
	is "audit --compare: as JSON" "$(roomctl audit --user alice --compare --json |
		perl -MJSON::PP -0777 -ne 'my $c = decode_json($_); print join " ", map { "$_->{outside} $_->{inside}" } grep { $_->{id} eq "userns" } @{$c->{rows}}')" "yes no"
	is "audit --compare wants a user" "$(roomctl audit --compare 2>&1; echo $?)" "roomctl: audit: --compare wants --user USER, and no other form"$'\n2'
	is "audit --user: for root only" "$(as_dave roomctl audit --user alice)" $'roomctl: only root may see the rooms\n3'
	end_sleepers 7308
	wait
}

begin
enters
keeps
finish "roomctl enter"
kills
finish "roomctl kill"
audits
finish "roomctl audit --user"
