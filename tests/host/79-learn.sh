#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl learn: in a room whose filter only logs, a refused call works and is learned; with what was printed put into the
# policy it works in a room that refuses, and nothing else does. What the kernel writes is the machine's own log.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

probe=/usr/local/lib/stage/probe

# learner KEYS: lea's room is learner, with these keys; leo's another that learns.
learner() {
	policy <<-END
		version = 1;
		rooms: { learner: { walls = "brick"; linger = "none"; $1 };
		         other: { walls = "brick"; linger = "none"; syscalls: { action = "log"; }; }; };
		assign: ( { user = "lea"; room = "learner"; }, { user = "leo"; room = "other"; } );
	END
}

# learns NAME PATTERN: it is in what learn prints. The kernel writes ten lines in five seconds, of all who are on the
# machine: what is not there yet is done again.
learns() {
	local n
	for n in 1 2 3 4; do
		learned=$(roomctl learn learner --since 2m 2>&1)
		# shellcheck disable=SC2053
		[[ $learned != *$2* ]] || { ok "$1" && return; }
		sleep 6
		as lea "$probe keyctl" >/dev/null
		as leo "$probe keyctl" >/dev/null
		feed lea sh <<<"$odd"
	done
	not_ok "$1" "$learned" "like: $2"
}

# A program whose name would like to be policy.
# shellcheck disable=SC2016
odd='name=$(printf "a\n}; deny = [ \"read\" ]; x"); cp /usr/bin/perl "$name"; "./$name" '"$probe"' add_key >/dev/null'

from_kernel() {
	learner 'syscalls: { action = "log"; };'
	is "learning: a refused call works" "$(as lea "$probe keyctl")" "keyctl OK"
	as leo "$probe keyctl" >/dev/null
	learns "learn: it is named, with the program" '"keyctl" # [1-9]* time*, /usr/bin/perl'
	like "learn: whose records they are" "$learned" '*record* of lea, from 20*'
	learns "learn: those of another room are left out" 'left out: * elsewhere: *leo'
	like "learn: as JSON" "$(roomctl learn learner --since 5m --json)" \
		'*"call": "keyctl", "abi": "*"program": "/usr/bin/perl", "allow": true, "why": null*"exit": [03]}'
	feed lea sh <<<"$odd"
	learns "learn: a program's name is one name" '"add_key", # [1-9]* time*, */a?}; deny = \[ "read" \]; x'$'\n'
	roomctl learn learner --since 5m >"$STAGE/block" 2>/dev/null
	learner "$(cat "$STAGE/block")"
	is_ok "what learn prints is policy" roomctl check /etc/pam_room/room.conf
	is "and no more than that" "$(roomctl show learner | grep -oE '^syscalls.(allow|deny) .*(keyctl|none)' | tr -s ' ' | paste -s -d ' ')" \
		"syscalls.allow add_key, keyctl syscalls.deny none"
	is "learned: the call works in a room that refuses" "$(as lea "$probe keyctl")" "keyctl OK"
	is "learned: another one does not" "$(as lea "$probe request_key")" "request_key EPERM"
	like "learn: what the policy allows is told so" "$(roomctl learn learner --since 5m 2>&1)" '*keyctl*; the policy allows it already*'
}

untold='not whole, it may be: the kernel writes'

# What the kernel leaves out of a flood it tells later, and learn that it may be so.
flood() {
	local n status
	learner 'syscalls: { action = "log"; };'
	# Until nobody else on the machine comes behind it or takes the kernel's ten lines away.
	for n in 1 2 3 4; do
		sleep 6
		as lea "$probe $(printf 'keyctl %.0s' {1..30})" >/dev/null
		sleep 1
		status=0
		learned=$(roomctl learn learner --since 1m 2>&1) || status=$?
		[[ $learned != *"$untold"* ]] || break
	done
	is "learn: of a flood the kernel writes the beginning: exit 3" "$status" 3
	like "learn: of a flood the kernel has not told the end" "$learned" "*$untold*"
}

# auditd's log begins with its last line: what was before is in another file.
rotated() {
	local dir=/var/log/audit
	learner 'syscalls: { action = "log"; };'
	mkdir -p "$dir"
	mount -t tmpfs none "$dir"
	echo "type=LOGIN msg=audit($(date +%s).000:1): x" >"$dir/audit.log"
	like "learn: auditd has all lines" "$(roomctl learn learner --since 5m --json 2>&1)" '*"rotated": false*'
	: >"$dir/audit.log.1"
	tells "learn: auditd has put older lines away" 3 'older lines into audit.log.1' roomctl learn learner --since 5m
	sleep 2
	like "learn: auditd has put away what is too old" "$(roomctl learn learner --since 1s --json 2>&1)" '*"rotated": false*'
	umount "$dir"
}

