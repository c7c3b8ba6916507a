#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl audit, at each preset, outside, and as what sudo makes of a user: what it answers must be what probes say that
# share nothing with it (questions, and those below, by shell and perl).
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

doc=$here/../../doc/doors.md
tool=/usr/local/lib/stage/questions
declare -A session=([outside]=dave [glass]=bob [brick]=carol [desk]=alice [concrete]=erin)

# The audit's question, and that of the probes with the same answer.
same() {
	cat <<-'END'
		homes homes
		processes processes
		tmp tmp
		disks disks
		kernel-log kernel-log
		engine engine
		loopback loopback
		abstract abstract
		network devices
		gain-dac cap-dac-override
		gain-raw cap-net-raw
		gain-mount cap-sys-admin
		gain-ptrace cap-sys-ptrace
		gain-mknod cap-mknod
		gain-module cap-sys-module
		frames frames
		mount mount
		userns userns
		userns-mount userns-mount
		keyring keyring
		io_uring io_uring
		perf perf
		typing tiocsti
		foreign abi32
		signals kill
	END
}

# More probes, run as the user: "QUESTION yes" or no.
more() {
	cat <<-'END'
		can() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
		call() { /usr/local/lib/stage/probe "$1" | cut -d" " -f2; }
		flag() { findmnt -no VFS-OPTIONS -T "$1" | tail -n 1 | grep -qw "$2"; }
		writable() { if flag "$1" ro; then echo no; else echo yes; fi; }
		echo "raw-ip $(can test "$(call raw_ip)" = OK)"
		echo "request-key $(can test "$(call request_key)" != EPERM)"
		echo "userfaultfd $(can test "$(call userfaultfd)" = OK)"
		echo "ptys $(if mount | grep " /dev/pts " | tail -n 1 | grep -q max=; then echo no; else echo yes; fi)"
		echo "terminals $(can sh -c "find /dev/pts -type c -name '[0-9]*' ! -user ${SUDO_UID:-$(id -u)} -writable | grep -q .")"
		echo "ipc $(can test "$(ipcs -m | grep -c "^0x.* daemonic ")" -gt 0)"
		echo "secrets $(can grep -q . /proc/keys /proc/interrupts)"
		echo "usr $(writable /usr)"
		echo "etc $(writable /etc)"
		echo "sysctl $(writable /proc/sys)"
		echo "sys $(writable /sys)"
		echo "home $(can touch ~/of-audit)"
		echo "log $(can logger -t audit-test probe)"
		echo "bus $(can perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un("/run/dbus/system_bus_socket")) or die')"
		echo "pools $(can perl -e 'syscall((POSIX::uname())[4] eq "aarch64" ? 26 : 294, 0) >= 0 or die; use POSIX')"
		# clock 999 is none, but where a filter refuses to ask; of raw frames any kernel knows the family.
		echo "calls-host $(can perl -MPOSIX -e 'syscall((uname)[4] eq "aarch64" ? 112 : 227, 999, 0); exit !$!{EINVAL}')"
		echo "families $(can perl -MErrno -e 'exit 0 if socket my $s, 17, 3, 0; exit !!$!{EAFNOSUPPORT}')"
		echo "bpf $(can perl -MPOSIX -e 'my $none = "\0" x 120; exit 0 if syscall((uname)[4] eq "aarch64" ? 280 : 321, 5, $none, 120) >= 0
			or $!{EINVAL} or $!{E2BIG}; exit 1')"
		echo "module $(can perl -MPOSIX -e 'syscall((uname)[4] eq "aarch64" ? 273 : 313, -1, my $none = "", 0); exit !$!{EBADF}')"
		echo "calls $(can true)"
		[ "$(id -u)" != 0 ] || echo "gain-any $(can grep -qE '^CapPrm:.*[1-9a-f]' /proc/self/status)"
		echo "core $(case $(cat /proc/sys/kernel/core_pattern) in
			[\|@]*) ulimit -c 0; can sh -c "! grep -qE '^Max core file size +1 ' /proc/self/limits" ;;
			*) echo no ;;
			esac)"
		echo "devices $(can sh -c "find -L /dev -mindepth 1 -maxdepth 3 \( -path '/dev/.*' -o -path '/dev/pts*' -o -path '/dev/fd*' -o -path '/dev/std*' \) -prune -o \
			-type c \( -readable -o -writable \) ! -path /dev/null ! -path /dev/zero ! -path /dev/full ! -path '/dev/*random' ! -path /dev/tty ! -path /dev/ptmx -print |
			grep -q .")"
		echo "trace $(can perl -e 'for (glob "/proc/[0-9]*") { next if $_ eq "/proc/1"; my $of = (stat)[4]; next if !defined $of or $of == $<;
			next if $of == ($ENV{SUDO_UID} // $<); exit 0 if open my $f, "<", "$_/mem" } exit 1')"
		echo "manager $(can perl -MSocket -e 'socket S, PF_UNIX, SOCK_STREAM, 0; connect(S, sockaddr_un("/run/user/$</bus")) or die')"
		group=$(sed -n 's/^0:://p' /proc/self/cgroup)
		limit() {
			local dir=/sys/fs/cgroup$group
			[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] && [ -n "$group" ] && [ -e "$dir" ] && [ "$group" = "${group#*/..}" ] ||
				{ echo "cannot tell" && return; }
			for (( ; ${#dir} > 14; )); do
				[ ! -e "$dir/$1" ] || grep -q ^max "$dir/$1" || { echo no && return; }
				dir=${dir%/*}
			done
			if [ -e "$dir/cgroup.type" ]; then echo "cannot tell"; else echo yes; fi
		}
		echo "memory $(limit memory.max)"
		echo "cpu $(limit cpu.max)"
		most=$(ulimit -Hu)
		echo "tasks $(if [ "$most" != unlimited ] && [ "$most" -lt $(($(cat /proc/sys/kernel/threads-max) / 2)) ]; then echo no; else limit pids.max; fi)"
		echo "writable $(can sh -c "touch /usr/of-audit || touch /etc/of-audit || touch /var/of-audit")"
	END
}

# Of users only: what a setuid program gives to root is nothing.
more_of_users() {
	cat <<-'END'
		sleep 3 | passwd >/dev/null 2>&1 &
		sleep 0.5
		if grep -qE "^Uid:.[0-9]+.0.0.0$" /proc/$!/status; then root=true; else root=false; fi
		echo "setuid $(can $root)"
		kill %1 2>/dev/null
		echo "setuid-any $(can test "$(/usr/local/lib/stage/planted -u)" = 0)"
		echo "gain-any $(can sh -c "$root || test \"\$(/usr/local/lib/stage/planted -u)\" = 0 ||
			/usr/local/lib/stage/planted-cap -qE '^CapEff:.*[1-9a-f]' /proc/self/status")"
	END
}

outsiders() {
	perl -MSocket -e '
		socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("/run/docker.sock")) && listen(S, 99) or die $!;
		chmod 0666, "/run/docker.sock";
		mkdir "/run/dbus";
		socket(B, PF_UNIX, SOCK_STREAM, 0) && bind(B, sockaddr_un("/run/dbus/system_bus_socket")) && listen(B, 99) or die $!;
		chmod 0666, "/run/dbus/system_bus_socket";
		socket(A, PF_UNIX, SOCK_STREAM, 0) && bind(A, sockaddr_un("\0of-root")) && listen(A, 99) or die $!;
		sleep 7291' &
	outsider=$!
	setpriv --reuid daemonic --regid daemonic --clear-groups perl -e 'shmget(0x7291, 16, 0666 | 01000) // die $!; sleep 7292' &
	shared=$!
	wait_for 5 test -S /run/docker.sock
	touch /tmp/of-root /dev/shm/of-root
	install -m 755 "$here/questions" "$tool"
	install -m 4755 /usr/bin/id /usr/local/lib/stage/planted
	install -m 755 /usr/bin/grep /usr/local/lib/stage/planted-cap && setcap cap_net_raw+ep /usr/local/lib/stage/planted-cap
	useradd -m -s /bin/bash erin
	people+=(erin)
	for one in dave alice erin; do echo "$one ALL=(ALL) NOPASSWD: ALL"; done >/etc/sudoers.d/audit
	chmod 440 /etc/sudoers.d/audit
	policy <<-'END'
		version = 1;
		rooms: {
		  clear: { walls = "glass"; strays = "accept"; };
		  plain: { walls = "brick"; strays = "accept"; };
		  desk: { walls = "brick"; setuid = [ "/usr/bin/sudo", "/usr/bin/passwd" ]; };
		  cell: { walls = "concrete"; strays = "accept"; };
		};
		assign: ( { user = "dave"; room = "outside"; }, { user = "bob"; room = "clear"; },
		  { user = "carol"; room = "plain"; }, { user = "alice"; room = "desk"; }, { user = "erin"; room = "cell"; } );
	END
}

# told ID FILE: what an audit answers.
told() { awk -F '\t' -v id="$1" '$1 == id { print $2 }' "$2"; }

# compare PLACE: the files of that place, row by row.
compare() {
	local place=$1 id key want
	while read -r id key; do
		is "$place: $id" "$(told "$id" "$STAGE/a-$place")" "$(sed -n "s/^$key //p" "$STAGE/a-$place.probes")"
	done < <(same)
	while read -r id want; do
		is "$place: $id" "$(told "$id" "$STAGE/a-$place")" "$want"
	done <"$STAGE/a-$place.more"
	# Of a call that no kernel has, it and a filter say the same. The profile of glass lets these through.
	is "$place: calls-new" "$(told calls-new "$STAGE/a-$place")" "$(case $place in outside* | glass) echo yes ;; *) echo no ;; esac)"
	is "$place: there is no question without a probe" "$(cut -f 1 "$STAGE/a-$place" | while read -r id; do
		same | grep -q "^$id " || grep -q "^$id " "$STAGE/a-$place.more" || [ "$id" = calls-new ] || echo "$id"
	done)" "$([ "$place" = "${place%-root}" ] || printf 'setuid\nsetuid-any')"
	isnt "$place: the probes answered" "$(wc -l <"$STAGE/a-$place.more")" 0
}

# ask PLACE WORD COMMAND...: the audit and the probes, by the user's ssh.
ask() {
	local place=$1 user=${session[${1%-root}]} me=$2
	shift 2
	as "$user" "$@" /usr/sbin/roomctl audit --lines >"$STAGE/a-$place" 2>"$STAGE/a-$place.err"
	is "$place: the audit runs" "$?" 0
	is "$place: it complains of nothing" "$(cat "$STAGE/a-$place.err")" ""
	as "$user" "$@" "$tool" "$me" "$outsider" "$port" >"$STAGE/a-$place.probes" 2>&1
	{ more; [ "$me" != user ] || more_of_users; } | feed "$user" "$@" bash >"$STAGE/a-$place.more" 2>&1
	rm -f /usr/of-audit /etc/of-audit /var/of-audit /usr/local/of-session /var/of-session /etc/of-session
	compare "$place"
	is "$place: what cannot be told has its reason" \
		"$(awk -F '\t' '$2 == "cannot tell" && $3 !~ /^It cannot be told: .....*/' "$STAGE/a-$place")" ""
	sed 's/^/# /' "$STAGE/a-$place" | grep -P '\tcannot tell\t'
}

# What doc/doors.md calls open must be found open, by a question that names the door.
doors() {
	local place column door id found lacking
	# shellcheck disable=SC2016 # perl's
	as carol /usr/sbin/roomctl audit --json |
		perl -MJSON::PP -0777 -ne 'print "$_->{id} $_->{doors}\n" for @{decode_json($_)->{rows}}' >"$STAGE/a-doors"
	is "the door of every question is in doc/doors.md" \
		"$(cut -d' ' -f2- "$STAGE/a-doors" | tr ' ' '\n' | grep . | sort -u | while read -r one; do grep -q "^| $one |" "$doc" || echo "$one"; done)" ""
	while read -r place column; do
		lacking=
		while read -r door; do
			found=
			while read -r id; do
				[ "$(told "$id" "$STAGE/a-$place")" != yes ] || found=1
			done < <(awk -v d="$door" '{ for (i = 2; i <= NF; i++) if ($i == d) print $1 }' "$STAGE/a-doors")
			[ -n "$found" ] || lacking="$lacking $door"
		done < <(awk -F '|' -v c="$column" '/^[|] D-/ && $c ~ / open / { print $2 }' "$doc" | sort -u)
		is "$place: every door that doc/doors.md calls open is found open" "$lacking" ""
	done <<<$'glass 4\nbrick 5\nconcrete 6'
}

# D-39: a terminal that the user has outside, written to from inside.
own_terminals() {
	local place user want name
	while read -r place want; do
		user=${session[$place]}
		setpriv --reuid "$user" --regid "$user" --clear-groups script -qfc "tty >/home/$user/of-tty; exec sleep 7293" \
			"/home/$user/of-script" </dev/null >/dev/null 2>&1 &
		wait_for 5 grep -qs pts "/home/$user/of-tty"
		name=$(cat "/home/$user/of-tty")
		is "$place: $user gets in" "$(as "$user" "echo reached >$name; echo in" 2>/dev/null)" in
		sleep 0.3
		is "D-39 the user's own terminals outside: $want at $place" \
			"$(grep -q reached "/home/$user/of-script" && echo open || echo closed)" "$want"
		end_sleepers 7293
		wait $!
	done <<<$'glass open\nbrick open\nconcrete closed'
	is_ok "doc/doors.md says so" grep -qF "| D-39 | writing to the user's own terminals outside | open | open | closed | host 72 |" "$doc"
}

score() { as "${session[$1]}" /usr/sbin/roomctl audit --json | perl -MJSON::PP -0777 -ne 'print decode_json($_)->{score}'; }

# Each wall is worth more than the one before.
scores() {
	local place last=-1 now
	for place in outside glass brick concrete; do
		now=$(score "$place")
		note "$place: score $now"
		is "$place: the score is above the one before" "$(perl -e 'print $ARGV[0] > $ARGV[1] ? "yes" : "no"' "$now" "$last")" yes
		last=$now
	done
	like "outside is as good as nothing closed" "$(score outside)" "[01].*"
	like "concrete: nearly all is closed" "$(score concrete)" "[89].*"
	is "--fail-below: enough is 0" "$(as carol /usr/sbin/roomctl audit --fail-below 5 >/dev/null; echo $?)" 0
	is "--fail-below: too little is 1" "$(as bob /usr/sbin/roomctl audit --fail-below 9.5 >/dev/null; echo $?)" 1
	is "--fail-below: no number is 2" "$(as bob /usr/sbin/roomctl audit --fail-below 11 2>&1; echo $?)" \
		"roomctl: --fail-below wants a number from 0 to 10, like 7 or 7.5"$'\n2'
}

begin
outsiders
ask outside user
ask outside-root root sudo -n
ask glass user
ask brick user
ask desk user
ask desk-root root sudo -n
ask concrete user
is "the audit is not told by the policy: an unreadable one changes nothing" "$(chmod 600 /etc/pam_room/room.conf
	as carol /usr/sbin/roomctl audit --lines | cut -f 1,2 | cksum
	chmod 644 /etc/pam_room/room.conf)" "$(cut -f 1,2 "$STAGE/a-brick" | cksum)"
doors
own_terminals
like "a limit of processes is seen" "$(as dave 'ulimit -u 200; /usr/sbin/roomctl audit --lines' | grep '^tasks	')" $'tasks\tno\t*RLIMIT_NPROC 200*'
scores
kill $outsider $shared
rm -rf /tmp/of-root /dev/shm/of-root /run/docker.sock /run/dbus /etc/sudoers.d/audit /usr/local/lib/stage/planted*
ipcrm -M 0x7291 2>/dev/null
finish audit
