#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What looking at many rooms costs: list and status of 10,000, top with 1,000. Their records are real, their keepers are
# stand-ins (rooms.c), each process 1 of a pid namespace with one process in it. Run by its name only.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# crowd NUMBER: they live until the end of crowd_pid.
crowd() {
	: >"$STAGE/crowd"
	/usr/local/lib/stage/rooms "$1" >"$STAGE/crowd" &
	crowd_pid=$!
	wait_for 120 all_live "$1"
}
all_live() { [ "$(stat -c %s "$STAGE/crowd")" -ge "$1" ]; }

leave() {
	kill "$crowd_pid"
	wait "$crowd_pid" 2>/dev/null
	wait_for 60 no_crowd
	rm -rf /run/pam_room
}
no_crowd() { ! pgrep -x rooms >/dev/null; }

# middle COMMAND...: milliseconds by the clock and of a processor, of the run in the middle of five.
middle() {
	local n TIMEFORMAT='%3R %3U %3S'
	for n in 1 2 3 4 5; do
		{ time "$@" >"$STAGE/out" 2>"$STAGE/err"; } 2>&1
	done | awk '{ printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000 }' | sort -n | sed -n 3p
}

ms_of() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / hz }' "/proc/$1/stat"; }

begin
gcc -O1 -o /usr/local/lib/stage/rooms "${0%/*}/rooms.c" || not_ok "rooms.c compiles"
policy <<<'version = 1;'
crowd 10000 || not_ok "10,000 rooms stand"
read -r listed listed_cpu < <(middle roomctl list)
is "list: all of them, living" "$(grep -c staff "$STAGE/out") $(grep -c stale "$STAGE/out")" "10000 0"
read -r told told_cpu < <(middle roomctl status)
is "status: all of them" "$(grep -c '^staff ' "$STAGE/out")" 10000
# By the processor, so that others on the machine do not matter much: it took 0.3 and 0.5 seconds.
is "list: under a second of a processor" "$((listed_cpu < 1000))" 1
is "status: under a second of a processor" "$((told_cpu < 1000))" 1
note "list: $listed_cpu ms of a processor, status: $told_cpu ms"
leave
crowd 1000 || not_ok "1,000 rooms stand"
mkfifo "$STAGE/keys"
TERM=xterm script -qec "stty rows 50 cols 120; exec roomctl top" "$STAGE/typed" <"$STAGE/keys" >/dev/null &
exec 7>"$STAGE/keys"
wait_for 10 pgrep -x roomctl >/dev/null
top=$(pgrep -x roomctl)
sleep 3
before=$(ms_of "$top")
sleep 30
after=$(ms_of "$top")
exec 7>&-
kill "$top"
used=$(awk -v ms="$((${after%.*} - ${before%.*}))" 'BEGIN { printf "%.2f", ms / 300 }')
is "top: under two hundredths of a processor" "$(awk -v used="$used" 'BEGIN { print used < 2 }')" 1
note "list of 10,000 rooms: $listed ms; status: $told ms; top with 1,000: $used % of a processor"
leave
usual_policy
