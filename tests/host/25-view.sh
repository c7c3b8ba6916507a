#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What the keys of a room make of its view, and what becomes of it when the host changes something below it.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# room KEYS: bob's room from here on; his old one has ended.
room() {
	pkill -KILL -u bob
	wait_for 10 no_room_of bob || not_ok "bob's old room ends"
	policy <<-END
		version = 1;
		rooms: { test: { $1 }; };
		assign: ( { user = "bob"; room = "test"; } );
	END
}

no_room_of() { ! rooms | grep -q "^$(id -u "$1")\."; }

# refused_with NAME WORDS: bob is refused, with these words, and nothing is left.
refused_with() {
	local said
	said=$(as bob echo in 2>&1)
	like "$1" "$said" "*refused*$2*"
	is_ok "$1: and no room is left" no_room_of bob
}

# says NAME COMMAND WANT: what bob's command says, in words.
says() { is "$1" "$(as bob "$2" 2>&1 | xargs)" "$3"; }

can='can() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; };'

paths() {
	mkdir -p /srv/data/deep /srv/private /srv/here /opt/tools/cache
	chmod 777 /srv/data /srv/private /opt/tools /opt/tools/cache
	echo secret >/srv/private/file
	echo data >/srv/data/file
	echo secret >/srv/secret
	ln -sfn /srv/private /srv/link
	room 'bind = ( { source = "/srv/data"; target = "/srv/here"; read_only = true; } );
		no_entry = [ "/srv/link", "/srv/secret", "/srv/missing" ]; read_only = "/opt/tools";
		writable = "/opt/tools/cache";'
	says "bind: it is seen" 'cat /srv/here/file' data
	says "bind: read_only there, and not here" "$can can touch /srv/here/x; can touch /srv/data/x" "no yes"
	says "no_entry, by root's link: it looks empty" "ls -A /srv/private; $can can touch /srv/private/x" no
	says "no_entry: a file is empty" 'cat /srv/secret' ''
	says "read_only, and writable all the same" "$can can touch /opt/tools/x; can touch /opt/tools/cache/x" "no yes"
	room 'bind = ( { source = "/srv/nowhere"; target = "/srv/here"; } );'
	refused_with "a bind of nothing" "/srv/nowhere: No such file"
	room 'bind = ( { source = "/srv/data"; target = "/srv/nowhere"; } );'
	refused_with "a bind at nothing" "/srv/nowhere: No such file"
	room 'writable = "/srv/nowhere";'
	refused_with "nothing is writable" "/srv/nowhere: No such file"
	ln -sfn /srv/private /home/bob/link
	chown -h bob: /home/bob/link
	room 'bind = ( { source = "/home/bob/link"; target = "/srv/here"; } );'
	refused_with "a bind of what a user's link names" "/home/bob/link: Too many levels"
	rm /home/bob/link
}

devices() {
	says "brick: /dev has no disk, no memory, no kernel log" "$can can ls /dev/mem /dev/kmsg; find /dev -type b | wc -l" "no 0"
	says "/dev: what everybody's work needs is there" \
		'for one in null zero full random urandom tty ptmx pts fd stdin stdout stderr shm log; do test -e /dev/$one || echo $one; done' ''
	says "/dev: a terminal is one of the host's" 'script -qec tty /dev/null | grep -c "/dev/pts/[0-9]"' 1
	mknod /dev/stage-one c 1 3
	mknod /dev/stage-two c 1 5
	mkdir -p /dev/stage
	mknod /dev/stage/three c 1 7
	chmod 666 /dev/stage-* /dev/stage/three
	room 'devices = [ "/dev/stage-*", "/dev/stage/*", "/dev/nothing*" ];'
	says "devices: patterns, and none is no error" 'ls -d /dev/stage-* /dev/stage/*' \
		"/dev/stage-one /dev/stage-two /dev/stage/three"
	says "devices: they work" 'head -c 3 /dev/stage-two | tr "\0" 0; echo | cat >/dev/stage-one' 000
	rm -r /dev/stage-one /dev/stage-two /dev/stage
	room 'limits: { ptys = 2; };'
	is "ptys: a pool of its own, and no more than that" "$(as bob 'script -qec "script -qec \"script -qec tty /dev/null\" /dev/null" /dev/null' 2>&1 |
		grep -c 'failed to create pseudo-terminal')" 1
}

