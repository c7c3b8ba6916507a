#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The system call profiles, each in a room with real logins: what people do works, what a profile refuses is refused, and
# what a policy lifts or refuses besides is.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

probe=/usr/local/lib/stage/probe

# room KEYS: alice's next login is in a room with these keys, a new one.
room() {
	number=$((${number-0} + 1))
	policy <<-END
		version = 1;
		rooms: { r$number: { linger = "none"; $1; }; };
		assign: ( { user = "alice"; room = "r$number"; } );
	END
}

# works NAME COMMAND WANT: alice's command says that.
works() { is "$profile: $1" "$(as alice "$2" 2>&1 | tail -n 1)" "$3"; }

# A day's work. The programs that a machine has.
work() {
	local file=$STAGE/work-file
	as alice 'cat >hello.c' <<<''
	feed alice 'cat >hello.c' <<<'#include <stdio.h>
int main(void) { puts("compiled"); return 0; }'
	works "a compiler" 'gcc -o hello hello.c && ./hello' compiled
	works "make" 'printf "all:\n\t@echo made\n" >Makefile && make -s' made
	works "git" 'rm -rf repo; git init -q repo && cd repo && git config user.email a@b && git config user.name a &&
		echo x >x && git add x && git commit -q -m x && git gc -q && git log --oneline | wc -l' 1
	works "python3: threads, children and the network" '/usr/bin/python3 -c "
import threading, subprocess, multiprocessing as m, socket, asyncio
t = threading.Thread(target=lambda: None); t.start(); t.join()
assert subprocess.run([\"true\"]).returncode == 0
with m.get_context(\"fork\").Pool(2) as p: assert p.map(abs, [-1, 2]) == [1, 2]
socket.getaddrinfo(\"localhost\", 22); asyncio.run(asyncio.sleep(0)); print(\"py\")"' py
	if [ -x /usr/bin/node ]; then
		works "node" 'node -e "require(\"fs\").readFile(\"/etc/passwd\", () => require(\"child_process\").exec(\"true\",
			() => { require(\"os\").networkInterfaces(); console.log(\"node\") }))"' node
	fi
	works "perl, a pipe and a job" 'perl -e "print 6*7" | cat & wait; echo' 42
	works "tmux" 'tmux new-session -d "sleep 60" && tmux ls | wc -l; tmux kill-server' 1
	works "ssh-agent" 'eval "$(ssh-agent)" >/dev/null && ssh-add -l; [ $? -eq 1 ] && ssh-agent -k >/dev/null && echo agent' \
		agent
	works "the core limit stays" 'ulimit -c 0 2>/dev/null; awk "/^Max core/ { print \$5, \$6 }" /proc/self/limits' "1 1"
	head -c 300000 /dev/urandom >"$file"
	is_ok "$profile: scp" scp -q "${ssh_options[@]}" "$file" alice@127.0.0.1:scp
	is_ok "$profile: scp, the old protocol" scp -q -O "${ssh_options[@]}" alice@127.0.0.1:scp "$file.back"
	is_ok "$profile: scp: nothing was changed" cmp "$file" "$file.back"
	printf 'put %s sftp\nmkdir work-dir\nrmdir work-dir\n' "$file" >"$STAGE/batch"
	is_ok "$profile: sftp" sftp -q -b "$STAGE/batch" "${ssh_options[@]}" alice@127.0.0.1
	is_ok "$profile: sftp, inside sshd" sftp -q -s internal -b "$STAGE/batch" "${ssh_options[@]}" alice@127.0.0.1
	is "$profile: a terminal, and whose it is" "$(timeout 60 ssh -tt "${ssh_options[@]}" alice@127.0.0.1 \
		'stat -c "%U %a" "$(tty)"' </dev/null 2>&1 | tr -d '\r')" "alice 620"
	is "$profile: su" "$(su - alice -c 'id -un' 2>&1)" alice
	is "$profile: sudo -u" "$(sudo -n -u alice id -un 2>&1)" alice
	hold alice 7251 || return
	is "$profile: a filter is on" "$(field "$pid" Seccomp)" 2
	end_sleepers 7251
	wait
}

# answers CALL WANT...: what the probe said in the room.
answers() {
	local got one call=$1
	shift
	got=$(awk -v call="$call" '$1 == call { print $2 }' <<<"$text")
	for one; do
		# shellcheck disable=SC2053
		[[ $got != $one ]] || { ok "$profile: $call" && return; }
	done
	not_ok "$profile: $call" "got:  $got" "want: $*"
}

walled() {
	local call
	text=$(as alice $probe)
	for call in io_uring_setup bpf perf_event_open userfaultfd keyctl add_key request_key mount umount pivot_root \
		unshare_user unshare_mnt setns clone_user tiocsti tiocsti_high tioclinux swapon init_module reboot settimeofday; do
		answers "$call" EPERM
	done
	answers clone3 ENOSYS
	answers vsock 97
	answers x32_getpid NONE ENOSYS EPERM 'SIGNAL*'
}

debug() { as alice 'gcc -g -o hello hello.c && gdb -q -batch -ex "break main" -ex run -ex bt ./hello 2>&1'; }

login() {
	profile=login
	room 'syscalls: { profile = "login"; }'
	work
	text=$(as alice $probe)
	answers io_uring_setup EFAULT
	answers keyctl OK
	for call in bpf tiocsti tiocsti_high tioclinux swapon init_module reboot settimeofday unshare_user clone_user; do
		answers "$call" EPERM
	done
	answers clone3 ENOSYS
	answers vsock 97
	if [ "$(uname -m)" = x86_64 ]; then
		like "login: a 32-bit call is let in" "$(as alice /usr/local/lib/stage/int80)" '[1-9]*'
	fi
	like "login: gdb" "$(debug)" '*Breakpoint 1, main*#0*'
	room 'user_namespaces = "allow"; syscalls: { profile = "login"; }'
	works "with user namespaces: unshare, and a mount inside" \
		'unshare -Urm sh -c "mount -t tmpfs none /mnt && echo mounted"' mounted
	text=$(as alice $probe)
	answers clone3 EINVAL EFAULT
}

developer() {
	profile=developer
	room 'syscalls: { profile = "developer"; }'
	work
	walled
	like "developer: gdb" "$(debug)" '*Breakpoint 1, main*#0*'
}

container() {
	profile=container
	room 'syscalls: { profile = "container"; }'
	work
	walled
	like "container: gdb" "$(debug)" '*Breakpoint 1, main*#0*'
}

strict() {
	profile=strict
	room 'syscalls: { profile = "strict"; }'
	work
	walled
	like "strict: no gdb" "$(debug)" '*Operation not permitted*'
}

changed() {
	profile=changed
	room 'syscalls: { profile = "strict"; allow = [ "keyctl", "ptrace", "personality" ]; deny = "mkdir"; }'
	text=$(as alice $probe)
	answers keyctl OK
	answers add_key EPERM
	like "changed: gdb, allowed" "$(debug)" '*Breakpoint 1, main*#0*'
	room 'syscalls: { deny = [ "mkdir", "mkdirat" ]; }'
	works "mkdir, denied" 'mkdir d2 2>&1 | grep -o "not permitted"' "not permitted"
	room 'syscalls: { deny = [ "mkdir", "mkdirat" ]; action = "log"; }'
	works "mkdir, denied and only logged" 'mkdir d2 && rmdir d2 && echo done' "done"
	works "and the core limit stays" 'ulimit -c 0 2>/dev/null; awk "/^Max core/ { print \$5, \$6 }" /proc/self/limits' "1 1"
	room 'syscalls: { deny = [ "mkdir", "mkdirat" ]; action = "kill"; }'
	works "mkdir, denied: its process ends" '{ (mkdir d2); echo $?; } 2>/dev/null' 159
	works "and no other" '/usr/bin/python3 -c "import threading; threading.Thread(target=print).start()" && echo lives' lives
	room 'syscalls: { allow = "keyclt"; }'
	like "a misspelled call opens no room" "$(as alice echo in 2>&1)" '*room.conf*'
}

# Glass and concrete have theirs.
of_walls() {
	profile=glass
	room 'walls = "glass"'
	works "user namespaces" 'unshare -Ur true && echo made' made
	text=$(as alice $probe)
	answers keyctl OK
	answers bpf EPERM
	profile=concrete
	room 'walls = "concrete"'
	text=$(as alice $probe)
	for call in io_uring_setup keyctl mount unshare_user clone_user setns tiocsti; do
		answers "$call" EPERM
	done
	works "a compiler" 'gcc -o hello hello.c && ./hello' compiled
	works "a personality that Docker does not have" 'setarch -R true 2>&1 | grep -o "not permitted"' "not permitted"
}

begin
login
developer
container
strict
changed
of_walls
usual_policy
finish profiles
