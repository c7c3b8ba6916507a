# shellcheck shell=bash
# What the guest's tests share: TAP, waiting, logging in, and looking at processes from outside. Everything is read
# from /proc of the host, never from roomctl or the product's log: those are what is being tested.

# TEST_RUN, with the key that opens every account, is made by main.sh.
ssh_options=(-F none -i "$TEST_RUN/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
	-o LogLevel=ERROR -o ConnectTimeout=120)

# --- results -------------------------------------------------------------------------------------------------------

note() { printf '# %s\n' "$@"; }

touch "$TEST_RUN/results"
results() { wc -l <"$TEST_RUN/results"; }
failures() { grep -c not "$TEST_RUN/results"; }

ok() {
	echo ok >>"$TEST_RUN/results"
	printf 'ok %s\n' "$1"
}

# not_ok NAME [DETAIL...]
not_ok() {
	echo not >>"$TEST_RUN/results"
	printf 'not ok %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 25 | sed 's/^/#   /'
}

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: $3"; fi
}

isnt() {
	if [ "$2" != "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: something else"; fi
}

# like NAME GOT PATTERN (of the shell)
like() {
	# shellcheck disable=SC2053
	if [[ $2 == $3 ]]; then ok "$1"; else not_ok "$1" "got:  $2" "like: $3"; fi
}

# is_ok NAME COMMAND...: ok when the command is. Its output is told when it is not.
is_ok() {
	local name=$1 out status=0
	shift
	out=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then ok "$name"; else not_ok "$name" "$* ended with $status" "$out"; fi
}

# show_journal HH:MM:SS: what concerns logins since then, the end of it.
show_journal() {
	note "journal since $1:"
	journalctl -q --no-pager -o short-monotonic --since "$1" 2>/dev/null |
		grep -E 'pam_|room|sshd|user@|CRON|su\[|sudo|audit|segfault|Failed' |
		grep -vE 'Received disconnect|Disconnected from|Accepted publickey|pam_unix' |
		tail -n 40 | cut -c1-300 | sed 's/^/#   | /'
}

# --- waiting -------------------------------------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: until the command is true; its last answer is the answer.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

gone() { [ ! -e "/proc/$1" ] || [ "$(field "$1" State | cut -c1)" = Z ]; }
no_processes() { ! pgrep -u "$1" >/dev/null; }

# systemd's own mark: this is no machine, but a system on the kernel of one (tests/vm/native).
is_native() { [ -e /run/systemd/container ]; }

# --- logging in ----------------------------------------------------------------------------------------------------

# on USER COMMAND...: over ssh, with an end to it.
on() {
	local user=$1
	shift
	timeout 180 ssh -n "${ssh_options[@]}" "$user@localhost" "$@"
}

# A sleeper is a `sleep` of a length no other has, by which it is found from outside.
find_sleeper() { pgrep -x -f "(/usr)?(/bin/)?sleep $1"; }

# sleeper LENGTH [SECONDS]: the pid of that sleeper, waited for; nothing and false when it does not come.
sleeper() {
	wait_for "${2-60}" find_sleeper "$1" >/dev/null || return 1
	find_sleeper "$1"
}

# end_sleepers LENGTH...: by their process ids; what waited for one ends with it.
end_sleepers() {
	local length pids
	for length in "$@"; do
		pids=$(find_sleeper "$length") || continue
		# shellcheck disable=SC2086
		kill $pids 2>/dev/null
	done
	return 0
}

no_sleeper() { ! find_sleeper "$1" >/dev/null; }

# hold USER LENGTH: a session that stays as long as its sleeper does. Sets held (the client), pid (the sleeper) and room
# (the sleeper's namespaces); false when there is no session.
# shellcheck disable=SC2034
hold() {
	ssh -n "${ssh_options[@]}" "$1@localhost" exec sleep "$2" >/dev/null 2>&1 &
	held=$!
	pid='' room=''
	if ! pid=$(sleeper "$2"); then
		not_ok "a session of $1 starts"
		return 1
	fi
	room=$(walls "$pid")
}

# leave LENGTH...: ends these sessions, by ending what they run, and waits for the logout. (Killing the client would
# not do: without a terminal sshd leaves the command running.)
leave() {
	end_sleepers "$@"
	wait
}

# --- looking from outside ------------------------------------------------------------------------------------------

# walls PID: the four namespaces that make a room, as the host sees them.
walls() {
	local ns
	ns=$(readlink /proc/"$1"/ns/{mnt,pid,ipc,uts} 2>/dev/null) || echo "no process $1"
	echo "${ns//$'\n'/ }"
}

outside() { walls 1; }

# differs_in_all NAME PID: four namespaces that are all other ones than the host's.
differs_in_all() {
	local name=$1 pid=$2 kind same=
	for kind in mnt pid ipc uts; do
		[ -n "$(readlink "/proc/$pid/ns/$kind")" ] || same="$same $kind(unknown)"
		[ "$(readlink "/proc/$pid/ns/$kind")" != "$(readlink "/proc/1/ns/$kind")" ] || same="$same $kind"
	done
	if [ -z "$same" ]; then ok "$name"; else not_ok "$name" "the host's, of process $pid:$same"; fi
}

# in_room NAME PID ROOM: the process has the room's four namespaces, and the room is not the outside.
in_room() {
	if [ -z "$2" ]; then
		not_ok "$1" "there is no such process"
	elif [ "$3" = "$(outside)" ] || [ -z "$3" ]; then
		not_ok "$1" "there is no room: it is outside"
	else
		is "$1" "$(walls "$2")" "$3"
	fi
}

# knows_terminal COMMAND: which ends in tty(1), from a terminal of root's.
knows_terminal() {
	like "$1: knows the terminal" "$(script -q -c "tty; $1" /dev/null </dev/null | tr -d '\r' | tail -n 1)" \
		'*/dev/pts/[0-9]*'
}

# field PID NAME: from /proc/PID/status.
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

# label PID: a security module's; nothing where there is none.
label() { { tr -d "\0" <"/proc/$1/attr/current"; } 2>/dev/null; }

cgroup_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

# members ROOM: all processes in the pid namespace of these walls.
members() {
	local number
	number=$(sed -n 's/.*pid:\[\([0-9]*\)\].*/\1/p' <<<"$1")
	find /proc/[0-9]*/ns -maxdepth 1 -name pid -lname "pid:\[$number\]" 2>/dev/null | cut -d/ -f3
}

no_members() { [ -z "$(members "$1")" ]; }

# keeper_of ROOM: the process that is number 1 in the room's pid namespace.
keeper_of() {
	local pid
	for pid in $(members "$1"); do
		case $(field "$pid" NSpid 2>/dev/null) in *[0-9]"	1") echo "$pid" ;; esac
	done
}

