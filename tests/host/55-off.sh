#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The switch for an emergency: a file or a kernel parameter lets every login in, outside of any room, also where the policy
# is broken, and the log shouts.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

switch=/etc/pam_room/disabled
namespace() { as "$1" readlink /proc/self/ns/mnt; }
host=$(readlink /proc/self/ns/mnt)

# is_off NAME BY: everybody is outside, and the log says so at alert (authpriv.alert is 81).
is_off() {
	local since
	since=$(log_now)
	is "$1: a login is outside" "$(namespace alice)" "$host"
	like "$1: the log shouts" "$(log_since "$since"; sed -n "$((since + 1)),\$p" "$STAGE/syslog" | grep room-helper)" \
		"*<81>*room-helper*everybody is outside, and so is alice: switched off: by $2*"
	like "$1: check says so" "$(roomctl check)" "*problem: every login is outside: pam_room is switched off by $2*"
	like "$1: explain says so" "$(roomctl explain alice 2>&1 >/dev/null)" "*every login is outside: * by $2*"
}

by_file() {
	isnt "before: alice is in a room" "$(namespace alice)" "$host"
	touch "$switch"
	is_off "the file" "$switch"
	policy <<<'rooms: {'
	touch "$switch"
	is_off "the file, with a broken policy" "$switch"
	policy <<<'assign: ( { user = "*"; room = "closed"; } );'
	touch "$switch"
	is "the file, with a policy that closes: su gets in" "$(su bob -c 'id -un')" bob
	chown alice "$switch"
	is "somebody else's file: the policy holds" "$(namespace alice 2>&1 | grep -c mnt:)" 0
	chown root "$switch"
	chmod 666 "$switch"
	is "a file that others may write: the policy holds" "$(namespace alice 2>&1 | grep -c mnt:)" 0
	rm "$switch"
	usual_policy
	isnt "the file is gone: alice is in a room" "$(namespace alice)" "$host"
}

by_parameter() {
	echo 'root=/dev/vda pam_room=off quiet' >"$STAGE/cmdline"
	mount --bind "$STAGE/cmdline" /proc/cmdline
	is_off "the parameter" "pam_room=off on the kernel's command line"
	umount /proc/cmdline
	isnt "the parameter is gone: alice is in a room" "$(namespace alice)" "$host"
}

begin
by_file
finish "the file"
by_parameter
finish "the parameter"