cannot_tell() {
	local deaf=/proc/sys/kernel/seccomp/actions_logged
	learner ''
	sleep 2
	tells "learn: of a room that refuses" 3 'leaves no record*action = "log"*kill*no record of its users' roomctl learn learner --since 1s
	echo "kill_process errno trace" >"$STAGE/deaf"
	mount --bind "$STAGE/deaf" "$deaf"
	tells "learn: of a kernel that does not log" 3 'kernel.seccomp.actions_logged lacks "log"' roomctl learn learner
	umount "$deaf"
	tells "learn: from inside" 3 'neither /dev/kmsg nor' as lea /usr/sbin/roomctl learn learner
	tells "learn: of no room" 1 "did you mean 'learner'" roomctl learn lerner
	tells "learn: of nothing" 2 'which room?' roomctl learn
	tells "learn: a log that is none" 2 'is no file' roomctl learn learner --log /dev/null
	tells "learn: since when?" 2 '--since: ' roomctl learn learner --since yesterday
}

# The numbers of a few calls, that of another ABI's getpid, and the ABIs.
numbers() {
	case $(uname -m) in
	x86_64) native=c000003e other=40000003 getpid=20 ioctl=16 ptrace=101 mount=165 add_key=248 keyctl=250 ;;
	aarch64) native=c00000b7 other=40000028 getpid=20 ioctl=29 ptrace=117 mount=40 add_key=217 keyctl=219 ;;
	*) return 1 ;;
	esac
}

# record UID CALL [ARCH [SECONDS [EXE]]]: as auditd has it.
serial=0
record() {
	serial=$((serial + 1))
	echo "type=SECCOMP msg=audit(${4-1795780555}.287:$serial): auid=$1 uid=$1 gid=1 ses=1 pid=7" \
		"comm=\"x\" exe=${5-\"/usr/bin/x\"} sig=0 arch=${3-$native} syscall=$2 compat=0 ip=0x1 code=0x7ffc0000"
}

from_file() {
	local lea
	lea=$(id -u lea)
	{
		record "$lea" "$ptrace"
		record "$lea" "$ioctl"
		record "$lea" "$getpid" "$other"
		record "$lea" "$mount"
		record "$(id -u leo)" "$ptrace"
	} >"$STAGE/saved"
	learner 'syscalls: { allow = [ "keyctl" ]; deny = [ "mount" ]; };'
	tells "learn: from a file" 1 '# not getpid: *another ABI*# not ioctl: *another filter*# not mount: *syscalls.deny*elsewhere: leo*
syscalls: {
    allow = \[
        "keyctl", # as before
        "ptrace" # 1 time, /usr/bin/x
    \];
};' roomctl learn learner --log "$STAGE/saved"
	echo "kauditd_printk_skb: 5 callbacks suppressed" >>"$STAGE/saved"
	tells "learn: records are lost" 3 'not whole: the kernel says that it lost 5 lines' roomctl learn learner --log "$STAGE/saved"
}

# The program is called /tmp/a, a line's end, }; deny = [ "read" ]; x
named() {
	record "$(id -u lea)" "$add_key" "$native" 1795780555 \
		2F746D702F610A7D3B2064656E79203D205B20227265616422205D3B2078 >"$STAGE/saved"
	learner 'syscalls: { action = "log"; };'
	roomctl learn learner --log "$STAGE/saved" >"$STAGE/block" 2>/dev/null
	learner "$(cat "$STAGE/block")"
	is "learn: a program's name stays in its comment" \
		"$(roomctl check /etc/pam_room/room.conf >/dev/null 2>&1; echo $?; roomctl show learner | grep -oE '^syscalls.(allow|deny) .*(add_key|none)' | tr -s ' ')" \
		$'0\nsyscalls.allow add_key\nsyscalls.deny none'
}

# What status tells of a room's denied calls: PERL, of the room learner.
denied() {
	roomctl status "$(id -u lea).learner" --json |
		perl -MJSON::PP -0777 -ne "my \$r = decode_json(\$_)->{rooms}[0]; my \$v = do { $1 }; print \$v // 'null'"
}
calls='join ", ", map { "$_->{call} $_->{records}" } @{$r->{denied_calls}}'