# strays USER ROOM: the user's processes that are not in the room. Two wait outside for the manager's end and run
# nothing of the user's: systemd's (sd-pam), and the helper that is the service's main process (30-manager.sh).
strays() {
	local pid
	[ "$2" != "$(outside)" ] || echo "there is no room"
	for pid in $(pgrep -u "$1"); do
		[ -e "/proc/$pid" ] || continue
		case $(cat "/proc/$pid/comm" 2>/dev/null) in "(sd-pam)" | room-helper) continue ;; esac
		[ "$(walls "$pid")" = "$2" ] || tell "$pid"
	done
}

# The oldest: what it starts is called so for a moment too.
manager_of() { pgrep -o -u "$1" -x systemd; }
no_manager() { ! manager_of "$1" >/dev/null; }

# tell PID...: a line about each, for diagnostics.
tell() {
	local pid
	for pid in "$@"; do
		echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) [$(cgroup_of "$pid" 2>/dev/null)] $(walls "$pid")"
	done
}

# What roomctl enable and the package change, as one number.
picture() { tar --sort=name --mtime=@0 -C / -cf - etc/pam.d etc/systemd usr/lib/pam.d var/lib/pam_room 2>/dev/null | sha256sum; }

no_runtime_dirs() { [ -z "$(ls -A /run/user)" ]; }

# What rooms could leave behind, one count a line.
count_all() {
	echo "mounts $(wc -l </proc/1/mountinfo)"
	echo "namespaces $(lsns --noheadings --raw --output NS,TYPE | grep -cE ' (mnt|pid|ipc|uts|net|user|cgroup)$')"
	echo "descriptors $(find /proc/[0-9]*/fd -maxdepth 1 -printf '%l\n' 2>/dev/null |
		grep -cE '^(mnt|pid|ipc|uts|net|user|cgroup):')"
	echo "units $(systemctl list-units --all --plain --no-legend 'pam_room*' | wc -l)"
}
