# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What the tests share: TAP, waiting, logging in, and looking at processes from outside. Walls are read from the outer
# /proc, never from roomctl or the product's log: those are what is being tested. A test that is started by hand runs
# itself on the stage.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${ROOM_STAGE-}" ] || exec "$here/run" "$(basename "$0" .sh)"
# shellcheck source=stage.sh
. "$here/stage.sh"
stage_ssh_options
# shellcheck disable=SC2034
port=$(cat "$STAGE/port")

# --- results --------------------------------------------------------------------------------------------------------

note() { printf '# %s\n' "$@"; }
ok() { printf 'ok %s\n' "$1"; }

# not_ok NAME [DETAIL...]
not_ok() {
	printf 'not ok %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 25 | cut -c1-300 | sed 's/^/#   /'
}

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: $3"; fi
}

isnt() {
	if [ "$2" != "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: something else"; fi
}

# like NAME GOT PATTERN (of the shell)
like() {
	# shellcheck disable=SC2053
	if [[ $2 == $3 ]]; then ok "$1"; else not_ok "$1" "got:  $2" "like: $3"; fi
}

# is_ok NAME COMMAND...: ok when the command is. Its output is told when it is not.
is_ok() {
	local name=$1 out status=0
	shift
	out=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then ok "$name"; else not_ok "$name" "$* ended with $status" "$out"; fi
}

# --- waiting --------------------------------------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: until the command is true.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

gone() { [ ! -e "/proc/$1" ] || [ "$(field "$1" State | cut -c1)" = Z ]; }

# --- logging in -----------------------------------------------------------------------------------------------------

# as USER COMMAND...: over ssh, with an end to it; feed: with standard input.
as() { feed "$@" </dev/null; }

feed() {
	local user=$1
	shift
	timeout -k 5 60 ssh "${ssh_options[@]}" "$user@127.0.0.1" "$@"
}

# A sleeper is a `sleep` of a length no other has, by which it is found from outside.
find_sleeper() { pgrep -x -f "(/usr)?(/bin/)?sleep $1"; }
no_sleeper() { ! find_sleeper "$1" >/dev/null; }

# sleeper LENGTH: the pid of that sleeper, waited for; nothing and false when it does not come.
sleeper() {
	wait_for "${2-20}" find_sleeper "$1" >/dev/null || return 1
	find_sleeper "$1"
}

# end_sleepers LENGTH...: by their process ids.
end_sleepers() {
	local length pids
	for length in "$@"; do
		# shellcheck disable=SC2086
		pids=$(find_sleeper "$length") && kill $pids 2>/dev/null
	done
	return 0
}

# hold USER LENGTH: a session that stays as long as its sleeper does. Sets held (the client), pid (the sleeper) and room
# (the sleeper's namespaces); false when there is no session.
# shellcheck disable=SC2034
hold() {
	pid='' room=''
	ssh -n "${ssh_options[@]}" "$1@127.0.0.1" exec sleep "$2" >"$STAGE/held" 2>&1 &
	held=$!
	if ! pid=$(sleeper "$2"); then
		not_ok "a session of $1 starts" "$(cat "$STAGE/held")"
		return 1
	fi
	room=$(walls "$pid")
}

# --- looking from outside -------------------------------------------------------------------------------------------

# walls PID: the four namespaces that make a room, as they are seen from outside.
walls() {
	local ns
	ns=$(readlink /proc/"$1"/ns/{mnt,pid,ipc,uts} 2>/dev/null) || echo "no process $1"
	echo "${ns//$'\n'/ }"
}

# Of the stage, which stands for the host.
outside() { walls $$; }

# differs_in_all NAME PID: four namespaces that are all other ones than outside.
differs_in_all() {
	local kind same=
	for kind in mnt pid ipc uts; do
		[ -n "$(readlink "/proc/$2/ns/$kind")" ] || same="$same $kind(unknown)"
		[ "$(readlink "/proc/$2/ns/$kind")" != "$(readlink "/proc/$$/ns/$kind")" ] || same="$same $kind"
	done
	is "$1" "$same" ""
}

# in_room NAME PID ROOM: the process has the room's four namespaces, and the room is not the outside.
in_room() {
	if [ -z "$2" ]; then
		not_ok "$1" "there is no such process"
	elif [ -z "$3" ] || [ "$3" = "$(outside)" ]; then
		not_ok "$1" "there is no room: it is outside"
	else
		is "$1" "$(walls "$2")" "$3"
	fi
}

# field PID NAME: from /proc/PID/status.
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" 2>/dev/null; }

parent() { field "$1" PPid; }

# members ROOM: all processes in the pid namespace of these walls.
members() {
	local number
	number=$(sed -n 's/.*pid:\[\([0-9]*\)\].*/\1/p' <<<"$1")
	[ -z "$number" ] || [ "$1" = "$(outside)" ] ||
		find /proc/[0-9]*/ns -maxdepth 1 -name pid -lname "pid:\[$number\]" 2>/dev/null | cut -d/ -f3
}

no_members() { [ -z "$(members "$1")" ]; }

# keepers: every process that is number 1 of a pid namespace below this one.
keepers() {
	grep -lE '^NSpid:.*[0-9]	1$' /proc/[0-9]*/status 2>/dev/null | cut -d/ -f3 | while read -r one; do
		[ "$(readlink "/proc/$one/ns/pid")" = "$(readlink "/proc/$$/ns/pid")" ] || echo "$one"
	done
}

# keeper_of ROOM
keeper_of() {
	local one
	for one in $(keepers); do
		[ "$(walls "$one")" != "$1" ] || echo "$one"
	done
}

# strays USER ROOM: the user's processes that are not in the room.
strays() {
	local one
	[ "$2" != "$(outside)" ] || echo "there is no room"
	for one in $(pgrep -u "$1"); do
		[ "$(walls "$one")" = "$2" ] || [ ! -e "/proc/$one" ] ||
			echo "$one $(tr '\0' ' ' <"/proc/$one/cmdline") $(walls "$one")"
	done
}

rooms() { ls /run/pam_room/rooms 2>/dev/null; }

# --- the log --------------------------------------------------------------------------------------------------------

# tells NAME CODE PATTERN COMMAND...: it ends with that code and says that.
tells() {
	local name=$1 code=$2 pattern=$3 out status=0
	shift 3
	out=$("$@" 2>&1) || status=$?
	is "$name: exit $code" "$status" "$code"
	like "$name: it says so" "$out" "*$pattern*"
}

# log_since N: the product's lines since line N; what was sent before the call is there for sure.
log_now() {
	local mark
	mark="mark $$ $RANDOM$RANDOM"
	logger -t stage "$mark"
	wait_for 5 grep -q "$mark" "$STAGE/syslog"
	wc -l <"$STAGE/syslog"
}

log_since() {
	local now
	now=$(log_now)
	sed -n "$(($1 + 1)),${now}p" "$STAGE/syslog" | grep pam_room
}

# has_top NAME: false where roomctl top was not built, which is a skip of that name.
has_top() {
	roomctl top 2>&1 </dev/null | grep -q 'built without ncurses' || return 0
	echo "ok $1 # SKIP this build has no ncurses"
	return 1
}

# --- programs of tests/fault ------------------------------------------------------------------------------------------

manager=/usr/lib/systemd/systemd

# fault_begin: they are built, where a program in a room finds them and in the place of the user manager too. Rooms end
# with their last login.
fault_begin() {
	make -s -C "$ROOM_BUILD/tests/fault" check >"$STAGE/fault.log" 2>&1 &&
		install -m 755 "$ROOM_BUILD/tests/fault/enter" /usr/local/lib/stage/enter && mkdir -p "${manager%/*}" &&
		{ [ ! -e "$manager" ] || mv "$manager" "$manager.real"; } &&
		install -m 755 "$ROOM_BUILD/tests/fault/enter" "$manager" && policy <<-'END' && return
			version = 1;
			rooms: { fault: { walls = "brick"; linger = "none"; }; faultg: { walls = "glass"; linger = "none"; };
			         faultc: { walls = "concrete"; linger = "none"; }; };
			assign: ( { user = "faultg*"; room = "faultg"; }, { user = "faultc*"; room = "faultc"; },
			          { group = "nobodys-group"; room = "closed"; }, { uid = "1000-"; room = "fault"; } );
		END
	not_ok "the programs of tests/fault stand" "$(tail -n 20 "$STAGE/fault.log")"
	return 1
}

# fault_matrix WORD...: for tests/fault/matrix, whose tries have users of their own.
fault_matrix() {
	local n
	if [ "$(uname -m)" != x86_64 ]; then
		echo "ok the crash matrix # SKIP its injector knows the registers of x86-64"
		return
	fi
	for n in {fault,faultg,faultc}{1..4}; do useradd -m -s /bin/sh "$n"; done
	"$here/../fault/matrix" "$ROOM_BUILD/tests/fault" "$@" | grep -v '^1\.\.'
	for n in {fault,faultg,faultc}{1..4}; do userdel -r "$n" 2>/dev/null; done
}

fault_end() {
	rm -f "$manager"
	[ ! -e "$manager.real" ] || mv "$manager.real" "$manager"
	usual_policy
}

# --- between the tests ----------------------------------------------------------------------------------------------

people=(alice bob carol dave)

# policy: writes it from standard input.
policy() {
	mkdir -p /etc/pam_room/room.d
	chmod 755 /etc/pam_room /etc/pam_room/room.d
	rm -f /etc/pam_room/room.d/*
	install -m 644 /dev/stdin /etc/pam_room/room.conf
}

# alice may use sudo in her room, carol's ends with her last login; everybody else has what an empty policy gives.
usual_policy() {
	policy <<-'END'
		version = 1;
		rooms: {
		  brief: { walls = "brick"; linger = "none"; };
		  admin: { walls = "brick"; setuid = [ "/usr/bin/sudo", "/usr/bin/passwd" ]; };
		};
		assign: ( { user = "carol"; room = "brief"; }, { user = "alice"; room = "admin"; } );
	END
}

# What rooms could leave behind, a count a line.
counts() {
	echo "mounts $(wc -l </proc/self/mountinfo)"
	echo "namespaces $(lsns --noheadings --raw --output NS,TYPE | grep -cE ' (mnt|pid|ipc|uts|net|user|cgroup)$')"
	echo "registry $(find /run/pam_room -mindepth 1 ! -path /run/pam_room/rooms 2>/dev/null | wc -l)"
	echo "helpers $(pgrep -c -x 'room-[hln].*')"
}

everything_ended() {
	[ -z "$(rooms)$(keepers)" ] && ! pgrep -u "$(IFS=, && echo "${people[*]}")" >/dev/null &&
		[ "$(counts)" = "$(cat "$STAGE/counts")" ]
}

# begin: every file starts from the same state.
begin() {
	usual_policy
}

# finish NAME: everybody leaves, and nothing stays.
finish() {
	pkill -KILL -u "$(IFS=, && echo "${people[*]}")"
	wait_for 10 everything_ended
	is "$1: nothing is left when all have gone" "$(counts; rooms; keepers)" "$(cat "$STAGE/counts")"
	# What stays all the same must not disturb the next test.
	keepers | xargs -r kill -KILL
}
