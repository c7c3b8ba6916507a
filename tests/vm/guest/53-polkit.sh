#!/bin/bash
# The ways out that are polkit's to give: whom a rule lets start root's session gets it from inside a room by run0 or machinectl,
# because systemd starts it, outside. Who may not, does not. (Debian 12 has no run0.)
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

rules=/etc/polkit-1/rules.d/10-room-test.rules

# let_alice ACTION: a rule lets her do that, and nothing else.
let_alice() {
	mkdir -p "${rules%/*}"
	cat >"$rules" <<-END
		polkit.addRule(function (action, subject) {
			if (subject.user == "alice" && action.id == "$1")
				return polkit.Result.YES;
		});
	END
	systemctl restart polkit
}

# What a process is, in one line: its four namespaces, bounding set, filter and no_new_privs.
seen='readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts;
	grep -E "^(CapBnd|Seccomp|NoNewPrivs):" /proc/self/status'
host=$(sh -c "$seen" | xargs)

by_run0() { on alice "timeout 60 run0 sh -c '$seen'" 2>/dev/null | tr -d '\r' | xargs; }
# by_machinectl WHOM: a pipe that ends, as the input that ssh -n gives, would be the end of what it has started, too, often
# before its beginning. (/dev/null it does not wait for.)
by_machinectl() { on alice "timeout 60 machinectl shell $1@.host /bin/sh -c '$seen' 2>&1 </dev/null" | tr -d '\r'; }
told() { grep -E '^([a-z]+:\[|(CapBnd|Seccomp|NoNewPrivs):)' | xargs; }

run0_leads_out() {
	is "polkit: without a rule there is no way by run0" "$(by_run0)" ""
	let_alice org.freedesktop.systemd1.manage-units
	is "polkit: with one, run0 leads out" "$(by_run0)" "$host"
	rm "$rules"
	systemctl restart polkit
}

machinectl_leads_out() {
	local user since
	like "polkit: without a rule there is no way by machinectl" "$(by_machinectl root)" \
		"Failed to get shell PTY: *nteractive authentication required*"
	let_alice org.freedesktop.machine1.host-shell
	is "polkit: with one, machinectl leads out" "$(by_machinectl root | told)" "$host"
	# Anybody but root has a room, and there is no way into one by this.
	for user in alice bob; do
		since=$(date +%H:%M:%S)
		is "polkit: with one, machinectl as $user runs nothing" "$(by_machinectl "$user" | told)" ""
		isnt "polkit: with one, machinectl as $user is refused" \
			"$(journalctl -q --no-pager --since "$since" | grep -c "user '$user' is refused: check application")" 0
	done
	rm "$rules"
}

# pkttyagent(1) names who it asks for by process id, which a pid namespace hides: polkit asks nobody in a room.
nobody_is_asked() {
	local out
	systemctl restart polkit
	out=$(timeout 60 ssh -tt "${ssh_options[@]}" alice@localhost systemctl restart cron </dev/null 2>&1)
	like "polkit: nobody is asked for a password in a room" "$out" "*nteractive authentication required*"
}

hold alice 7538 || exit 0
differs_in_all "polkit: alice is in a room" "$pid"
# systemd has it since 256; where it should be and is not, that must show.
is "polkit: run0 is there where systemd has it" "$(command -v run0 >/dev/null && echo yes)" \
	"$([ "$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -lt 256 ] || echo yes)"
! command -v run0 >/dev/null || run0_leads_out
machinectl_leads_out
nobody_is_asked
is "polkit: alice's own session is where it was" "$(walls "$pid")" "$room"
# What was started for this has namespaces of its own, which 90-clean.sh would count.
systemctl stop polkit systemd-machined
end_sleepers 7538
