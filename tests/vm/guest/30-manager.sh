#!/bin/bash
# The user manager and all it starts are in the room: without that a unit file in the home would be a door.
# only: vm, because it takes a memory controller, and this machine's may be elsewhere.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

uid=$(id -u alice)
service=user@$uid.service

plant_unit() {
	local folder=/home/alice/.config/systemd/user
	install -d -o alice -g alice /home/alice/.config /home/alice/.config/systemd "$folder"
	cat >"$folder/planted.service" <<-'UNIT'
		[Service]
		Type=notify
		NotifyAccess=all
		ExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep 7302'
	UNIT
}

# running DESCRIPTION: the manager answers and has finished starting.
running() {
	local state
	state=$(on alice systemctl --user is-system-running --wait 2>&1)
	case $state in
	running | degraded) ok "$1" ;;
	*) not_ok "$1" "$state" "$(systemctl status "$service" --no-pager -n 10 2>&1)" ;;
	esac
}

the_manager() {
	local manager
	manager=$(manager_of alice)
	in_room "manager: $1" "$manager" "$room"
	like "manager: its control group, $1" "$(cgroup_of "${manager:-self}")" \
		"/user.slice/user-$uid.slice/$service/init.scope"
}

# The service's main process: outside, the user's own, without power, and nobody's to read.
the_supervisor() {
	local supervisor
	supervisor=$(systemctl show -p MainPID --value "$service")
	is "supervisor: the helper" "$(cat "/proc/$supervisor/comm")" room-helper
	is "supervisor: the user's" "$(field "$supervisor" Uid | xargs)" "$uid $uid $uid $uid"
	is "supervisor: no capability" "$(field "$supervisor" CapPrm) $(field "$supervisor" CapEff)" \
		"0000000000000000 0000000000000000"
	# Of a process that is not dumpable the files in /proc are root's.
	is "supervisor: not dumpable" "$(stat -c %u "/proc/$supervisor/mem")" 0
	is "supervisor: not seen in the room" "$(on alice "ps -e -o comm= | grep -c room-helper")" 0
}

units() {
	local planted again
	is "systemd-run --user: sees only its own home" "$(on alice systemd-run --user --wait --pipe --quiet ls /home 2>&1)" alice
	is_ok "systemd-run --user: starts a service" on alice systemd-run --user --quiet --unit=probe sleep 7301
	in_room "systemd-run --user: the service is in the room" "$(sleeper 7301)" "$room"
	is_ok "planted unit: starts" on alice 'systemctl --user daemon-reload && systemctl --user start planted'
	planted=$(sleeper 7302)
	in_room "planted unit: in the room" "$planted" "$room"
	is_ok "planted unit: restarts" on alice systemctl --user restart planted
	again=$(sleeper 7302)
	isnt "planted unit: the restart made a new process" "$again" "$planted"
	in_room "planted unit: in the room after the restart" "$again" "$room"
	is "planted unit: brick's filter and bounding set" \
		"$(field "${again:-1}" Seccomp) $(field "${again:-1}" CapBnd)" "2 00000000200005fb"
}

limits() {
	local pid group
	is_ok "MemoryMax on a user unit: accepted" \
		on alice systemd-run --user --quiet --unit=limited -p MemoryMax=64M sleep 7303
	pid=$(sleeper 7303)
	group=$(cgroup_of "${pid:-self}")
	is "MemoryMax on a user unit: in force" "$(cat "/sys/fs/cgroup$group/memory.max" 2>&1)" 67108864
}

restarts() {
	local before
	before=$(manager_of alice)
	is_ok "daemon-reexec: accepted" on alice systemctl --user daemon-reexec
	running "daemon-reexec: the manager answers"
	the_manager "after daemon-reexec"
	in_room "daemon-reexec: the unit is still there" "$(sleeper 7302)" "$room"
	is_ok "restart of the manager by root" timeout 90 systemctl restart "$service"
	isnt "restart by root: a new manager" "$(manager_of alice)" "$before"
	running "restart by root: the manager answers"
	the_manager "after the restart by root"
	is_ok "restart by root: units start" on alice systemctl --user start planted
	in_room "restart by root: units are in the room" "$(sleeper 7302)" "$room"
}

# Hardened hosts forbid cores to everybody; the room's limit of one byte takes a capability then.
hard_core_limit() {
	local dropin=/run/systemd/system/user@.service.d/room-test.conf
	mkdir -p "${dropin%/*}"
	printf '[Service]\nLimitCORE=0\n' >"$dropin"
	systemctl daemon-reload
	is_ok "a hard core limit of 0: the manager starts" timeout 90 systemctl restart "$service"
	in_room "a hard core limit of 0: in the room" "$(manager_of alice)" "$room"
	is "a hard core limit of 0: with the room's" \
		"$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$(manager_of alice)/limits")" "1 1"
	rm "$dropin"
	systemctl daemon-reload
}

plant_unit
hold alice 7300 || exit 0
running "manager: answers in the session"
the_manager "in the room"
the_supervisor
units
limits
is "manager: no process of the user is outside" "$(strays alice "$room")" ""
restarts
hard_core_limit
on alice systemctl --user stop planted
leave 7300
