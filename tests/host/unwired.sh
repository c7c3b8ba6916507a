# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What the tests of roomctl enable share: the stage is wired no more while they run, and wired again in the end.

# The folder below /var/lib itself may have been there, for a room's /tmp on disk, or not.
picture() {
	{
		tar --sort=name --mtime=@0 -C / -cf - etc/pam.d etc/systemd 2>/dev/null
		find /var/lib/pam_room -mindepth 1 -type f -exec sha256sum {} + 2>/dev/null | sort
	} | sha256sum
}
wired() { grep -l '^session required pam_room.so$' /etc/pam.d/* 2>/dev/null | wc -l; }
unwired() { [ "$(picture)" = "$bare" ]; }
no_watch() { ! pgrep -x roomctl-trial >/dev/null; }

# says NAME CODE PATTERN COMMAND...: as tells, and a code of 1 has changed nothing.
says() {
	tells "$@"
	[ "$2" != 1 ] || is "$1: nothing is changed" "$(picture)" "$bare"
}

begin
roomctl disable >/dev/null
bare=$(picture)
trap 'roomctl disable >/dev/null; stage_wire' EXIT
