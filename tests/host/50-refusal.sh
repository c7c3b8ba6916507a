#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# When a room cannot be opened, the login is refused with one clear line, the log has one line, root gets in, and
# nothing is left.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

conf=/etc/pam_room/room.conf
libexec=/usr/libexec/pam_room

# What a refused login must not change.
traces() {
	echo "rooms $(rooms | xargs), keepers $(keepers | wc -l), helpers $(pgrep -c -x room-helper)"
	echo "sshd's descriptors $(find "/proc/$(cat "$STAGE/sshd.pid")/fd" | wc -l)"
	echo "mounts $(wc -l </proc/self/mountinfo)"
}

# refused NAME [WHAT THE LINE SAYS]: a login of alice is.
refused() {
	local out status=0 before since
	before=$(traces)
	since=$(log_now)
	out=$(as alice echo inside 2>&1) || status=$?
	judge "$1" "${2-}" "$status" "$out" "$since"
	wait_for 3 same_traces "$before"
	is "$1: nothing is left" "$(traces)" "$before"
	is "$1: root gets in" "$(as root echo in 2>&1)" in
}

same_traces() { [ "$(traces)" = "$1" ]; }

# judge NAME PATTERN STATUS OUTPUT SINCE
judge() {
	local lines
	lines=$(log_since "$5")
	if [ "$3" -ne 0 ] && [ "$3" -ne 124 ] && [[ $4 != *inside* ]]; then
		ok "$1: the login is refused"
	else
		not_ok "$1: the login is refused" "status $3" "$4"
	fi
	is "$1: the user is told in one line" "$(grep -c . <<<"$4")" 1
	like "$1: in words" "$4" '*[a-z]*[ ]*[a-z]*[ ]*[a-z]*'
	is "$1: one line in the log" "$(grep -c . <<<"$lines")" 1
	[ -z "$2" ] || like "$1: which says what it is" "$lines" "*$2*"
	note "user: $4" "log:  $lines"
}

# A first login that works, so that the refusals are not just a broken machine.
works() {
	hold alice 7501 || return
	differs_in_all "$1: a login is inside again" "$pid"
	end_sleepers 7501
	wait
}

policies() {
	policy <<<'version = 1; rooms: { a: { walls = "brick"; };'
	refused "a syntax error" "room.conf:"
	policy <<<'version = 1; roms: { };'
	refused "an unknown key" "room.conf:1*roms*"
	policy <<<'version = 1; rooms: { a: { walls = "brikc"; }; };'
	refused "an unknown preset" "room.conf:1*brikc*"
	policy <<<'version = 1; assign: ( { user = "alice"; room = "nowhere"; } );'
	refused "an unknown room" "room.conf:1*nowhere*"
	policy <<<'version = 2;'
	refused "another version" "room.conf:1"
	usual_policy
	head -c 100M /dev/zero | tr '\0' '#' >>"$conf"
	refused "a policy of 100 MB" "room.conf"
	head -c 2000 /dev/urandom | policy
	refused "a binary policy" "room.conf"
	usual_policy
	printf 'nonsense' >/etc/pam_room/room.d/10.conf
	refused "a mistake in room.d" "10.conf"
	usual_policy
}

# What cannot be limited is not opened. The VM tests have a machine with controllers.
limits() {
	policy <<<'version = 1; rooms: { a: { limits: { tasks = 100; }; }; }; assign: ( { user = "alice"; room = "a"; } );'
	if grep -qsw pids /sys/fs/cgroup/cgroup.controllers; then
		like "a limit with its controller" "$(as alice cat /proc/self/cgroup)" "*/pam_room/rooms/*.a"
	else
		refused "a limit without its controller" "no controller pids"
	fi
	policy <<<'version = 1; rooms: { a: { limits: { io = ( { path = "/proc"; read = "1M"; } ); }; }; };
		assign: ( { user = "alice"; room = "a"; } );'
	refused "a limit of no disk" "/proc lies on no disk"
	usual_policy
}

