#!/bin/bash
# A login over ssh is in the user's room, and is still an ordinary login.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# What brick leaves of the bounding set: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE
# AUDIT_WRITE.
brick=00000000200005fb

walls_of_sessions() {
	local first kind of_alice of_bob shared=
	hold alice 7101 || return
	first=$pid of_alice=$room
	differs_in_all "ssh: a session has namespaces of its own" "$first"
	is "ssh: the bounding set is brick's" "$(field "$first" CapBnd)" "$brick"
	is "ssh: no capability is effective" "$(field "$first" CapEff)" 0000000000000000
	is "ssh: a syscall filter is on" "$(field "$first" Seccomp)" 2
	is "ssh: setuid programs are not switched off as a whole" "$(field "$first" NoNewPrivs)" 0
	is "ssh: no security label of its own" "$(label "$first")" "$(label 1)"
	is "ssh: other homes are hidden" "$(ls "/proc/$first/root/home")" alice
	session_of_logind "$first"
	hold alice 7102 || return
	in_room "ssh: a second session is in the same room" "$pid" "$of_alice"
	is "ssh: no process of the user is outside" "$(strays alice "$of_alice")" ""
	hold bob 7103 || return
	of_bob=$room
	for kind in $of_bob; do
		case " $of_alice " in *" $kind "*) shared="$shared $kind" ;; esac
	done
	is "ssh: another user shares no namespace with the first" "$shared" ""
	leave 7101 7102 7103
}

session_of_logind() {
	local group id
	group=$(cgroup_of "$1")
	id=${group##*/session-}
	id=${id%.scope}
	is "ssh: the session is in logind's scope" "$group" "/user.slice/user-$(id -u alice).slice/session-$id.scope"
	is "ssh: logind knows the session" "$(loginctl show-session "$id" -p Name --value)" alice
}

ordinary_work() {
	local status=0 file=$TEST_RUN/sent
	on alice exit 7 || status=$?
	is "ssh: the exit status comes back" "$status" 7
	like "ssh: a terminal" "$(timeout 180 ssh -tt "${ssh_options[@]}" alice@localhost tty </dev/null 2>&1 | tr -d '\r')" \
		'/dev/pts/[0-9]*'
	seq 20000 >"$file"
	is_ok "scp: there" scp -q "${ssh_options[@]}" "$file" alice@localhost:scp
	is_ok "scp: the old protocol" scp -q -O "${ssh_options[@]}" alice@localhost:scp "$file.back"
	is_ok "scp: nothing was changed" cmp "$file" "$file.back"
	printf 'put %s sftp\n' "$file" >"$TEST_RUN/batch"
	is_ok "sftp: there" sftp -q -b "$TEST_RUN/batch" "${ssh_options[@]}" alice@localhost
	is_ok "sftp: the file is in the host's home" cmp "$file" /home/alice/sftp
	is_ok "rsync over ssh" rsync -e "ssh ${ssh_options[*]}" "$file" alice@localhost:rsync
	is_ok "ssh: a pipe through" bash -c "$(declare -p ssh_options); ssh \"\${ssh_options[@]}\" alice@localhost cat <'$file' | cmp - '$file'"
}

# A terminal multiplexer outlives its login: what it starts later is inside all the same.
multiplexer() {
	hold alice 7104 || return
	on alice 'tmux new-session -d "sleep 7105"' || true
	in_room "tmux: its windows are in the room" "$(sleeper 7105)" "$room"
	on alice tmux kill-server
	leave 7104
}

walls_of_sessions
ordinary_work
multiplexer
