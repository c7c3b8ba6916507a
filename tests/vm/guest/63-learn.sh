#!/bin/bash
# roomctl learn where systemd runs, with the kernel of the release: what its log names is what the room lacks. A user
# manager and its services are in the room too.
# only: vm, because the kernel has one log for all.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

conf=/etc/pam_room/room.conf
cp -p "$conf" "$TEST_RUN/conf-before"
nr=250 # keyctl
[ "$(uname -m)" = x86_64 ] || nr=219
call="perl -e '\$! = 0; syscall($nr, 0, -3, 0); print \$! + 0'"

# learner KEYS: carol's room, a new one.
learner() {
	roomctl kill carol >/dev/null 2>&1
	wait_for 60 no_processes carol
	cat >"$conf" <<-END
		version = 1;
		rooms: { learner: { walls = "brick"; linger = "none"; $1 }; };
		assign: ( { user = "carol"; room = "learner"; } );
	END
	is_ok "learn: the policy is one" roomctl check "$conf"
}
learned() { roomctl learn learner --since 10m 2>/dev/null | grep -q '"keyctl",* # [1-9]* time.*, /usr/bin/perl'; }

learner ''
is "learn: a room that refuses" "$(on carol "$call")" 1
learner 'syscalls: { action = "log"; };'
is "learn: a room that logs" "$(on carol "$call")" 0
is_ok "learn: the kernel's log names the call" wait_for 60 learned
roomctl learn learner --since 10m >"$TEST_RUN/block" 2>"$TEST_RUN/learn-says"
note "roomctl learn: $(cat "$TEST_RUN/learn-says" "$TEST_RUN/block")"
learner "$(cat "$TEST_RUN/block")"
is "learn: with what it printed, a room that refuses lets it through" "$(on carol "$call")" 0
# A user manager asks for more than keyctl. The numbers are the log's, and each of the names is of one of them.
asked=$(sed -n 's/^ *"\([a-z0-9_]*\)",* # .*/\1/p' "$TEST_RUN/block" | paste -s -d , | sed 's/,/, /g')
numbers=$(dmesg | grep -E " type=1326 .* a?uid=$(id -u carol) .* code=0x7ffc0000" | grep -oE ' syscall=[0-9]+' | sort -u | wc -l)
is_ok "learn: it names no more calls than the log" [ "$(tr , '\n' <<<"$asked" | wc -l)" -le "$numbers" ]
is "learn: and the room then allows these" \
	"$(roomctl show learner | sed -n 's/^syscalls\.allow  *\(.*[^ ]\)  *[^ ]*$/\1/p')" "$asked"
cp -p "$TEST_RUN/conf-before" "$conf"
roomctl kill carol >/dev/null 2>&1
wait_for 60 no_processes carol
is "learn: afterwards carol logs in" "$(on carol echo in)" in
