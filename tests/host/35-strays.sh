#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Processes of a user that run outside already when the room is made: refused or named, as the policy says, and never
# taken for what they call themselves.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

uid=$(id -u alice)

# strays_are WORD [KEYS]: what alice's room does with them.
strays_are() {
	policy <<-END
		version = 1;
		rooms: { some: { walls = "brick"; strays = "$1"; ${2-} }; };
		assign: ( { user = "alice"; room = "some"; } );
	END
}

# outsider COMMAND...: alice's, from nobody's session.
outsider() { setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@" & }

helper_said() {
	log_now >/dev/null
	sed -n "$(($1 + 1)),\$p" "$STAGE/syslog" | grep room-helper
}

no_room() { [ -z "$(rooms)" ]; }

# refused NAME PATTERN: alice's login is, in these words.
refused() {
	local said status=0
	said=$(as alice true 2>&1) || status=$?
	isnt "$1: refused" "$status" 0
	like "$1: which is told" "$said" "$2"
	is "$1: no room is left" "$(rooms)" ""
}

# in_with NAME PATTERN: alice gets in, and the helper's line is like that.
in_with() {
	local since
	since=$(log_now)
	hold alice 7351 || return
	differs_in_all "$1: in" "$pid"
	like "$1: the log" "$(helper_said "$since")" "$2"
	end_sleepers 7351
	wait_for 10 no_room
}

named() {
	outsider sleep 7352
	sleeper 7352 >/dev/null
	in_with "restart" "*room $uid.some was made, and of its user these run outside: * (sleep)"
	is_ok "restart: what is no manager goes on" find_sleeper 7352
	strays_are accept
	in_with "accept" "*room $uid.some was made, and of its user these run outside: * (sleep)"
	is_ok "accept: it goes on" find_sleeper 7352
	end_sleepers 7352
	in_with "accept, without strays" ""
}

refusal() {
	strays_are refuse
	outsider sleep 7353
	sleeper 7353 >/dev/null
	refused "refuse" "*look outside: these processes of the user run outside: * (sleep)*"
	is "refuse: root gets in" "$(as root echo in)" in
	strays_are refuse 'on_failure = "allow";'
	refused "refuse, on_failure = allow" "*look outside: these processes of the user run outside: * (sleep)*"
	strays_are refuse
	end_sleepers 7353
	in_with "refuse, without strays" ""
}

# Whatever it does to look otherwise.
disguises() {
	outsider bash -c 'exec -a "(sd-pam)" sleep 7354'
	outsider perl -e '$0 = "(sd-pam)"; open F, ">", "/proc/self/comm"; print F "(sd-pam)"; close F; sleep 7355'
	disguised=$!
	wait_for 5 grep -qxF '(sd-pam)' "/proc/$disguised/comm"
	refused "one that calls itself (sd-pam)" "*look outside*"
	like "one that calls itself (sd-pam): both are named" "$(as alice true 2>&1)" "*$disguised (?sd-pam?)*"
	kill "$disguised"
	pkill -x -f '\(sd-pam\) 7354'
	setpriv --reuid "$uid" --regid "$uid" --clear-groups unshare -Umpf --mount-proc sleep 7356 &
	sleeper 7356 >/dev/null
	refused "one with namespaces of its own" "*look outside*(sleep)*"
	# Process 1 of a pid namespace is ended by this signal only.
	pkill -KILL -x -f 'sleep 7356'
}

# In the group of the user manager's service, where systemd's own (sd-pam) is, beside a manager that is in the room.
in_the_managers_group() {
	local top group
	top=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	group=$top/pam_room-stage/user@$uid.service/init.scope
	is_ok "the manager's group: can be made here" mkdir -p "$group"
	outsider perl -e 'open F, ">", "/proc/self/comm"; print F "(sd-pam)"; close F; sleep 7359'
	disguised=$!
	wait_for 5 grep -qxF '(sd-pam)' "/proc/$disguised/comm"
	echo "$disguised" >"$group/cgroup.procs"
	like "the manager's group: it is there" "$(cat "/proc/$disguised/cgroup")" "*/user@$uid.service/init.scope*"
	refused "(sd-pam) in the manager's group, and not beside one inside" "*$disguised (?sd-pam?)*"
	kill "$disguised"
	wait "$disguised" 2>/dev/null
	wait_for 5 rmdir "$group"
	rmdir "${group%/*}" "$top/pam_room-stage"
}

# A room of another name is no outside.
rooms_of_two_names() {
	policy <<-'END'
		version = 1;
		rooms: { one: { strays = "refuse"; }; two: { strays = "refuse"; }; };
		assign: ( { user = "alice"; service = "sshd"; room = "one"; }, { user = "alice"; room = "two"; } );
	END
	hold alice 7358 || return
	is "two rooms: sshd's child is outside by no name" "$(su alice -c 'echo in' 2>&1)" in
	end_sleepers 7358
}

strays_are restart
named
refusal
disguises
in_the_managers_group
rooms_of_two_names
wait_for 10 no_room
usual_policy
