#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A login over ssh is in its user's room, and is still an ordinary login.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# What brick leaves of the bounding set: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE
# AUDIT_WRITE.
brick=00000000200005fb

one_room_each() {
	local first of_alice of_bob kind shared=
	hold alice 7101 || return
	first=$pid of_alice=$room
	differs_in_all "a session has namespaces of its own" "$first"
	is "the bounding set is brick's" "$(field "$first" CapBnd)" "$brick"
	is "no capability is effective" "$(field "$first" CapEff)" 0000000000000000
	is "no capability is inheritable" "$(field "$first" CapInh)" 0000000000000000
	is "a system call filter is on" "$(field "$first" Seccomp)" 2
	is "core dumps start no program of the host" \
		"$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$first/limits")" "1 1"
	hold alice 7102 || return
	in_room "a second session is in the same room" "$pid" "$of_alice"
	is "no process of the user's session is outside" "$(strays alice "$of_alice")" ""
	hold bob 7103 || return
	of_bob=$room
	for kind in $of_bob; do
		case " $of_alice " in *" $kind "*) shared="$shared $kind" ;; esac
	done
	is "another user shares no namespace with the first" "$shared" ""
	end_sleepers 7101 7102 7103
	wait
}

exit_codes() {
	local code status
	for code in 0 7 255; do
		status=0
		as alice exit "$code" || status=$?
		is "exit status $code comes back" "$status" "$code"
	done
	status=0
	as alice 'kill -TERM $$' 2>/dev/null || status=$?
	is "a session that dies by a signal is told" "$status" 255
}

data() {
	local file=$STAGE/binary
	head -c 3000000 /dev/urandom >"$file"
	feed alice cat <"$file" >"$file.echo"
	is_ok "binary data goes through both ways" cmp "$file" "$file.echo"
	is "standard error stays apart" "$(as alice 'echo out; echo err >&2' 2>/dev/null)" out
	is_ok "scp: there" scp -q "${ssh_options[@]}" "$file" alice@127.0.0.1:scp
	is_ok "scp: back, the old protocol" scp -q -O "${ssh_options[@]}" alice@127.0.0.1:scp "$file.back"
	is_ok "scp: nothing was changed" cmp "$file" "$file.back"
	printf 'put %s sftp\nmkdir d\nls\n' "$file" >"$STAGE/batch"
	is_ok "sftp, the program" sftp -q -b "$STAGE/batch" "${ssh_options[@]}" alice@127.0.0.1
	is_ok "sftp: the file is in the outer home" cmp "$file" /home/alice/sftp
	printf 'put %s sftp2\n' "$file" >"$STAGE/batch"
	is_ok "sftp, inside sshd" sftp -q -s internal -b "$STAGE/batch" "${ssh_options[@]}" alice@127.0.0.1
	is_ok "sftp, inside sshd: the file is there" cmp "$file" /home/alice/sftp2
	is_ok "rsync" rsync -e "ssh ${ssh_options[*]}" "$file" alice@127.0.0.1:rsync
	is_ok "rsync: the file is there" cmp "$file" /home/alice/rsync
	is "the user owns what was made" "$(stat -c %U:%G /home/alice/scp /home/alice/sftp /home/alice/rsync | uniq)" \
		alice:alice
}

terminals() {
	local out
	out=$(timeout 60 ssh -tt "${ssh_options[@]}" alice@127.0.0.1 'tty; stty -F "$(tty)" >/dev/null && echo usable' \
		</dev/null 2>&1 | tr -d '\r')
	like "a terminal" "$out" $'/dev/pts/[0-9]*\nusable'
	out=$(script -qec "stty rows 33 cols 101; ssh -tt ${ssh_options[*]} alice@127.0.0.1 stty size" /dev/null </dev/null |
		tr -dc '0-9 ')
	is "the terminal has the size of the client's" "$out" "33 101"
	out=$(timeout 60 ssh -tt "${ssh_options[@]}" alice@127.0.0.1 'stat -c "%U %a" "$(tty)"' </dev/null 2>&1 | tr -d '\r')
	is "the terminal belongs to the user" "$out" "alice 620"
	as alice 'tmux new-session -d -s one "sleep 7104"; tmux ls' >"$STAGE/tmux" 2>&1
	like "tmux starts" "$(cat "$STAGE/tmux")" 'one:*'
	pid=$(sleeper 7104)
	hold alice 7105 || return
	in_room "tmux: its window is in the room and outlived its login" "$pid" "$room"
	like "tmux is seen from another session" "$(as alice tmux ls 2>&1)" 'one:*'
	as alice tmux kill-server
	end_sleepers 7105
	wait
}

port_open() { exec 9<>"/dev/tcp/127.0.0.1/$1" && exec 9>&-; } 2>/dev/null

# banner PORT: what an ssh server says first.
banner() { timeout 10 bash -c 'exec 9<>"/dev/tcp/127.0.0.1/$0" && head -c 8 <&9' "$1" 2>&1; }

forwarding() {
	local there back client other
	eval "$(ssh-agent)" >/dev/null
	ssh-add -q "$STAGE/key"
	is "agent forwarding" "$(timeout 60 ssh -A "${ssh_options[@]}" alice@127.0.0.1 ssh-add -l </dev/null 2>&1)" \
		"$(ssh-add -l)"
	ssh-agent -k >/dev/null
	there=$(stage_free_port)
	ssh -n -N "${ssh_options[@]}" -L "$there:127.0.0.1:$port" alice@127.0.0.1 &
	client=$!
	back=$(stage_free_port)
	ssh -n -N "${ssh_options[@]}" -R "$back:127.0.0.1:$port" alice@127.0.0.1 &
	other=$!
	wait_for 10 port_open "$there"
	is "ssh -N -L" "$(banner "$there")" SSH-2.0-
	wait_for 10 port_open "$back"
	is "ssh -N -R" "$(banner "$back")" SSH-2.0-
	is_ok "ssh -N stays while it is wanted" kill -0 "$client" "$other"
	kill "$client" "$other"
	wait
}

# Everything a login has apart from its room, beside a login of the same user that is outside.
like_before() {
	# shellcheck disable=SC2016
	local what='cd; umask; id; pwd -P; ulimit -a | grep -v core; env | grep -vE "^(SSH_|_=)" | sort; locale | sort'
	local inside
	usermod -a -G games,users alice
	inside=$(as alice "$what" 2>&1)
	is "the working directory is home" "$(as alice pwd)" /home/alice
	is "id tells what it tells outside" "$(as alice id)" "$(id alice)"
	policy <<<'version = 1; assign: ( { user = "alice"; room = "outside"; } );'
	is "umask, groups, limits and environment are those of a login outside" "$inside" "$(as alice "$what" 2>&1)"
	usual_policy
}

outsiders() {
	local who
	for who in root daemonic; do
		hold "$who" 7106 || continue
		is "$who stays outside" "$room" "$(outside)"
		is "$who keeps the whole bounding set" "$(field "$pid" CapBnd)" "$(field $$ CapBnd)"
		is "$who has no filter" "$(field "$pid" Seccomp)" "$(field $$ Seccomp)"
		end_sleepers 7106
		wait
	done
}

begin
one_room_each
exit_codes
data
terminals
forwarding
like_before
outsiders
finish sessions
