#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What a user can see and do in a room at brick, as himself and as uid 0 that sudo made.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

probe=/usr/local/lib/stage/probe

# refused NAME COMMAND: alice's command fails.
refused() {
	local out status=0
	out=$(as alice "$2" 2>&1) || status=$?
	# Not for want of a program (126, 127), of a login (255) or of patience (124).
	case $status in
	0 | 124 | 126 | 127 | 255) not_ok "$1" "$2 ended with $status" "$out" ;;
	*) ok "$1" ;;
	esac
}

# walled NAME COMMAND: what root may do outside, uid 0 that sudo made may not do inside.
walled() {
	is_ok "outside, $1 works" unshare --mount --propagation private sh -c "$2"
	refused "uid 0: $1" "sudo -n sh -c '$2'"
}

# flags PID DIR: whether the topmost mount there is ro or rw, seen from outside.
flags() { awk -v dir="$2" '$5 == dir { flags = substr($6, 1, 2) } END { print flags }' "/proc/$1/mountinfo"; }

files() {
	local dir
	is "other homes are not there" "$(as alice ls -A /home)" alice
	# The room, and what is private to it, ends with its last process.
	hold alice 7200 || return
	for dir in /tmp /var/tmp /dev/shm; do
		echo outside >"$dir/of-root"
		as alice "echo inside >$dir/of-alice"
		is "$dir: a file from outside is not seen" "$(as alice "ls $dir/of-root 2>/dev/null")" ""
		is "$dir: two sessions of a user share it" "$(as alice "cat $dir/of-alice")" inside
		is "$dir: another user does not see it" "$(as bob "ls $dir/of-alice 2>/dev/null")" ""
		is_ok "$dir: it is not outside" test ! -e "$dir/of-alice"
		is "$dir: mode" "$(as alice "stat -c %a $dir")" 1777
		rm -f "$dir/of-root"
	done
	for dir in /proc/sys /sys /usr /boot; do
		is "$dir is read-only" "$(flags "$pid" "$dir")" ro
	done
	end_sleepers 7200
	wait
}

# The same walls in the tables that the kernel keeps for the user's process, read from outside.
from_outside() {
	local dir root one other mask alices
	hold alice 7206 || return
	one=$pid root=/proc/$pid/root alices=$room
	hold bob 7207 || return
	other=/proc/$pid/root
	for dir in /tmp /var/tmp /dev/shm; do
		isnt "$dir is not the host's" "$(stat -c %d:%i "$root$dir")" "$(stat -c %d:%i "$dir")"
		isnt "$dir is not bob's" "$(stat -c %d:%i "$root$dir")" "$(stat -c %d:%i "$other$dir")"
	done
	is "/home holds one home" "$(ls -A "$root/home")" alice
	is "which is the host's own" "$(stat -c %d:%i "$root/home/alice")" "$(stat -c %d:%i /home/alice)"
	is "/home itself is read-only" "$(flags "$one" /home)" ro
	is "/proc is the room's: number 1 is the keeper" "$(cat "$root/proc/1/comm")" room-keeper
	is "/proc shows as many processes as the room has" "$(find "$root/proc" -maxdepth 1 -name '[0-9]*' | wc -l)" \
		"$(members "$alices" | wc -l)"
	is "/dev/pts is the host's" "$(stat -c %d:%i "$root/dev/pts")" "$(stat -c %d:%i /dev/pts)"
	for dir in /proc/sys /proc/sysrq-trigger /proc/irq /proc/bus /proc/fs /proc/1 /sys /usr /boot; do
		[ ! -e "$root$dir" ] || is "$dir is read-only, from outside" "$(flags "$one" "$dir")" ro
	done
	for mask in /proc/kcore /proc/keys /proc/key-users /proc/timer_list /sys/firmware /sys/kernel/debug; do
		[ ! -e "$mask" ] || isnt "$mask is covered" "$(stat -c %d:%i "$root$mask")" "$(stat -c %d:%i "$mask")"
	done
	is "no mount of the room tells the host of itself" "$(grep -c ' shared:' "/proc/$one/mountinfo")" 0
	is "and only /run/user hears of the host's" \
		"$(awk '/ master:/ && $5 !~ "^/run/user(/|$)" { print $5 }' "/proc/$one/mountinfo")" ""
	is "/run/pam_room holds the mark only" "$(ls -A "$root/run/pam_room")" inside
	end_sleepers 7206 7207
	wait
}