policy_files() {
	chmod 666 "$conf"
	refused "a policy that everybody may write" "room.conf"
	chmod 664 "$conf"
	refused "a policy that a group may write" "room.conf"
	chmod 644 "$conf"
	chown alice "$conf"
	refused "a policy that belongs to somebody" "room.conf"
	chown root "$conf"
	chmod 777 /etc/pam_room
	refused "a folder that everybody may write" "pam_room"
	chmod 755 /etc/pam_room
	chmod 777 /etc/pam_room/room.d
	refused "a room.d that everybody may write" "room.d"
	chmod 755 /etc/pam_room/room.d
	mv "$conf" "$conf.real"
	refused "a policy that is missing" "room.conf"
	ln -s room.conf.real "$conf"
	refused "a policy that is a symbolic link" "room.conf"
	rm "$conf"
	mkfifo "$conf"
	refused "a policy that is a pipe" "room.conf"
	rm "$conf"
	mkdir "$conf"
	refused "a policy that is a folder" "room.conf"
	rmdir "$conf"
	mv "$conf.real" "$conf"
}

programs() {
	local program
	for program in room-helper room-keeper; do
		mv "$libexec/$program" "$libexec/aside"
		refused "$program is missing" "$program"
		install -m 644 "$libexec/aside" "$libexec/$program"
		refused "$program is not executable" "$program"
		printf 'no program' >"$libexec/$program"
		chmod 755 "$libexec/$program"
		refused "$program is not a program"
		cp -a /bin/false "$libexec/$program"
		refused "$program does not do its work"
		rm "$libexec/$program"
		mv "$libexec/aside" "$libexec/$program"
	done
}

# The bit is for user managers; but an installation that is torn is not used by half.
torn() {
	chmod 755 "$libexec/room-helper"
	refused "room-helper is not setuid" "is not setuid"
	chmod 4775 "$libexec/room-helper"
	refused "room-helper may be written by its group" "not root's alone"
	chmod 4755 "$libexec/room-helper"
	chown alice "$libexec/room-helper"
	chmod 4755 "$libexec/room-helper"
	refused "room-helper is a user's" "not root's alone"
	chown root "$libexec/room-helper"
	chmod 4755 "$libexec/room-helper"
}

verdicts() {
	policy <<<'version = 1; assign: ( { user = "alice"; room = "closed"; }, { user = "bob"; room = "outside"; } );'
	refused "closed" "closed"
	hold bob 7502 || return
	is "outside: the outer namespaces" "$room" "$(outside)"
	is "outside: the whole bounding set" "$(field "$pid" CapBnd)" "$(field $$ CapBnd)"
	is "outside: no filter" "$(field "$pid" Seccomp)" "$(field $$ Seccomp)"
	is "outside: no keeper" "$(keepers)" ""
	end_sleepers 7502
	wait
	usual_policy
}

# plan_byte ROOM OFFSET: changes that byte of a living room's plan; the record begins with a version and the numbers of
# the four namespaces (lib/plan.c).
plan_byte() {
	local plan=/run/pam_room/rooms/$1/plan old
	old=$(od -An -tu1 -j "$2" -N 1 "$plan" | xargs)
	# shellcheck disable=SC2059
	printf "\\x$(printf %x $((old ^ 1)))" | dd of="$plan" bs=1 seek="$2" conv=notrunc status=none
}

# A login that fails when it has joined already is wholly back: namespaces, root, working directory and bounding set.
# ssh -N goes on after a refusal, so there is a process to look at.
after_the_join() {
	local client one offset key seen
	key=$(id -u alice).admin
	for offset in 8 16 24 32; do
		hold alice 7504 || return
		plan_byte "$key" "$offset"
		is "joined and failed: refused" "$(as alice 'echo inside' 2>/dev/null | grep -cx inside)" 0
		ssh -n -N "${ssh_options[@]}" alice@127.0.0.1 >/dev/null 2>&1 &
		client=$!
		sleep 2
		seen=0
		for one in $(pgrep -f '^sshd(-session)?: alice( |$|@)'); do
			# Those of the session that is there.
			[ "$(readlink "/proc/$one/ns/mnt")" != "${room%% *}" ] || continue
			seen=$((seen + 1))
			is "joined and failed: sshd is outside, wholly" \
				"$(walls "$one") $(readlink "/proc/$one/ns/pid_for_children") $(readlink "/proc/$one/root") $(field "$one" CapBnd)" \
				"$(outside) $(readlink /proc/$$/ns/pid) / $(field $$ CapBnd)"
		done
		is "joined and failed: both of sshd's processes were looked at" "$seen" 2
		kill "$client" 2>/dev/null
		end_sleepers 7504
		wait
		wait_for 10 no_keepers
	done
}

