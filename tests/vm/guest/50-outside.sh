#!/bin/bash
# Who has no room stays outside; who opens a session in a way that cannot be led inside is never left half.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

has_line() { "${@:2}" | grep -q -e "$1"; }

hold root 7501 || exit 0
is "root over ssh: outside" "$room" "$(outside)"
is "root over ssh: the full bounding set" "$(field "$pid" CapBnd)" "$(field 1 CapBnd)"
is "root over ssh: no filter" "$(field "$pid" Seccomp)" 0
leave 7501

(su -s /bin/sh daemon -c 'exec sleep 7502' &)
is "su to a system user: outside" "$(walls "$(sleeper 7502)")" "$(outside)"
end_sleepers 7502

# systemd opens the PAM session in the process that becomes the unit: it would keep the host's pid namespace.
hold alice 7503 || exit 0
since=$(date +%H:%M:%S)
timeout 30 systemd-run --quiet --unit=with-pam -p User=alice -p PAMName=su -p TimeoutStopSec=5 sleep 7504 2>&1 | sed 's/^/# /'
is_ok "a unit with PAMName: refused" wait_for 30 systemctl is-failed --quiet with-pam
is "a unit with PAMName: nothing of it runs" "$(find_sleeper 7504)" ""
is_ok "a unit with PAMName: the log says why" wait_for 10 has_line "check application" \
	journalctl -q --since "$since"
systemctl stop with-pam 2>/dev/null
systemctl reset-failed with-pam 2>/dev/null
leave 7503
