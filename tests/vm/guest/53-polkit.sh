#!/bin/bash
# The way out that is polkit's to give: who may start a unit as root by it gets there from inside a room by run0, because
# systemd starts root's session, outside. Who may not, does not. (Debian 12 has no run0.)
# once: trixie
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

rules=/etc/polkit-1/rules.d/10-room-test.rules
as_root() { on alice 'timeout 60 run0 readlink /proc/self/ns/mnt' 2>/dev/null | tr -d '\r'; }

hold alice 7538 || exit 0
differs_in_all "polkit: alice is in a room" "$pid"
is "polkit: without a rule there is no way" "$(as_root)" ""
mkdir -p "${rules%/*}"
cat >"$rules" <<-'END'
	polkit.addRule(function (action, subject) {
		if (subject.user == "alice" && action.id == "org.freedesktop.systemd1.manage-units")
			return polkit.Result.YES;
	});
END
systemctl restart polkit
is "polkit: with one, run0 leads out" "$(as_root)" "$(readlink /proc/1/ns/mnt)"
isnt "polkit: alice's own session is where it was" "$(walls "$pid")" "$(outside)"
rm -f "$rules"
# What was started for this has namespaces of its own, which 90-clean.sh would count.
systemctl stop polkit
end_sleepers 7538