# Programs differ in what they make of a session that was refused: sudo has a kind of refusal that it passes over. None
# may run the command.
other_ways() {
	local name out
	policy <<<'version = 1; rooms: { a: { walls = "brikc"; }; };'
	for name in "su alice -c" "su - alice -c" "sudo -n -u alice" "sudo -n -i -u alice"; do
		# shellcheck disable=SC2086
		out=$($name "echo inside" 2>/dev/null)
		is "a refused session: $name runs nothing" "$out" ""
	done
	policy <<<'version = 1; assign: ( { user = "alice"; room = "closed"; } );'
	for name in "su alice -c" "sudo -n -u alice"; do
		# shellcheck disable=SC2086
		out=$($name "echo inside" 2>/dev/null)
		is "closed: $name runs nothing" "$out" ""
	done
	usual_policy
	is "and with a good policy sudo does" "$(sudo -n -u alice echo inside 2>&1)" inside
}

# helper_by USER ARGS: how the helper ends when that user, who is outside, runs it; with a socket of the user's own as
# the module would give it.
helper_by() {
	local user=$1
	shift
	# shellcheck disable=SC2016
	setpriv --reuid "$user" --regid "$user" --clear-groups perl -MSocket -MPOSIX -e '
		socketpair(A, B, AF_UNIX, SOCK_SEQPACKET, 0) or die;
		POSIX::dup2(fileno(B), 3);
		$^F = 9;
		exit(system("/usr/libexec/pam_room/room-helper", @ARGV) >> 8)' -- "$@" 2>&1
	echo "$?"
}

# A user who finds the setuid bit by himself gets nothing from it, and hears nothing.
users_of_the_helper() {
	is "the helper, run by a user: refuses without a word" "$(helper_by dave)" 100
	is "the helper, with another argument: likewise" "$(helper_by dave --help)" 100
	is "the helper, with two arguments: likewise" "$(helper_by dave user-manager x)" 100
	is "the helper, run in a room: refuses" "$(as alice '/usr/libexec/pam_room/room-helper; echo $?' 2>&1)" 100
	is "a user manager in a room by hand: refused" \
		"$(as alice '/usr/libexec/pam_room/room-helper user-manager; echo $?' 2>&1)" 111
	is "no room was made for it" "$(rooms | grep -v "^$(id -u alice)[.]")" ""
}

# hostile NAME USER: a name that no user has, through PAM.
hostile() {
	local out status=0 since before
	before=$(traces)
	since=$(log_now)
	out=$(timeout 20 pamtester roomtest "$2" open_session 2>&1) || status=$?
	isnt "name $1: refused" "$status" 0
	isnt "name $1: in time" "$status" 124
	is "name $1: one line for whoever comes" "$(grep -c '^pam_room: ' <<<"$out")" 1
	is "name $1: one line in the log" "$(log_since "$since" | grep -c .)" 1
	is "name $1: and no control byte in it" "$(log_since "$since" | tr -cd '\001-\010\013-\037' | wc -c)" 0
	is "name $1: nothing is left" "$(traces)" "$before"
	note "$(head -c 200 <<<"$out" | tr -dc ' -~')"
}

no_keepers() { [ -z "$(rooms)$(keepers)" ]; }

names() {
	local long
	wait_for 10 no_keepers
	hostile "of nobody" nobody-at-all
	hostile "with dots and slashes" ../../x
	hostile "with a space" "a b"
	hostile "like a command" '$(id)'
	hostile "like an option" -x
	hostile "with formats" '%s%n%s'
	hostile "with a newline" $'a\nb'
	hostile "with an escape" $'a\033[31mb'
	hostile "that is a number" 1000
	hostile "with a space behind" 'alice '
	hostile "in capitals" ALICE
	hostile "with a dot behind" alice.
	hostile "of a domain" 'DOM\alice'
	hostile "of a realm" alice@dom
	hostile "that is a hexadecimal number" 0x3e9
	hostile "that is a number in another way" 1e3
	hostile "whose letters look alike" $'al\xc3\xadce'
	hostile "whose letters look alike, composed" $'ali\xcc\x81ce'
	long=$(head -c 4096 /dev/zero | tr '\0' a)
	hostile "of 4096 bytes" "$long"
	is_ok "a user who exists is let in by the same service" pamtester roomtest alice open_session close_session
}