tmps() {
	room 'tmp: { size = "2M"; inodes = 64; };'
	says "tmp.size" 'head -c 3M /dev/zero >/tmp/x 2>/dev/null || echo full' full
	says "tmp.inodes" 'rm -f /tmp/x; for i in $(seq 99); do : >/tmp/f$i || break; done 2>/dev/null; ls /tmp | wc -l | sed "s/^[3-6].$/some/"' some
	room 'tmp: { kind = "host"; };'
	echo outside >/tmp/of-root
	says "tmp.kind host" 'cat /tmp/of-root' outside
	rm /tmp/of-root
}

# In a file without a name: whoever is killed, the kernel takes it away, and nobody walks through what users left there.
disks() { find /sys/block/*/loop/backing_file -exec cat {} + 2>/dev/null | grep -c '^/var/lib/pam_room/.*deleted'; }
no_disks() { [ "$(disks)" = 0 ]; }

on_disk() {
	local before
	mkdir -p /var/lib/pam_room
	mount -t tmpfs -o mode=0755 none /var/lib/pam_room
	room 'tmp: { kind = "disk"; size = "32M"; inodes = 500; };'
	hold bob 7254 || return
	says "tmp on disk: ext4 for /tmp and /var/tmp, memory for /dev/shm" 'stat -f -c %T /tmp /var/tmp /dev/shm' "ext2/ext3 ext2/ext3 tmpfs"
	says "tmp on disk: everybody's, as /tmp is" 'stat -c "%a %U" /tmp /var/tmp; ls -A /tmp /var/tmp' "1777 root 1777 root /tmp: /var/tmp:"
	is "tmp on disk: nosuid and nodev" "$(awk '$5 ~ /^(\/var)?\/tmp$/ && $6 ~ /nosuid/ && $6 ~ /nodev/' "/proc/$pid/mountinfo" | wc -l)" 2
	says "tmp on disk: its size holds for both" \
		'head -c 24M /dev/zero >/tmp/x && head -c 24M /dev/zero >/var/tmp/y 2>/dev/null || echo full; rm /tmp/x /var/tmp/y' full
	says "tmp on disk: so do its inodes" 'for i in $(seq 999); do : >/tmp/f$i || break; done 2>/dev/null; ls /tmp | wc -l | sed "s/^4..$/some/"; rm /tmp/f*' some
	is "tmp on disk: it has no name" "$(ls -A /var/lib/pam_room; disks)" 1
	before=$(df --output=used -k /var/lib/pam_room | tail -n 1)
	as bob 'head -c 20M /dev/urandom >/tmp/x; sync /tmp/x; rm /tmp/x; sync -f /tmp' || not_ok "bob writes and removes"
	is_ok "tmp on disk: what is removed inside is given back" \
		wait_for 10 eval '[ "$(df --output=used -k /var/lib/pam_room | tail -n 1)" -lt $((before + 4000)) ]'
	as bob 'cd /tmp && for i in $(seq 400); do mkdir d && cd d || exit; done; ln -s / link; touch file; chmod 0 .'
	kill -KILL "$(keeper_of "$room")"
	wait "$held"
	is_ok "tmp on disk: a killed keeper leaves nothing of it" wait_for 10 no_disks
	is_ok "tmp on disk: no byte either" test "$(df --output=used -k /var/lib/pam_room | tail -n 1)" -lt 100
	is "tmp on disk: the next room begins with nothing" "$(as bob 'ls -A /tmp')" ""
	room 'tmp: { kind = "disk"; size = "1M"; inodes = 4000000; };'
	refused_with "tmp on disk: what cannot be made" "mke2fs fails: "
	is_ok "tmp on disk: and nothing of it is left" no_disks
	mount -o remount,ro /var/lib/pam_room
	refused_with "tmp on disk: where no file can be made" "a file without a name in /var/lib/pam_room: Read-only"
	umount /var/lib/pam_room
}

read_only() { awk '$6 ~ /^ro/ { print $5 }' | sort; }

others() {
	room 'homes = "visible";'
	says "homes visible" 'ls -d /home/alice' /home/alice
	room 'hostname = "lab-1.example";'
	says "hostname" hostname lab-1.example
	isnt "hostname: the host keeps its own" "$(hostname)" lab-1.example
	room 'system = "read_only";'
	says "system read_only: but the home, /tmp and who is in" "$can can touch /var/mail/x; can touch ~/x; can touch /tmp/x; cat /run/utmp >/dev/null" \
		"no yes yes"
	room 'system = "writable"; dev = "host";'
	is "system writable: nothing read-only that is not so outside, but the mark and hidden homes" \
		"$(comm -13 <(read_only </proc/self/mountinfo) <(as bob cat /proc/self/mountinfo | read_only) | xargs)" \
		"/home /run/pam_room"
	room 'banner = "Grüß Gott";'
	like "banner: at a terminal" "$(printf 'exit\n' | ssh -tt "${ssh_options[@]}" bob@127.0.0.1 2>&1)" '*Grüß Gott (room test)*'
	is "banner: nowhere else" "$(as bob echo in 2>&1)" in
}

privileges() {
	cp /usr/bin/id /opt/planted && chmod 4755 /opt/planted
	cp /usr/bin/grep /opt/grep && setcap cap_net_raw,cap_chown+ep /opt/grep
	as_is='/opt/planted -u; /opt/grep CapEff /proc/self/status'
	room 'setuid = "all"; capabilities: { bounding = "docker"; };'
	says "setuid all: both elevate" "$as_is | sed s/^00*//" "0 CapEff: 0000000000002001"
	room 'capabilities: { bounding = "docker"; };'
	says "a planted setuid file, and one with capabilities, do not" "$as_is" "$(id -u bob) CapEff: 0000000000000000"
	room 'setuid = [ "/opt/planted" ]; capabilities: { bounding = "docker"; };'
	says "but a listed one does" "$as_is" "0 CapEff: 0000000000000000"
	room 'setuid = "none";'
	says "setuid none: no_new_privs" "$as_is; grep NoNewPrivs /proc/self/status" "$(id -u bob) CapEff: 0000000000000000 NoNewPrivs: 1"
	room 'setuid = [ "/opt/planted" ]; capabilities: { bounding = [ "-chown", "-kill" ]; inheritable = "setuid"; };'
	# It sets the inheritable set when the session is open already.
	sed -i '/pam_cap.so/d' /etc/pam.d/common-auth
	says "bounding and inheritable" "grep -E 'CapBnd|CapInh' /proc/self/status" \
		"CapInh: 0000000000000080 CapBnd: 00000000200005da"
	room 'securebits = [ "noroot", "noroot_locked" ]; setuid = [ "/opt/planted", "/usr/bin/sudo" ];'
	says "securebits: uid 0 has no capability" "/opt/planted -u; perl -e 'require q(syscall.ph); print syscall(SYS_prctl(), 27, 0, 0, 0, 0)'" "0 3"
	rm /opt/planted /opt/grep
	is "groups are those outside: none more, none less" "$(as bob id -G)" "$(id -G bob)"
	for i in $(seq 300); do printf 'many%s:x:%s:bob\n' "$i" $((70000 + i)); done >>/etc/group
	room ''
	is "also three hundred of them" "$(as bob id -G | tr ' ' '\n' | sort -n | cksum)" "$(id -G bob | tr ' ' '\n' | sort -n | cksum)"
	sed -i '/^many[0-9]*:/d' /etc/group
}

