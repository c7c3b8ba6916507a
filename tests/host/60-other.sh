#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The other ways in: su, sudo, login, cron. They all lead into the user's one room.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# enters NAME LENGTH COMMAND...: it starts that sleeper, in alice's room ($room).
enters() {
	local name=$1 length=$2 one
	shift 2
	"$@" </dev/null >"$STAGE/other" 2>&1 &
	one=$(sleeper "$length") || not_ok "$name starts" "$(cat "$STAGE/other")"
	in_room "$name: in the room" "$one" "$room"
	[ -z "$one" ] || walls_hold "$name" "$one"
	end_sleepers "$length"
	wait $!
}

walls_hold() {
	is "$1: the user's" "$(field "$2" Uid | xargs)" "$alice $alice $alice $alice"
	is "$1: bounding set and filter" "$(field "$2" CapBnd) $(field "$2" Seccomp)" "00000000200005fb 2"
}

# login wants a terminal, and reads what to do from it; newer ones throw away what is typed before there is a shell.
by_login() {
	for _ in {1..20}; do
		echo "exec sleep $1"
		sleep 1
		! find_sleeper "$1" >/dev/null || break
	done | script -qec 'exec login -f alice' /dev/null
}

ways() {
	enters "su -" 7602 su - alice -c 'exec sleep 7602'
	enters "su" 7603 su alice -c 'exec sleep 7603'
	enters "sudo -u" 7604 sudo -n -u alice sleep 7604
	enters "sudo -i -u" 7605 sudo -n -i -u alice sleep 7605
	enters "login" 7606 by_login 7606
}

directories() {
	cd /usr/share || return
	is "su keeps the working directory" "$(su alice -c pwd)" /usr/share
	is "su - goes home" "$(su - alice -c pwd)" /home/alice
	is "sudo -u keeps the working directory" "$(sudo -n -u alice pwd)" /usr/share
	is "sudo -i goes home" "$(sudo -n -i -u alice pwd)" /home/alice
	cd / || return
	is "su: the exit status comes back" "$(su alice -c 'exit 7'; echo $?)" 7
	is "sudo: the exit status comes back" "$(sudo -n -u alice sh -c 'exit 7'; echo $?)" 7
	is "su: a pipe through" "$(seq 9999 | su alice -c cat | cksum)" "$(seq 9999 | cksum)"
	is "su to root stays outside" "$(su -c 'readlink /proc/self/ns/mnt')" "$(readlink /proc/$$/ns/mnt)"
	is "sudo to root stays outside" "$(sudo -n readlink /proc/self/ns/mnt)" "$(readlink /proc/$$/ns/mnt)"
}

# at_terminal COMMAND [INPUT]: what stands on a terminal where somebody types that.
at_terminal() { printf '%s' "${2-}" | script -qec "$1" /dev/null | tr -d '\r'; }

# A room's banner is for people: what a program says for another one has nothing else in it.
banners() {
	local line="Welcome to the lab (room greets)" how
	policy <<-'END'
		version = 1;
		rooms: { greets: { walls = "brick"; banner = "Welcome to the lab"; }; };
		assign: ( { user = "bob"; room = "greets"; } );
	END
	like "banner, su -: at a terminal" "$(at_terminal "su - bob" $'exit\n')" "*$line*"
	at_terminal "su - bob >$STAGE/said" $'echo said\nexit\n' >/dev/null
	is "banner, su -: not in a file" "$(cat "$STAGE/said")" said
	at_terminal "su - bob | cat >$STAGE/said" $'echo said\nexit\n' >/dev/null
	is "banner, su -: not in a pipe" "$(cat "$STAGE/said")" said
	for how in "su bob -c" "su - bob -c" "sudo -n -u bob sh -c"; do
		at_terminal "$how 'echo said' >$STAGE/said" >/dev/null
		is "banner, $how: not in a file" "$(cat "$STAGE/said")" said
	done
	is "banner, ssh of a command: none" "$(as bob echo said 2>&1)" said
	like "banner, ssh for a shell: at the terminal" \
		"$(at_terminal "ssh -tt ${ssh_options[*]} bob@127.0.0.1" $'exit\n')" "*$line*"
	usual_policy
}

# An application that calls PAM and goes on by itself, without a child.
tester() {
	is_ok "pamtester: open and close" pamtester roomtest alice open_session close_session
	is_ok "pamtester: close without open" pamtester roomtest alice close_session
	is "pamtester: open twice is no second join" \
		"$(pamtester roomtest alice open_session open_session >/dev/null 2>&1; echo $?)" 0
}