processes() {
	local seen keeper
	hold alice 7201 || return
	hold bob 7202 || return
	seen=$(as alice 'ps -eo user:20= -o comm= | sort | uniq')
	is "ps shows the user's own processes and one other" "$(grep -vc '^alice ' <<<"$seen")" 1
	like "number 1 is the keeper, and root's" "$(as alice ps -o user= -o comm= -p 1)" 'root *room-keeper'
	is "a process outside has no directory in /proc" "$(as alice "ls -d /proc/$$ 2>/dev/null | wc -l")" 0
	hold alice 7203 || return
	keeper=$(keeper_of "$room")
	isnt "the keeper is found from outside" "$keeper" ""
	is "the keeper has no capability" "$(field "${keeper:-x}" CapBnd)$(field "${keeper:-x}" CapPrm)" \
		00000000000000000000000000000000
	# Root's own stays, whatever alice kills: without it the room would end, and its keeper with it.
	as alice 'sudo -n sleep 7209' >/dev/null 2>&1 &
	sleeper 7209 >/dev/null
	as alice 'kill -9 1; kill -STOP 1; kill -9 -1' 2>/dev/null
	like "the keeper lives, whatever the user sends it" "$(field "${keeper:-x}" State)" '[SR]*'
	end_sleepers 7201 7202 7203 7209
	wait
}

# The keeper gives nothing away about itself.
keeper_closed() {
	local file
	for file in exe mem environ maps fd/ root/ cwd/ io stack syscall auxv map_files/; do
		refused "/proc/1/$file is closed to the user" "if [ -L /proc/1/${file%/} ]; then readlink /proc/1/${file%/};
			elif [ -d /proc/1/$file ]; then ls /proc/1/$file; else head -c 1 /proc/1/$file; fi"
	done
	refused "the keeper cannot be traced" 'strace -f -p 1 -o /dev/null & sleep 0.5; kill -0 $!'
}

commands() {
	policy <<<'version = 1; assign: ( { user = "dave"; room = "outside"; } );'
	is_ok "outside, a user makes a user namespace" as dave 'unshare -U true && unshare -Ur true'
	usual_policy
	refused "unshare -U" 'unshare -U true'
	refused "unshare -Ur" 'unshare -Ur true'
	walled "mount" 'mount -t tmpfs none /mnt'
	walled "mount by an ordinary bind" 'mount --bind /tmp /mnt'
	walled "umount" 'umount /dev/shm'
	walled "unshare -m" 'unshare -m true'
	walled "unshare -U" 'unshare -U true'
	walled "chroot" 'chroot / true'
	walled "nsenter into a mount namespace" 'nsenter --mount=/proc/self/ns/mnt true'
	walled "dmesg" 'dmesg >/dev/null'
	walled "mknod" 'mknod /dev/shm/disk b 254 0'
	rm -f /dev/shm/disk
}

# answers NAME TEXT CALL WANT...: the probe's answer to the call is one of these.
answers() {
	local name=$1 text=$2 call=$3 got one
	shift 3
	got=$(awk -v call="$call" '$1 == call { print $2 }' <<<"$text")
	for one in "$@"; do
		# shellcheck disable=SC2053
		[[ $got != $one ]] || { ok "$name: $call" && return; }
	done
	not_ok "$name: $call" "got:  $got" "want: $*"
}

calls() {
	local text name call
	policy <<<'version = 1; assign: ( { user = "dave"; room = "outside"; } );'
	text=$(as dave $probe)
	usual_policy
	# Could the probe tell? These are open to everybody outside.
	answers "outside, the probe" "$text" io_uring_setup EFAULT
	answers "outside, the probe" "$text" keyctl OK
	answers "outside, the probe" "$text" tiocsti EBADF
	for name in user root; do
		case $name in user) text=$(as alice $probe) ;; root) text=$(as alice sudo -n $probe) ;; esac
		for call in io_uring_setup bpf perf_event_open userfaultfd keyctl add_key request_key mount umount pivot_root \
			chroot unshare_user unshare_mnt setns clone_user tiocsti tiocsti_high tioclinux raw_ip swapon \
			init_module reboot settimeofday; do
			answers "$name" "$text" "$call" EPERM
		done
		for call in open_tree move_mount fsopen mount_setattr; do
			answers "$name" "$text" "$call" EPERM ENOSYS
		done
		answers "$name" "$text" clone3 ENOSYS
		answers "$name" "$text" raw_packet 97
		answers "$name" "$text" vsock 97
		answers "$name" "$text" x32_getpid NONE ENOSYS EPERM 'SIGNAL*'
	done
	if [ "$(uname -m)" = x86_64 ]; then
		like "the 32-bit entry of the kernel is shut" "$(as alice "/usr/local/lib/stage/int80 || echo dead")" '@(-38|-1|dead)'
	fi
}