# What elevates for its work does it: the effect is looked at from outside.
programs() {
	local before
	room ''
	before=$(wc -l </proc/self/mountinfo)
	hold bob 7253 || return
	is "no mount of a room with all of brick's programs tells the host of itself" "$(grep -c ' shared:' "/proc/$pid/mountinfo")" 0
	is "and the host has no mount more" "$(wc -l </proc/self/mountinfo)" "$before"
	end_sleepers 7253
	wait "$held"
	echo 'bob:old-Secret-1' | chpasswd
	printf '%s\n' old-Secret-1 new-Secret-2 new-Secret-2 | feed bob passwd >"$STAGE/passwd" 2>&1
	is_ok "passwd changes the password" perl -e '($h) = (getpwnam shift)[1]; exit(crypt("new-Secret-2", $h) ne $h)' bob
	echo '0 0 1 1 * true # by bob' | feed bob crontab - >"$STAGE/crontab" 2>&1
	like "crontab installs one" "$(cat /var/spool/cron/crontabs/bob 2>&1)" '*by bob*'
	rm -f /var/spool/cron/crontabs/bob
	usermod -p '*' bob
}

# A container engine starts, or starts anew.
engine() {
	rm -f /run/docker.sock
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("/run/docker.sock")) && chmod 0666, "/run/docker.sock"'
}

