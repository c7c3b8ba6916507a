#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What a user at brick can write of the things that programs outside use, and what uid 0 can that a user became: looked
# for in whole trees, where other tests try one file.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# written USER ROOT...: files and directories there that the user may write, the first of them.
written() {
	local user=$1
	shift
	as "$user" "find $* -xdev ! -type l -writable 2>/dev/null | head -n 3 | xargs"
}

# The trials must be able to see something: the same search in the home, a uid 0 that is one, a socket that is too open.
searches() {
	isnt "the search finds what can be written" "$(written bob /home/bob)" ""
	is "uid 0: alice is" "$(as alice 'sudo -n id -u')" 0
}

control_groups() {
	is "nothing in the control groups' tree can be written" "$(written bob /sys/fs/cgroup)" ""
	# Of an old hierarchy; to what it is already, should it be possible.
	is "uid 0: no release_agent can be written" \
		"$(as alice 'sudo -n sh -c "for f in \$(find /sys/fs/cgroup -name release_agent 2>/dev/null); do cat \$f >\$f && echo \$f; done" 2>/dev/null')" ""
	is "uid 0: no group of another's takes a process" \
		"$(as alice 'sudo -n sh -c "for f in \$(find /sys/fs/cgroup -name cgroup.procs 2>/dev/null); do echo 0 >\$f && echo \$f; done" 2>/dev/null')" ""
}

# What sshd, su and sudo read and load in the room's mounts: libraries, modules, names, their configuration.
loaded() {
	is "nothing that a login program could load can be written" \
		"$(written bob /etc /lib/ /lib64/ /usr/lib /usr/libexec /usr/sbin /usr/bin)" ""
}

found_sockets() { as bob 'find /run/systemd -type s -writable ! -perm -o=w 2>/dev/null | head -n 3 | xargs'; }
sockets() {
	local made=
	[ -d /run/systemd ] || made=/run/systemd
	mkdir -p /run/systemd/stage
	perl -MSocket -e 'for (@ARGV) { socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($_)) or die }' \
		/run/systemd/stage/{closed,bobs}
	chmod 600 /run/systemd/stage/*
	chown bob /run/systemd/stage/bobs
	is "the search finds a socket that is open to one" "$(found_sockets)" /run/systemd/stage/bobs
	rm -r /run/systemd/stage/bobs
	is "no socket of systemd's own can be connected to that is not there for everybody" \
		"$(found_sockets)" ""
	rm -r "${made:-/run/systemd/stage}"
}

# To what it is already, should it be possible.
clock() {
	is "uid 0: the clock is not set" "$(as alice 'sudo -n date -s "@$(date +%s)" >/dev/null 2>&1 && echo set')" ""
	is "uid 0: nor the host's name" "$(as alice 'sudo -n sh -c "echo roomless >/proc/sys/kernel/hostname" 2>/dev/null; hostname')" "$(hostname)"
}

begin
searches
control_groups
loaded
sockets
clock
finish "walls again"
