#!/bin/bash
# Every way in, each compared with an ssh session of the same user: namespaces, bounding set, filters and slice, as the
# host sees them. (sudo's are 27-sudo.sh's.)
# also: trixie, whose kernel labels processes; bookworm's has the floods meanwhile.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=entries.sh
. "${0%/*}/entries.sh"

# over PID LENGTH: the command has ended, or what it was to start is there.
over() { gone "$1" || find_sleeper "$2" >/dev/null; }

# refused WAY LENGTH COMMAND...: it ends by itself and nonzero, and no sleeper was seen, at its end or soon after.
refused() {
	local way=$1 length=$2 job status=0 seen
	shift 2
	timeout 60 "$@" >/dev/null 2>&1 </dev/null &
	job=$!
	wait_for 65 over "$job" "$length"
	wait_for 5 find_sleeper "$length" >/dev/null
	seen=$(find_sleeper "$length")
	end_sleepers "$length"
	wait "$job" || status=$?
	is "entry: $way: nothing of it runs" "$seen" ""
	# 124: patience ended. machinectl(1) does not tell how what it started ended.
	if [ "$status" -eq 124 ] || { [ "$status" -eq 0 ] && [ "$way" != "machinectl shell" ]; }; then
		not_ok "entry: $way: refused" "it ended with $status"
	else
		ok "entry: $way: refused"
	fi
	[ -n "$seen" ] || note "entry: $way | refused"
}

# process USER PATTERN: waited for, the newest.
process() {
	wait_for 60 pgrep -n -u "$1" -x "$2" >/dev/null
	pgrep -n -u "$1" -x "$2"
}

over_ssh() {
	local job
	(timeout 120 ssh -tt "${ssh_options[@]}" alice@localhost exec sleep 7511 >/dev/null 2>&1 </dev/null &)
	entry "ssh, with a terminal" "$(sleeper 7511)"
	sleep 7590 | ssh -s "${ssh_options[@]}" alice@localhost sftp >/dev/null 2>&1 &
	entry "sftp" "$(process alice sftp-server)"
	end_sleepers 7590
	sleep 7591 | ssh "${ssh_options[@]}" alice@localhost exec scp -t . >/dev/null 2>&1 &
	entry "scp" "$(process alice scp)"
	end_sleepers 7591
	timeout 120 ssh -N "${ssh_options[@]}" -L 2201:localhost:22 -D 2202 -R 2203:localhost:22 \
		-R /home/alice/stream:localhost:22 alice@localhost >/dev/null 2>&1 &
	job=$!
	wait_for 60 has_banner 2203
	entry "ssh -N, -L, -R, -D" "$(process alice 'sshd.*')"
	like "ssh -L: leads on" "$(banner_of 2201)" 'SSH-2.0-*'
	like "ssh -R: leads back" "$(banner_of 2203)" 'SSH-2.0-*'
	like "ssh -D: leads on" "$(socks 2202)" 'SSH-2.0-*'
	# shellcheck disable=SC2016
	like "ssh -R to a socket in the home: leads back from inside" "$(on alice 'perl -MSocket -e '\''
		socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un("/home/alice/stream")) or die $!;
		print scalar <S>'\' 2>&1)" 'SSH-2.0-*'
	kill "$job"
	rm -f /home/alice/stream
	is "ssh -W: leads on" "$(timeout 120 ssh "${ssh_options[@]}" -o "ProxyCommand=ssh ${ssh_options[*]} -W localhost:22 alice@localhost" \
		alice@localhost echo through 2>&1)" through
	timeout 120 ssh -N -M -S "$TEST_RUN/mux" "${ssh_options[@]}" alice@localhost &
	job=$!
	wait_for 60 test -S "$TEST_RUN/mux"
	(ssh -n -S "$TEST_RUN/mux" alice@localhost exec sleep 7512 &)
	entry "ssh, through a ControlMaster" "$(sleeper 7512)"
	kill "$job"
	# shellcheck disable=SC2016
	on alice 'mkdir -p .ssh; ssh-keygen -q -t ed25519 -N "" -f .ssh/again <<<y >/dev/null
		cat .ssh/again.pub >>.ssh/authorized_keys
		nohup ssh -n -i .ssh/again -o StrictHostKeyChecking=no -o BatchMode=yes localhost exec sleep 7513 >/dev/null 2>&1 &'
	entry "ssh from the room to localhost" "$(sleeper 7513)"
	end_sleepers 7511 7512 7513
}

