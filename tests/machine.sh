# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Is this machine the same after the tests that log people in on it, or boot systems on its kernel?

# One fact a line.
machine_picture() {
	echo "/etc: $(tar --sort=name -C / -cf - etc 2>/dev/null | sha256sum)"
	echo "/run/pam_room: $(find /run/pam_room 2>/dev/null | sort | sha256sum)"
	echo "mounts: $(cut -d' ' -f3- /proc/self/mountinfo | sha256sum)"
	echo "cgroups: $(find /sys/fs/cgroup -name '*pam_room*' 2>/dev/null | sort | sha256sum)"
	echo "keepers, helpers, look-ups and wardens: $(pgrep -x 'room-[hkln].*' | tr '\n' ' ')"
	echo "name, core pattern, interfaces: $(uname -n) $(cat /proc/sys/kernel/core_pattern) $(printf '%s ' /sys/class/net/*)"
}

# machine_judge BEFORE AFTER: a result for each fact.
machine_judge() {
	local what
	while IFS= read -r what; do
		if grep -qxF "$what" <<<"$2"; then
			echo "ok the machine is as before: ${what%%: *}"
		else
			echo "not ok the machine is as before: ${what%%: *}"
		fi
	done <<<"$1"
}