# A service that was started with mounts of its own (PrivateTmp=, PrivateMounts=): the room shows the host's.
own_mounts() {
	mkdir -p /opt/of-the-host
	unshare --mount --propagation private sh -c \
		"mount -t tmpfs none /opt && exec su bob -c 'exec sleep 7607'" </dev/null >"$STAGE/other" 2>&1 &
	pid=$(sleeper 7607) || not_ok "a service with mounts of its own: starts" "$(cat "$STAGE/other")"
	differs_in_all "a service with mounts of its own: bob has a room" "${pid:-none}"
	is "and it shows the host's" "$(ls "/proc/$pid/root/opt")" "$(ls /opt)"
	end_sleepers 7607
	wait $!
	rmdir /opt/of-the-host
}

# Descriptors of whoever calls su lead outside, so they end where the room begins.
descriptors() {
	local seen
	seen=$(exec 9</ && su alice -c 'ls -d /proc/self/fd/9 2>/dev/null; echo done')
	is "a descriptor of the caller's does not reach the room" "$seen" "done"
	seen=$(su alice -c true <&- 2>&1)
	is "a closed standard input is none" "$seen" ""
	isnt "a directory as standard input: refused" "$(su alice -c true </ >/dev/null 2>&1; echo $?)" 0
	isnt "a directory as standard output: refused" "$( (exec 1</ && su alice -c true) 2>/dev/null; echo $?)" 0
	is "the application keeps its own" "$(exec 9</; pamtester roomtest alice open_session >/dev/null && ls -d /proc/self/fd/9)" \
		/proc/self/fd/9
}

# What a caller did to himself, he does not do to the room.
standing() {
	local keeper
	(ulimit -S -t 40 && exec nice -n 19 chrt --batch 0 su dave -c 'exec sleep 7608') </dev/null >"$STAGE/other" 2>&1 &
	pid=$(sleeper 7608) || not_ok "a caller with low standing" "$(cat "$STAGE/other")"
	keeper=$(keeper_of "$(walls "${pid:-none}")")
	is "the keeper's priority is its own" "$(ps -o ni= -p "${keeper:-none}" | xargs)" 0
	is "and its scheduling" "$(ps -o cls= -p "${keeper:-none}" | xargs)" TS
	is "and its time" "$(awk '/^Max cpu time/ { print $4 }' "/proc/$keeper/limits")" unlimited
	end_sleepers 7608
	wait $!
}

# half NAME COMMAND...: an application that goes on in the process that opened the session would be half in: refused.
half() {
	local name=$1 before
	shift
	before=$(log_now)
	isnt "$name: refused" "$("$@" roomtest alice open_session >/dev/null 2>&1; echo $?)" 0
	like "$name: and the log says why" "$(log_since "$before" | grep -c 'check application')" "[1-9]*"
}

# shellcheck disable=SC2016
halves() {
	local name
	for name in systemd systemd-executor pkexec; do
		cp "$(command -v pamtester)" "$STAGE/$name"
		half "$name" "$STAGE/$name"
		half "$name, replaced by an upgrade since it started" \
			bash -c 'exec 9<"$0" && rm "$0" && exec /proc/self/fd/9 "$@"' "$STAGE/$name"
	done
}

# An application with threads: the one that opens a session is inside with all it starts, the others are not.
threads() {
	local out one
	/usr/local/lib/stage/thread alice sleep 7607 >"$STAGE/threads" 2>&1 &
	one=$(sleeper 7607) || not_ok "threads: the program starts" "$(cat "$STAGE/threads")"
	in_room "threads: what the opening thread starts is in the room" "$one" "$room"
	[ -z "$one" ] || walls_of_root_hold "threads" "$one"
	end_sleepers 7607
	wait $!
	out=$(cat "$STAGE/threads")
	is "threads: the main thread is where it was" "$(sed -n 's/^after: //p' <<<"$out")" \
		"$(sed -n 's/^before: //p' <<<"$out")"
	is "threads: which is outside" "$(sed -n 's/^before: \([^ ]*\) .*/\1/p' <<<"$out")" "$(readlink /proc/$$/ns/mnt)"
}

# Of an application that never changed its ids: uid 0, but with the room's walls.
walls_of_root_hold() {
	is "$1: bounding set and filter" "$(field "$2" CapBnd) $(field "$2" Seccomp)" "00000000200005fb 2"
}

cron_begin() {
	printf '* * * * * alice exec sleep 7601\n' >/etc/cron.d/stage
	chmod 644 /etc/cron.d/stage
	cron -f </dev/null >"$STAGE/cron" 2>&1 &
	cron=$!
}

# The minute is over in 61 s at most.
cron_end() {
	local one
	one=$(sleeper 7601 62) || not_ok "cron starts a job" "$(cat "$STAGE/cron")"
	one=${one%%$'\n'*}
	in_room "cron: the job is in the room" "$one" "$room"
	[ -z "$one" ] || walls_hold "cron" "$one"
	kill "$cron"
	end_sleepers 7601
}

begin
alice=$(id -u alice)
cron_begin
hold alice 7600
ways
directories
own_mounts
descriptors
standing
tester
halves
threads
cron_end
end_sleepers 7600
wait
banners
finish "other ways in"