# Rules are about accounts, however somebody spells the name of his.
other_spelling() {
	cp /etc/nsswitch.conf "$STAGE/nsswitch"
	gcc -shared -fPIC "-DALICE=$(id -u alice)" -o /usr/lib/libnss_stage.so.2 "$here/nss.c" || not_ok "nss.c compiles"
	ldconfig
	sed -i 's/^passwd:.*/& stage/' /etc/nsswitch.conf
	policy <<<'version = 1; assign: ( { user = "alice"; room = "closed"; } );'
	is "a directory knows another spelling" "$(id -u ALICE)" "$(id -u alice)"
	like "which leads to the same rule" "$(pamtester roomtest ALICE open_session 2>&1)" '*closed*'
	usual_policy
	cp "$STAGE/nsswitch" /etc/nsswitch.conf
	rm /usr/lib/libnss_stage.so.2
	ldconfig
}

# A link that leads to what the view hides is not followed for its owner.
linked_home() {
	wait_for 10 no_keepers
	usermod -d /home/carol/site carol
	su carol -s /bin/sh -c true >/dev/null 2>&1
	wait_for 10 no_keepers
	setpriv --reuid carol --regid carol --clear-groups ln -sfn / /home/carol/site
	isnt "a home that is a link to /: refused" "$(su carol -c true >/dev/null 2>&1; echo $?)" 0
	setpriv --reuid carol --regid carol --clear-groups ln -sfn /home /home/carol/site
	isnt "a home that is a link to all homes: refused" "$(su carol -c true >/dev/null 2>&1; echo $?)" 0
	setpriv --reuid carol --regid carol --clear-groups mkdir /home/carol/real
	setpriv --reuid carol --regid carol --clear-groups ln -sfn /home/carol/real /home/carol/site
	is "a home that is a link to a directory of the user's: let in" "$(su carol -c 'ls -A /home' 2>&1)" carol
	usermod -d /home/carol carol
	rm -r /home/carol/site /home/carol/real
}

# A strange name that somebody has: the room is named by the uid, and by nothing else.
odd_names() {
	local name since uid=2100
	for name in "o'neil" 'do.t' $'m\xc3\xbcller' 'a@b' '1e3' 'x$'; do
		uid=$((uid + 1))
		printf '%s:x:%s:%s::/home/odd:/bin/bash\n' "$name" "$uid" "$uid" >>/etc/passwd
		since=$(log_now)
		is_ok "a user called $name is let in" pamtester roomtest "$name" open_session
		is "$name: the log calls the room by the uid" \
			"$(log_since "$since" | grep -o "room $uid.brick" | sort -u)" "room $uid.brick"
	done
	wait_for 10 no_keepers
	is "odd names: nothing is left" "$(rooms)" ""
}

# A login without a command: sshd goes on after a refusal, so it must be back outside, wholly.
forward_only() {
	local client one
	policy <<<'version = 1; assign: ( { user = "alice"; room = "closed"; } );'
	ssh -n -N "${ssh_options[@]}" alice@127.0.0.1 >/dev/null 2>&1 &
	client=$!
	sleep 2
	for one in $(pgrep -u alice) $(pgrep -f '^sshd(-session)?: alice'); do
		is "closed and ssh -N: sshd is where it was" "$(walls "$one")" "$(outside)"
	done
	is "closed and ssh -N: there is no room" "$(rooms)$(keepers)" ""
	kill "$client" 2>/dev/null
	wait
	usual_policy
}

begin
works "before"
finish "before refusals"
policies
limits
policy_files
works "a good policy"
finish "refused policies"
programs
torn
works "whole programs"
finish "refused programs"
verdicts
forward_only
after_the_join
other_ways
users_of_the_helper
names
odd_names
other_spelling
linked_home
works "after all"
finish refusals