# weight PID: its nice value, its class of I/O, its place among those that end when memory does, its group of one session.
weight() {
	cut -d' ' -f19 "/proc/$1/stat"
	ionice -p "$1"
	tail -n 9 "/proc/$1/oom_score_adj" "/proc/$1/autogroup"
}

# sudo works; what it makes is root inside the walls.
sudo_root() {
	local keeper pattern before
	hold alice 7204 || return
	keeper=$(keeper_of "$room")
	is "sudo makes uid 0, where the policy lists it" "$(as alice sudo -n id -u 2>&1)" 0
	as alice 'sudo -n sleep 7205' >/dev/null 2>&1 &
	pid=$(sleeper 7205)
	in_room "uid 0 by sudo is in the room" "$pid" "$room"
	is "uid 0 by sudo has what the room leaves" "$(field "$pid" CapEff)" 00000000200005fb
	refused "uid 0: the keeper's program cannot be written" 'sudo -n dd if=/dev/null of=/proc/1/exe conv=notrunc'
	refused "uid 0: nor its file" 'sudo -n dd if=/dev/null of=/usr/libexec/pam_room/room-keeper conv=notrunc'
	refused "uid 0: the keeper's memory" 'sudo -n head -c 1 /proc/1/maps'
	refused "uid 0: remount /proc/sys" 'sudo -n mount -o remount,bind,rw /proc/sys'
	# The same value: should it get through, nothing changes.
	pattern=$(cat /proc/sys/kernel/core_pattern)
	refused "uid 0: write /proc/sys" "echo '$pattern' | sudo -n tee /proc/sys/kernel/core_pattern"
	pattern=$(cat /sys/module/printk/parameters/time)
	refused "uid 0: write /sys" "echo '$pattern' | sudo -n tee /sys/module/printk/parameters/time"
	refused "uid 0: the keeper's limits" 'sudo -n prlimit --pid 1 --nofile=10:10'
	refused "uid 0: the keeper's priority" 'sudo -n renice -n 5 -p 1'
	refused "uid 0: the keeper's scheduling" 'sudo -n chrt --idle --pid 0 1'
	refused "uid 0: the keeper's processors" 'sudo -n taskset --pid 1 1'
	before=$(weight "$keeper")
	as alice 'sudo -n renice -n 5 -u root; sudo -n ionice -c 3 -u 0
		for file in oom_score_adj autogroup timerslack_ns oom_adj; do echo 15 | sudo -n tee /proc/1/$file; done' 2>&1
	is "uid 0: what the kernel makes of the keeper stays" "$(weight "$keeper")" "$before"
	is "uid 0: other homes" "$(as alice sudo -n ls -A /home)" alice
	is "uid 0: processes outside" "$(as alice "sudo -n ls -d /proc/$$ 2>/dev/null | wc -l")" 0
	as alice 'sudo -n kill -9 1; sudo -n kill -STOP 1'
	like "uid 0: the keeper lives, whatever is sent to it" "$(field "${keeper:-x}" State)" '[SR]*'
	is "uid 0: and it is the same" "$(keeper_of "$room")" "${keeper:-none}"
	end_sleepers 7204 7205
	wait
}

core_of() { awk '/^Max core file size/ { print $5, $6 }'; }

# Whatever is done to the limit: at 0 the kernel would run |core_pattern on the host.
core_limit() {
	local how
	# shellcheck disable=SC2016
	for how in 'ulimit -c 0' 'ulimit -c unlimited' 'prlimit --core=0:0 --pid $$' 'ulimit -S -c 0'; do
		is "core limit after $how" "$(as alice "$how 2>/dev/null; cat /proc/self/limits" | core_of)" "1 1"
	done
	is "core limit of uid 0 by sudo" "$(as alice "sudo -n sh -c 'ulimit -c 0; cat /proc/self/limits'" | core_of)" "1 1"
	is_ok "ssh-agent lives with it" as alice 'eval "$(ssh-agent)" >/dev/null && ssh-add -l; [ $? -eq 1 ] && ssh-agent -k >/dev/null'
}

begin
files
from_outside
processes
keeper_closed
commands
calls
core_limit
sudo_root
finish walls
