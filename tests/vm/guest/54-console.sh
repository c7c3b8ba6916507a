#!/bin/bash
# A user on the machine's console and by ssh at the same time, in one room: polkit gives what is for "active local" sessions to
# the one at the console, and not to the other, which shares her room, her uid and her user manager's directory.
# only: vm, because a console is a virtual terminal of the kernel's.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# What logind and polkit say to a process that asks whether it may reboot the machine: yes is for active local sessions.
ask='busctl --system --json=short call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager CanReboot'
answer() { grep -oE 'yes|no|challenge|na'; }
session_of() { cgroup_of "$1" | sed -n 's|.*/session-\([0-9a-z]*\)\.scope.*|\1|p'; }
# kind PID: of its session.
kind() { loginctl show-session "$(session_of "$1")" -p Active -p Remote -p Seat | sort | xargs; }

# console: getty logs alice in on the first virtual terminal, and her profile starts a sleeper.
console() {
	cat >/home/alice/.bash_profile <<-END
		[ "\$(tty)" = /dev/tty1 ] || return 0
		$ask >~/console 2>&1
		exec sleep 7545
	END
	chvt 1 2>/dev/null
	systemd-run --quiet --collect --unit=console-test /sbin/agetty --autologin alice --noclear tty1 linux
}

hold alice 7546 || exit 0
ssh_pid=$pid
is "console: before, an ssh session is not asked for less" "$(on alice "$ask" | answer)" challenge
console
at_console=$(sleeper 7545 120)
in_room "console: the login there comes into the same room" "$at_console" "$room"
is "console: it is active, and local" "$(kind "$at_console")" "Active=yes Remote=no Seat=seat0"
is "console: who is there may reboot the machine" "$(answer </home/alice/console)" yes
is "console: the ssh session is a remote one" "$(kind "$ssh_pid")" "Active=yes Remote=yes Seat="
is "console: and may not" "$(on alice "$ask" | answer)" challenge
end_sleepers 7545
is_ok "console: the session there ends" wait_for 30 no_sleeper 7545
systemctl stop console-test 2>/dev/null
rm -f /home/alice/.bash_profile /home/alice/console
leave 7546
# Which was started to answer, and has namespaces of its own, which 90-clean.sh would count.
systemctl stop polkit
