#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Doors to what a user runs outside, each tried by dave, who is outside (it must work, or the trial proves nothing), and
# from rooms: by bob's at glass, alice's at brick, carol's at concrete. doc/doors.md must say what is seen.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

doc=$here/../../doc/doors.md
rows=0
outsiders=()

outsider() {
	local home=/home/$1
	DOOR=reached setpriv --reuid "$1" --regid "$1" --clear-groups perl "$here/door.pl" "$1" "$home" &
	outsiders+=($!)
	wait_for 10 test -s "$home/door.pid"
}

# attempt USER COMMAND: whether it was reached. In the command: PID is the process outside, NAME the user.
attempt() {
	local command=$2 said
	command=${command//PID/$(cat "/home/$1/door.pid")}
	command=${command//NAME/$1}
	rm -f "/home/$1/door.signal"
	said=$(as "$1" "$command" 2>&1 | tr -d "\0")
	case $said in *reached*) echo reached ;; *) echo "not reached" ;; esac
}

# door NUMBER NAME GLASS BRICK CONCRETE COMMAND: closed or open; the command prints "reached" when it comes through.
door() {
	local user states="$3 | $4 | $5" want
	is "$1 $2: outside it works" "$(attempt dave "$6")" reached
	for user in "bob $3" "alice $4" "carol $5"; do
		want="not reached"
		[ "${user#* }" = closed ] || want=reached
		is "$1 $2: ${user#* } for ${user% *}" "$(attempt "${user% *}" "$6")" "$want"
	done
	is_ok "$1 $2: doc/doors.md says so" grep -qF "| $1 | $2 | $states | host 22 |" "$doc"
	rows=$((rows + 1))
}

connect='perl -MSocket -e '\''socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0] =~ s/^@/\0/r)) or die $!; print scalar <S>'\'

begin
policy <<-'END'
	version = 1;
	rooms: {
	  some: { strays = "accept"; };
	  clear: { walls = "glass"; strays = "accept"; };
	  cell: { walls = "concrete"; strays = "accept"; linger = "processes"; };
	};
	assign: ( { user = "dave"; room = "outside"; }, { user = "alice"; room = "some"; },
	  { user = "bob"; room = "clear"; }, { user = "carol"; room = "cell"; } );
END
for one in alice bob carol dave; do
	outsider "$one"
done
for one in alice bob carol; do
	hold "$one" 7221 || exit 1
done

door D-13 "a multiplexer's socket in /tmp" closed closed closed "$connect /tmp/door-NAME"
door D-30 "an abstract socket" open open closed "$connect @door-NAME"
door D-31 "a socket in the home" open open open "$connect /home/NAME/door"
# shellcheck disable=SC2016
door D-32 "a port of the host's loopback" open open closed 'exec 3<>/dev/tcp/127.0.0.1/$(cat ~/door.port); head -n 1 <&3'
door D-33 "a signal" closed closed closed 'kill -USR1 PID; sleep 0.5; cat ~/door.signal'
door D-34 "ptrace" closed closed closed 'timeout 2 strace -p PID 2>&1 | grep -q attached && echo reached'
door D-34 "the environment in /proc" closed closed closed 'cat /proc/PID/environ'
door D-34 "the root in /proc" closed closed closed 'ls -d /proc/PID/root/. && echo reached'
door D-35 "shared memory by its key" closed closed closed \
	'perl -e '\''$id = shmget($<, 16, 0) // exit 1; shmread($id, $text, 0, 7); print $text'\'
door D-36 "a file in /dev/shm" closed closed closed 'cat /dev/shm/door-NAME'
door D-36 "a file in /tmp" closed closed closed 'cat /tmp/door-NAME.txt'
door D-38 "a lock on a file in the home" open open open 'flock -n ~/door.lock true || echo reached'
is "doc/doors.md names no other as tried here" "$(grep -c '| host 22 |$' "$doc")" "$rows"

end_sleepers 7221
kill "${outsiders[@]}"
wait "${outsiders[@]}"
usual_policy
finish "doors"