# The host replaces what something of the room lies over. The room lives on, and the next login mends it.
mended() {
	local dir mask
	room 'no_entry = "/srv/closed"; read_only = "/srv/ro";'
	mkdir -p /srv/ro
	hold bob 7251 || return
	is "before: no socket, no closed directory" "$(as bob 'ls -d /run/docker.sock /srv/closed' 2>/dev/null)" ""
	engine
	mkdir /srv/closed && echo secret >/srv/closed/file
	mv /srv/ro /srv/old && mkdir /srv/ro && chmod 777 /srv/ro
	cp -p /usr/bin/passwd /usr/bin/passwd.new && mv /usr/bin/passwd.new /usr/bin/passwd
	is "the upgraded passwd lost its place in the room" "$(grep -c ' /usr/bin/passwd ' "/proc/$pid/mountinfo")" 0
	is "an engine's socket that came later is covered at the next login" \
		"$(as bob 'stat -c %F /run/docker.sock; cat /run/docker.sock')" "character special file"
	is "and so is a closed directory" "$(as bob 'ls -A /srv/closed')" ""
	is "read-only is what stands there now" "$(as bob "$can can touch /srv/ro/x")" no
	is "passwd elevates again" "$(awk '$5 == "/usr/bin/passwd" { print $6 }' "/proc/$pid/mountinfo" | grep -c nosuid) $(
		grep -c ' /usr/bin/passwd ' "/proc/$pid/mountinfo")" "0 1"
	mask=$(grep -c ' /run/docker.sock ' "/proc/$pid/mountinfo")
	as bob true
	is "once is enough" "$(grep -c ' /run/docker.sock ' "/proc/$pid/mountinfo")" "$mask"
	mount -t tmpfs none /srv/closed
	is "what the host mounts over it stays outside" "$(as bob 'ls -A /srv/closed; grep -c " /srv/closed " /proc/self/mountinfo')" 1
	umount /srv/closed
	engine
	is "the restarted engine's socket lost its cover" "$(grep -c ' /run/docker.sock ' "/proc/$pid/mountinfo")" 0
	is "and is covered again" "$(as bob 'stat -c %F /run/docker.sock')" "character special file"
	mkdir -p /home/new /srv/ro/below
	for dir in /home/new /srv/ro/below; do
		mount -t tmpfs -o mode=0777 none "$dir"
		install -m 4755 /usr/bin/id "$dir/planted"
	done
	is "what the host mounts among hidden homes, or below what is read-only, is not there" \
		"$(as bob 'ls /home; ls -A /srv/ro/below')" "bob"
	umount /home/new /srv/ro/below
	rmdir /home/new
	end_sleepers 7251
	wait "$held"
	rm -r /run/docker.sock /srv/closed /srv/ro /srv/old
	mkdir -p /srv/homes && cp -a /home/bob /srv/homes/ && home_of_bob /srv/homes/bob
	room ''
	hold bob 7252 || return
	mv /srv/homes /srv/old && mkdir /srv/homes && mv /srv/old/bob /srv/homes/
	like "what hides the homes is gone: nobody gets in" "$(as bob echo in 2>&1)" "*the host has replaced /srv/homes*"
	end_sleepers 7252
	wait "$held"
	home_of_bob /home/bob
	rm -r /srv/homes /srv/old
}