# The first line that a server on that port of localhost says.
banner_of() { timeout 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1 && head -n 1 <&3" 2>/dev/null | tr -d '\r'; }

has_banner() { [ -n "$(banner_of "$1")" ]; }

# The same through a SOCKS proxy (RFC 1928), of the ssh server.
socks() {
	timeout 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1 && printf '\5\1\0' >&3 && head -c 2 <&3 >/dev/null &&
		printf '\5\1\0\1\177\0\0\1\0\26' >&3 && head -c 10 <&3 >/dev/null && head -n 1 <&3" 2>/dev/null | tr -d '\r'
}

internal_sftp() {
	local config=$TEST_RUN/sshd_config
	cat /etc/ssh/sshd_config >"$config"
	sed -i '/^Subsystem/d; /^#*Port/d' "$config"
	printf '%s\n' "Port 2204" "PidFile $TEST_RUN/sshd.pid" "Subsystem sftp internal-sftp" >"$TEST_RUN/head"
	cat "$TEST_RUN/head" "$config" >"$config.new"
	/usr/sbin/sshd -f "$config.new" || return
	sleep 7592 | ssh -s -p 2204 "${ssh_options[@]}" alice@localhost sftp >/dev/null 2>&1 &
	wait_for 60 pgrep -u alice -f 'alice@internal-sftp' >/dev/null
	entry "sftp, internal" "$(pgrep -n -u alice -f 'alice@internal-sftp')"
	end_sleepers 7592
	kill "$(cat "$TEST_RUN/sshd.pid")"
}

by_root() {
	(su alice -c 'exec sleep 7521' &)
	(su - alice -c 'exec sleep 7522' &)
	(setsid script -q -c 'exec login -f alice' /dev/null < <(for _ in {1..9}; do sleep 2; echo 'exec sleep 7525'; done) >/dev/null 2>&1 &)
	entry "su" "$(sleeper 7521)"
	entry "su -" "$(sleeper 7522)"
	entry "login" "$(sleeper 7525)"
	end_sleepers 7521 7522 7525
	is "entry: runuser: outside, it is root's own" "$(runuser -u alice -- readlink /proc/self/ns/mnt)" \
		"$(readlink /proc/1/ns/mnt)"
	note "entry: runuser | outside"
}

# answer PROMPT LINE: waits for the prompt, which a colon ends, of the coprocess.
answer() {
	local said=
	until [[ $said == *"$1" ]]; do
		read -r -t 60 -d : -u "${COPROC[0]}" said || return
	done
	echo "$2" >&"${COPROC[1]}"
}

# A getty, and so login(1), on a terminal that the caller gets.
by_getty() {
	local job
	echo alice:open | chpasswd
	coproc timeout 120 machinectl login .host 2>&1
	job=$COPROC_PID
	answer login alice
	answer assword open
	# What is typed before the shell is there can get lost.
	for _ in {1..20}; do
		sleep 2
		! find_sleeper 7526 >/dev/null || break
		echo 'exec sleep 7526' >&"${COPROC[1]}"
	done
	entry "machinectl login" "$(sleeper 7526 5)"
	end_sleepers 7526
	kill "$job"
	wait "$job"
	usermod -p '!' alice
}

by_time() {
	# The second job while the first one is still being told of.
	on alice 'echo exec sleep 7531 | at now; sleep 0.5; echo exec sleep 7532 | batch' 2>/dev/null
	echo '* * * * * [ -e cron.once ] || { touch cron.once; exec sleep 7533; }' | crontab -u alice -
	on alice 'systemd-run --user --quiet sleep 7534; systemd-run --user --quiet --on-active=1 --timer-property=AccuracySec=100ms sleep 7535'
	entry "at" "$(sleeper 7531)"
	entry "batch" "$(sleeper 7532)"
	entry "systemd-run --user" "$(sleeper 7534)"
	entry "a timer of the user manager" "$(sleeper 7535)"
	entry "cron" "$(sleeper 7533 75)"
	crontab -u alice -r
	rm -f /home/alice/cron.once
	# That at and batch came within a minute is its work.
	is "at: the watch goes on" "$(systemctl is-active pam_room-at.path)" active
	is "at: and has not failed" "$(systemctl list-units --failed --plain --no-legend 'pam_room*')" ""
	end_sleepers 7531 7532 7533 7534 7535
}

# They run the session in the process that opens it.
without_fork() {
	refused "a unit with PAMName=" 7541 systemd-run --quiet --wait --unit=entry-pam -p User=alice -p PAMName=login sleep 7541
	refused "machinectl shell" 7542 machinectl shell alice@.host /bin/sleep 7542
	refused "pkexec" 7543 pkexec --user alice /bin/sleep 7543
	! command -v run0 >/dev/null || refused "run0" 7544 run0 --user=alice sleep 7544
	systemctl reset-failed
	# What was started for these has namespaces of its own, which 90-clean.sh would count.
	systemctl stop polkit systemd-machined
}

is_native || like "entry: this kernel labels processes" "$(label 1)" '?*'
hold alice 7501 || exit 0
reference=$(facts "$pid")
isnt "entry: ssh, a command: not outside" "${reference%% bounding*}" "$(outside)"
like "entry: ssh, a command: in the user's slice, labelled as process 1 is" "$reference" "*slice $slice/ label $(label 1)"
note "entry: ssh, a command | in the room"
over_ssh
internal_sftp
by_root
by_getty
by_time
without_fork
leave 7501
