#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A machine that cannot do it: too old a kernel, no unified hierarchy of control groups. roomctl check says what is
# wrong and what to do, a login is refused with the reason, and root gets in.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# on_old_kernel CALLS COMMAND...: with these system calls missing.
on_old_kernel() {
	local calls=$1
	shift
	strace -f -qq -o /dev/null -e "trace=$calls" -e "inject=$calls:error=ENOSYS" "$@"
}

# The place of the unified hierarchy, and a machine without, until it is mounted again.
place=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
options=$(awk '$3 == "cgroup2" { print $4; exit }' /proc/mounts)

kernel() {
	is "kernel: this one will do" "$(roomctl check | grep -c 'this kernel')" 0
	tells "kernel: too old a one" 1 "problem: this kernel, Linux *, has no mount_setattr (5.12): no room can be made, * run Linux 5.14 or later" \
		on_old_kernel mount_setattr roomctl check
	tells "kernel: several calls are missing" 1 "has no fsopen (5.2), clone3 (5.3)" on_old_kernel clone3,fsopen roomctl check
	like "kernel: a login is refused, by name" "$(on_old_kernel mount_setattr pamtester roomtest bob open_session 2>&1)" \
		"*this login is refused, *Function not implemented*"
	is "kernel: and nobody has a room" "$(find /run/pam_room/rooms -mindepth 1 -maxdepth 1)" ""
}

hierarchy() {
	policy <<<'rooms: { small: { limits: { tasks = 50; }; }; }; assign: ( { user = "bob"; room = "small"; } );'
	umount "$place"
	tells "limits: no unified hierarchy" 1 \
		"problem: *room.conf:1: the limits of room 'small' cannot be set, * limits need the unified hierarchy: mount cgroup2 on /sys/fs/cgroup" \
		roomctl check
	like "limits: a login is refused, by name" "$(pamtester roomtest bob open_session 2>&1)" \
		"*this login is refused, *limits need the unified hierarchy*"
	is_ok "limits: root gets in" pamtester roomtest root open_session
	mount -t cgroup2 -o "$options" cgroup2 "$place"
	policy <<<'rooms: { small: { limits: { io = ( { path = "/proc"; write = "1M"; } ); }; }; };'
	tells "limits: of no disk" 1 "the limits of room 'small' cannot be set, * /proc lies on no disk" roomctl check
	usual_policy
}

begin
kernel
hierarchy
finish "kernel"