# home_of_bob DIR: from now on. Not while a process of his is still ending (usermod(8)).
home_of_bob() { wait_for 20 usermod -d "$1" bob 2>/dev/null; }

# What the host mounts below a bind, or replaces it by, while the room lives.
late() {
	mkdir -p /srv/late/stick
	room 'bind = ( { source = "/srv/late"; target = "/srv/late"; } );'
	hold bob 7255 || return
	mount -t tmpfs -o mode=0755 none /srv/late/stick
	install -m 4755 /usr/bin/id /srv/late/stick/planted
	says "late mounts: one below a bind is there at the next login, and elevates nobody" \
		'/srv/late/stick/planted -u' "$(id -u bob)"
	is "late mounts: no more than one" "$(as bob true; grep -c ' /srv/late/stick ' "/proc/$pid/mountinfo")" 1
	mount -t tmpfs -o mode=0755 none /srv/late
	install -m 4755 /usr/bin/id /srv/late/planted
	says "late mounts: one in its place, too" '/srv/late/planted -u' "$(id -u bob)"
	end_sleepers 7255
	wait "$held"
	umount /srv/late /srv/late/stick
	rm -r /srv/late
}

# A mount that does not answer refuses the login, in time.
hung() {
	local begun
	gcc -O1 -o "$STAGE/hung" "$here/hung.c" || not_ok "hung.c compiles"
	room ''
	mkdir -p /srv/net
	home_of_bob /srv/net/bob
	"$STAGE/hung" /srv/net &
	# Nothing that looks at it would come back.
	wait_for 5 grep -q " /srv/net " /proc/self/mountinfo
	begun=$SECONDS
	# sshd itself waits for such a home, before and behind the session.
	like "a home on a mount that hangs" "$(pamtester roomtest bob open_session 2>&1)" "*refused*takes too long*"
	is_ok "a home on a mount that hangs: no room is left" no_room_of bob
	is_ok "within the helper's time" test $((SECONDS - begun)) -lt 20
	kill %%
	umount -l /srv/net
	home_of_bob /home/bob
	rm -r /srv/net
}

# A helper that may not make it says what.
failure() {
	room 'on_failure = "allow"; writable = "/srv/nowhere";'
	is "on_failure allow: let in, outside" "$(as bob 'readlink /proc/self/ns/mnt' 2>&1)" "$(readlink /proc/$$/ns/mnt)"
	like "and told at a terminal" "$(su bob -c true 2>&1)" '*outside of any room*/srv/nowhere*'
	like "and the log has it" "$(log_since 0 | tail -n 1)" '*let in outside*/srv/nowhere*'
	is_ok "nothing of the room is left" no_room_of bob
	room 'on_failure = "deny"; writable = "/srv/nowhere";'
	refused_with "on_failure deny" /srv/nowhere
}

begin
paths
room ''
devices
tmps
on_disk
others
privileges
programs
mended
late
hung
failure
rm -rf /srv/* /opt/tools
finish view
