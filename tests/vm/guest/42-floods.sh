#!/bin/bash
# What floods one room slows nobody else's login down: "# limit:" lines become the table of doc/limits.md.
# once: bookworm, so that both machines end together: Debian 13 boots once more (after-reboot.sh).
# only: vm, because what floods must be the kernel of nobody else.
# shellcheck disable=SC2016
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=limits.sh
. "${0%/*}/limits.sh"

cp "$policy" "$TEST_RUN/room.conf"
everybody_out alice bob

# stopwatch USER: milliseconds of one login.
stopwatch() {
	local start=${EPOCHREALTIME/./}
	on "$1" true || echo failed >&2
	echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

# logins: bob's, as many as /payload/logins says, sorted.
logins() {
	local left
	read -r left </payload/logins
	while [ "$((left -= 1))" -ge 0 ]; do stopwatch bob; done | sort -n
}

# judged LIST: of twenty and more the time that 95 of 100 stay under, of fewer the middle one.
judged() {
	local times
	mapfile -t times <<<"$1"
	if [ "${#times[@]}" -ge 20 ]; then
		echo "${times[(${#times[@]} * 95 + 99) / 100 - 1]}"
	else
		echo "${times[${#times[@]} / 2]}"
	fi
}

# flood NAME COMMAND [SAYS]: alice's room does that while bob logs in; with SAYS its output must have this in it.
flood() {
	local name=$1 out=$TEST_RUN/flood during root_in
	on alice "$2" >"$out" 2>&1 &
	sleep 3
	during=$(logins)
	root_in=$(on root echo in)
	is "flood, $name: root logs in" "$root_in" in
	is "flood, $name: every keeper lives" "$(pgrep -x room-keeper | wc -l)" "$keepers"
	note "flood, $name: bob's login took $(judged "$during") ms, $(judged "$idle") when idle"
	if [ "$(judged "$during")" -lt $((2 * $(judged "$idle"))) ]; then
		ok "flood, $name: bob's login takes less than twice its time"
		note "limit: $name | bob's login takes less than twice its time${3:+; the room: $3}"
	else
		not_ok "flood, $name: bob's login takes less than twice its time" "idle: $idle" "now: $during"
	fi
	end_flood
	wait "$!"
	[ -z "${3-}" ] || like "flood, $name: the room is told" "$(cat "$out")" "*$3*"
}

limits 'memory = "160M"; swap = "0"; cpu = "50%"; tasks = 60; io = ( { path = "/home"; write = "5M"; read = "5M"; } ); ptys = 20;'
hold alice 7476 || exit 0
pid_alice=$pid
hold bob 7475 || exit 0
wait_for 60 manager_of bob >/dev/null
sleep 5
keepers=$(pgrep -x room-keeper | wc -l)
on bob true
idle=$(logins)
flood "a fork bomb" 'perl -e "sub bomb { while (1) { defined(fork) or select(undef, undef, undef, 0.01) } } bomb" flood-mark'
flood "processor time" 'for i in 1 2 3 4; do perl -e "1 while 1" flood-mark & done; wait'
flood "memory" 'perl -e "\$x = \"a\" x 400e6; print length \$x" flood-mark; echo it ended with $?' "it ended with 137"
flood "/tmp, bytes" 'dd if=/dev/zero of=/tmp/flood bs=1M 2>&1; rm /tmp/flood; perl -e "sleep 30" flood-mark' "No space left on device"
flood "/tmp, files" 'perl -e "for (1 .. 1000) { open(F, \">\", \"/tmp/f\$_\") or do { syswrite STDOUT, \"\$!\\n\"; last } } sleep 30" flood-mark; rm -f /tmp/f*' "No space left on device"
flood "disk" 'perl -e "open(F, \">\", \"flood\"); while (1) { syswrite(F, \"x\" x 1048576); if (++\$n % 8 == 0) { sysseek(F, 0, 0); } }" flood-mark; rm -f flood'
flood "inotify" 'perl -e "use strict; my @all; for (1 .. 5000) { my \$fd = syscall(253); last if \$fd < 0; push @all, \$fd } syswrite STDOUT, \"\$!\\n\"; sleep 30" flood-mark' "Too many open files"
flood "asynchronous I/O" 'perl -e "for (1 .. 5000) { my \$c = pack(\"Q\", 0); last if syscall(206, 128, \$c) < 0 } sleep 30" flood-mark'
flood "terminals" 'perl -e "for (1 .. 5000) { open(\$fd[\$_], \"+<\", \"/dev/ptmx\") or do { syswrite STDOUT, \"\$!\\n\"; last } } sleep 30" flood-mark' "No space left on device"
is "floods: everything of alice's is in the slice" "$(for pid in $(pgrep -u alice); do
	in_slice "$pid" || tell "$pid"
done)" ""
is "floods: alice's session lived through all of them" "$(find_sleeper 7476)" "$pid_alice"
end_sleepers 7475 7476
everybody_out alice bob
cp "$TEST_RUN/room.conf" "$policy"
