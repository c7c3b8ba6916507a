#!/bin/bash
# Terminals in rooms are the host's: each session has its own, the host knows whose it is, and messages arrive.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# open USER LENGTH: a session with a terminal, which says what that is; its output goes to a file.
open() {
	timeout 120 ssh -tt "${ssh_options[@]}" "$1@localhost" "tty; exec sleep $2" \
		>"$TEST_RUN/terminal.$1" 2>&1 </dev/null &
	pid=$(sleeper "$2")
	terminal=$(head -n 1 "$TEST_RUN/terminal.$1" | tr -d '\r')
}

who_names() { who | grep -q "^$1\>"; }

told() { [ "$2" -ne 0 ] || who_names "$1"; }

# is_known NAME USER: to the host, as that user's.
is_known() {
	like "$1: it is one of the host's" "$terminal" '/dev/pts/[0-9]*'
	is "$1: the user's" "$(stat -c '%U %G' "$terminal" 2>&1)" "$2 tty"
	is "$1: the session's, seen from the host" "$(readlink "/proc/$pid/fd/0")" "$terminal"
	is_ok "$1: who names it" wait_for 10 who_names "$2"
	is "$1: messages are welcome (mesg)" "$(stat -c %a "$terminal" 2>&1)" 620
}

has_message() { grep -q "$1" "$TEST_RUN/terminal.$2"; }

open alice 7261
of_alice=$terminal
is_known "ssh, the first user's terminal" alice
open bob 7262
is_known "ssh, another user's terminal" bob
isnt "ssh: two users, two terminals" "$terminal" "$of_alice"
# Root is outside: where who(1) and wall(1) know no terminals of sshd's at all, they know none of a room's either.
of_bob=$terminal
open root 7263
who_names "root.*${terminal#/dev/}"
outside=$?
note "who: tells a terminal outside: $outside"
is_ok "who: tells alice's, where it tells one outside" told "alice.*${of_alice#/dev/}" "$outside"
is_ok "who: tells bob's, where it tells one outside" told "bob.*${of_bob#/dev/}" "$outside"
wall "the host goes down never" 2>/dev/null
wait_for 10 has_message 'goes down never' root
outside=$?
note "wall: reaches a terminal outside: $outside"
for user in alice bob; do
	wait_for 10 has_message 'goes down never' "$user"
	is_ok "wall: arrives at $user's, where it arrives outside" test "$?" -eq 0 -o "$outside" -ne 0
done
echo "from root" >"$of_alice"
is_ok "what root writes to a terminal arrives" wait_for 10 has_message 'from root' alice
# Where who(1) looks for the sessions' processes it finds none in a room; elsewhere it names both.
case $(on alice who) in "" | *alice*bob*) ok "who inside: names both, or nobody" ;; *) not_ok "who inside: names both, or nobody" ;; esac
terminal=$of_bob
isnt "bob's terminal is closed to alice" "$(on alice "echo x >$terminal && echo written")" written

# sudo, which may make one of its own, is 27-sudo.sh's.
for how in "su alice -c tty" "su - alice -c tty"; do
	knows_terminal "$how"
done
lines=$(script -q -c "tty; su alice -c tty" /dev/null </dev/null | tr -d '\r' | sort -u | wc -l)
is "su: it is the same" "$lines" 1
end_sleepers 7261 7262 7263
wait
