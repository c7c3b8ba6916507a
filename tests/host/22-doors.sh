#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Doors to what a user runs outside, each tried by dave, who is outside (it must work, or the trial proves nothing), and
# by alice from her room. doc/doors.md says which are closed at brick and which are open: it must say what is seen.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

doc=$here/../../doc/doors.md
rows=0

outsider() {
	local home=/home/$1
	DOOR=reached setpriv --reuid "$1" --regid "$1" --clear-groups perl "$here/door.pl" "$1" "$home" &
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

# door NUMBER NAME STATE COMMAND: closed or open at brick; the command prints "reached" when it comes through.
door() {
	local want="not reached"
	[ "$3" = closed ] || want=reached
	is "$1 $2: outside it works" "$(attempt dave "$4")" reached
	is "$1 $2: $3 in the room" "$(attempt alice "$4")" "$want"
	is_ok "$1 $2: doc/doors.md says so" grep -qF "| $1 | $2 | $3 | host 22 |" "$doc"
	rows=$((rows + 1))
}

connect='perl -MSocket -e '\''socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0] =~ s/^@/\0/r)) or die $!; print scalar <S>'\'

policy <<-'END'
	version = 1;
	rooms: { some: { strays = "accept"; }; };
	assign: ( { user = "dave"; room = "outside"; }, { user = "alice"; room = "some"; } );
END
outsider alice
outsider dave
hold alice 7221 || exit 1

door D-13 "a multiplexer's socket in /tmp" closed "$connect /tmp/door-NAME"
door D-30 "an abstract socket" open "$connect @door-NAME"
door D-31 "a socket in the home" open "$connect /home/NAME/door"
# shellcheck disable=SC2016
door D-32 "a port of the host's loopback" open 'exec 3<>/dev/tcp/127.0.0.1/$(cat ~/door.port); head -n 1 <&3'
door D-33 "a signal" closed 'kill -USR1 PID; sleep 0.5; cat ~/door.signal'
door D-34 "ptrace" closed 'timeout 2 strace -p PID 2>&1 | grep -q attached && echo reached'
door D-34 "the environment in /proc" closed 'cat /proc/PID/environ'
door D-34 "the root in /proc" closed 'ls -d /proc/PID/root/. && echo reached'
door D-35 "shared memory by its key" closed \
	'perl -e '\''$id = shmget($<, 16, 0) // exit 1; shmread($id, $text, 0, 7); print $text'\'
door D-36 "a file in /dev/shm" closed 'cat /dev/shm/door-NAME'
door D-36 "a file in /tmp" closed 'cat /tmp/door-NAME.txt'
door D-38 "a lock on a file in the home" open 'flock -n ~/door.lock true || echo reached'
is "doc/doors.md names no other as tried here" "$(grep -c '| host 22 |$' "$doc")" "$rows"

end_sleepers 7221
kill "$(cat /home/alice/door.pid)" "$(cat /home/dave/door.pid)"
wait
usual_policy
