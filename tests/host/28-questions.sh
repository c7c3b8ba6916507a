#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What may a session do? Each question is answered by trying: outside, at each preset, and as uid 0 where a room lists
# sudo. doc/walls.md is made of the answers: the table must be what is seen.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

doc=$here/../../doc/walls.md
places=(outside outside-root glass brick brick-root concrete)

# The question as people ask it, by its key.
questions() {
	cat <<-'END'
		homes|does it see other homes?
		processes|does it see processes of others?
		tmp|does it see others' /tmp and /dev/shm?
		disks|are the host's disks in /dev?
		kernel-log|is the kernel's log in /dev?
		engine|does it reach a container engine's socket that lets it?
		loopback|does it reach the host's loopback?
		abstract|does it reach abstract sockets of the host?
		devices|does it see the host's network devices?
		planted|does a setuid program that nobody listed elevate?
		planted-cap|does a program with file capabilities that nobody listed get them?
		sudo|does sudo elevate, where sudoers lets it?
		cap-dac-override|may anything in it override file permissions (DAC_OVERRIDE)?
		cap-net-raw|may anything in it send raw frames (NET_RAW)?
		cap-sys-admin|may anything in it mount (SYS_ADMIN)?
		cap-sys-ptrace|may anything in it trace others' programs (SYS_PTRACE)?
		cap-mknod|may anything in it make devices (MKNOD)?
		cap-sys-module|may anything in it load modules (SYS_MODULE)?
		frames|does it send raw frames?
		mount|does it mount?
		userns|does it make user namespaces?
		userns-mount|does it mount in one of those?
		keyring|has it kernel keyrings?
		io_uring|has it io_uring?
		perf|may it ask for perf events?
		tiocsti|may it type into terminals (TIOCSTI)?
		ptrace|does it trace its own programs (gdb, strace)?
		abi32|does it call the kernel as a 32-bit program?
		usr|may it write to /usr?
		var|may it write to /var?
		etc|may it write to /etc?
		sysctl|may it write to /proc/sys?
		kill|may it signal processes of others?
	END
}

outsiders() {
	perl -MSocket -e '
		socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("/run/docker.sock")) && listen(S, 9) or die $!;
		chmod 0666, "/run/docker.sock";
		socket(A, PF_UNIX, SOCK_STREAM, 0) && bind(A, sockaddr_un("\0of-root")) && listen(A, 9) or die $!;
		sleep 7281' &
	outsider=$!
	wait_for 5 test -S /run/docker.sock
	touch /tmp/of-root /dev/shm/of-root
	install -m 755 "$here/questions" /usr/local/lib/stage/questions
	install -m 4755 /usr/bin/id /usr/local/lib/stage/planted
	install -m 755 /usr/bin/grep /usr/local/lib/stage/planted-cap && setcap cap_net_raw+ep /usr/local/lib/stage/planted-cap
	for one in bob carol dave; do echo "$one ALL=(ALL) NOPASSWD: ALL"; done >/etc/sudoers.d/questions
	chmod 440 /etc/sudoers.d/questions
	policy <<-'END'
		version = 1;
		rooms: {
		  desk: { walls = "brick"; setuid = [ "/usr/bin/sudo" ]; };
		};
		assign: ( { user = "dave"; room = "outside"; }, { user = "bob"; room = "glass"; },
		  { user = "carol"; room = "brick"; }, { user = "alice"; room = "desk"; }, { user = "erin"; room = "concrete"; } );
	END
	useradd -m -s /bin/bash erin
	echo 'erin ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers.d/questions
	people+=(erin)
}

ask_all() {
	local tool=/usr/local/lib/stage/questions
	as dave $tool user "$outsider" "$port" >"$STAGE/q-outside" 2>&1
	as dave sudo -n $tool root "$outsider" "$port" >"$STAGE/q-outside-root" 2>&1
	as bob $tool user "$outsider" "$port" >"$STAGE/q-glass" 2>&1
	as carol $tool user "$outsider" "$port" >"$STAGE/q-brick" 2>&1
	as alice sudo -n $tool root "$outsider" "$port" >"$STAGE/q-brick-root" 2>&1
	as erin $tool user "$outsider" "$port" >"$STAGE/q-concrete" 2>&1
	rm -f /usr/local/of-session /var/of-session /etc/of-session
}

table() {
	local key question place
	echo '| | outside | outside, root by sudo | glass | brick | brick, root by sudo | concrete |'
	echo '|---|---|---|---|---|---|---|'
	while IFS='|' read -r key question; do
		printf '| %s |' "$question"
		for place in "${places[@]}"; do
			printf ' %s |' "$(sed -n "s/^$key //p" "$STAGE/q-$place" | grep . || echo -)"
		done
		echo
	done < <(questions)
}

begin
outsiders
ask_all
table >"$STAGE/walls.table"
is "everything was asked everywhere" "$(cat "$STAGE"/q-* | grep -c .)" "$(($(questions | wc -l) * 6 - 6))"
# Could it tell? Outside nearly all is yes.
is "outside nearly all is yes, and for root all" "$(($(grep -c ' yes$' "$STAGE/q-outside") > 20)) $(grep -c ' no$' "$STAGE/q-outside-root")" "1 0"
while read -r line; do
	is_ok "doc/walls.md: ${line:2:70}" grep -qFx "$line" "$doc"
done < <(tail -n +3 "$STAGE/walls.table")
is "doc/walls.md has no other row" "$(grep -c '^| .*[?] |' "$doc")" "$(questions | wc -l)"
sed 's/^/# /' "$STAGE/walls.table"
kill $outsider
rm -f /tmp/of-root /dev/shm/of-root /run/docker.sock /etc/sudoers.d/questions /usr/local/lib/stage/planted*
finish questions