# auditd's log is of this test's own, and the kernel's holds nothing of this room.
counted() {
	local dir=/var/log/audit lea now room
	lea=$(id -u lea)
	learner 'syscalls: { action = "log"; };'
	hold lea 7795 || return
	now=$(date +%s)
	mkdir -p "$dir"
	mount -t tmpfs none "$dir"
	{
		record "$lea" "$mount" "$native" $((now - 100))
		record "$lea" "$ptrace" "$native" $((now + 1))
		record "$lea" "$keyctl" "$native" $((now + 1))
		record "$lea" "$keyctl" "$native" $((now + 2))
		record "$(id -u leo)" "$ioctl" "$native" $((now + 2))
	} >"$dir/audit.log"
	like "status: denied calls" "$(roomctl status lea)" "*denied calls *3, let through*: keyctl 2, ptrace 1"
	is "status: those of the user since the room was made, and no others" "$(denied '"$r->{denied}: " . '"$calls")" \
		"3: keyctl 2, ptrace 1"
	echo "kauditd_printk_skb: 5 callbacks suppressed" >>"$dir/audit.log"
	like "status: denied calls: some are lost" "$(roomctl status lea)" "*denied calls *3, let through, and maybe more, as *: keyctl 2*"
	hold leo 7796 || return
	is "status: denied calls: somebody else's room does not matter" "$(denied '$r->{denied}')" 3
	moves_lea other
	hold lea 7797 || return
	like "status: denied calls: of two rooms of a user" "$(denied '$r->{unknown}{denied}')" "its user is in another room too*"
	like "learn: of a user with two rooms" "$(roomctl learn learner --log "$dir/audit.log" 2>&1)" \
		"*roomctl: lea has another room too, $lea.other: a record does not say which*"
	end_sleepers 7797
	# sshd itself makes one more call as the other room's login ends.
	is_ok "status: denied calls: of one again" wait_for 20 one_room
	learner 'syscalls: { action = "log"; allow = [ "keyctl" ]; };'
	like "status: denied calls: of a room that another policy made" "$(denied '$r->{unknown}{denied}')" "another policy made it*"
	like "learn: of a room that another policy made" "$(roomctl learn learner --log "$dir/audit.log" 2>&1)" \
		"*roomctl: 1 living room, $lea.learner for one, was made by an older policy: the filter is as it was made*"
	end_sleepers 7795 7796
	wait
	learner 'syscalls: { action = "kill"; };'
	hold lea 7799 || return
	record "$lea" "$mount" "$native" $(($(date +%s) + 1)) | sed 's/code=0x7ffc0000/code=0x80000000/' >"$dir/audit.log"
	is "status: denied calls: of a room that ends who calls" \
		"$(denied '"$r->{denied_passed} " . join ", ", grep { /mount/ } map { "$_->{call} $_->{records}" } @{$r->{denied_calls}}')" "0 mount 1"
	umount "$dir"
	end_sleepers 7799
	wait
	learner ''
	hold lea 7798 || return
	like "status: denied calls: of a room that refuses" "$(denied '$r->{unknown}{denied}')" "what its filter refuses leaves no record*"
	end_sleepers 7798
	wait
}
one_room() { [ "$(denied '($r->{denied} // 0) >= 3 ? 1 : 0')" = 1 ]; }

# moves_lea ROOM: from now on that is hers, and all rooms learn.
moves_lea() {
	policy <<-END
		version = 1;
		rooms: { learner: { walls = "brick"; linger = "none"; syscalls: { action = "log"; }; };
		         other: { walls = "brick"; linger = "none"; syscalls: { action = "log"; }; }; };
		assign: ( { user = "lea"; room = "$1"; }, { user = "leo"; room = "other"; } );
	END
}

find_stale() { roomctl list | grep -q stale; }

# A room counts while it lives, wherever the policy leads its user by now.
moved() {
	local pid room
	record "$(id -u lea)" "$ptrace" >"$STAGE/saved"
	learner ''
	hold lea 7791 || return
	policy <<-END
		version = 1;
		rooms: { learner: { walls = "brick"; linger = "none"; }; other: { walls = "brick"; linger = "none"; }; };
		assign: ( { user = "lea"; room = "other"; } );
	END
	like "learn: of a user whose room lives" "$(roomctl learn learner --log "$STAGE/saved" 2>&1)" '*# 1 record of lea*"ptrace"*'
	kill -KILL "$(keeper_of "$room")"
	wait_for 5 find_stale
	like "learn: of one whose room was ended by force" "$(roomctl learn learner --log "$STAGE/saved" 2>&1)" \
		'*left out: 1 record * elsewhere: lea*'
	end_sleepers 7791
	wait
	# What is left of it the next login takes away.
	learner ''
	as lea true
}

# The kernel has one log for all: two people of this test's own, whose numbers nobody else has.
begin
number=$((61000 + RANDOM % 2000 * 2))
useradd -m -u "$number" -s /bin/bash lea
useradd -m -u $((number + 1)) -s /bin/bash leo
people+=(lea leo)
if [ -e /proc/self/loginuid ] && ! grep -qw 'audit=\(0\|off\)' /proc/cmdline; then
	from_kernel
	flood
	rotated
	cannot_tell
else
	echo "ok roomctl learn from the kernel # SKIP this kernel has no audit"
fi
if numbers; then
	from_file
	named
	moved
	[ ! -e /proc/self/loginuid ] || counted
else
	echo "ok roomctl learn from a file # SKIP the numbers of this machine's calls are not known here"
fi
usual_policy
finish "roomctl learn"
