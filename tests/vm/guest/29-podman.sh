#!/bin/bash
# Rootless podman, of a tree of files: at glass it does what it does outside, in the room, and what it has begun ends with the
# room; at brick the wall takes it away.
# only: vm, because a container wants controllers of its own and sysctls, which a system in namespaces has not.
# once: bookworm
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

policy=/etc/pam_room/room.d/29-podman.conf
# shellcheck disable=SC2016 # bob's
container='podman --log-level=error run --rm --network=none --rootfs $HOME/tree /bin/busybox'

# bob_in ROOM
bob_in() {
	install -d -m 755 "${policy%/*}"
	cat >"$policy" <<-CONF
		rooms: { glazed: { walls = "glass"; }; walled: { walls = "brick"; }; };
		assign: ( { user = "bob"; room = "$1"; } );
	CONF
	loginctl terminate-user bob 2>/dev/null
	wait_for 30 no_processes bob
	wait_for 30 no_dir
	# Where it notes processes that are no more.
	rm -rf /tmp/podman-run-* /home/bob/.local/share/containers
}

no_dir() { [ ! -e "/run/user/$(id -u bob)" ]; }

# How many pid namespaces a process is in, as they are seen from here.
depth() { field "$1" NSpid | wc -w; }

# runs NAME LENGTH: a container that says who it is and what network it has, and stays; deep is the depth of its sleeper.
runs() {
	ssh -n "${ssh_options[@]}" bob@localhost "exec $container sh -c 'id -u; ls /sys/class/net; exec sleep $2'" \
		>"$TEST_RUN/podman" 2>&1 &
	wait_for 90 in_container "$2"
	pid=$(sleeper_in_container "$2")
	is "podman, $1: a container's root, with a network of its own" "$(cat "$TEST_RUN/podman")" $'0\nlo'
	is "podman, $1: which is bob outside of it" "$(awk '$1 == 0 { print $2 }' "/proc/${pid:-none}/uid_map")" "$(id -u bob)"
	deep=$(depth "${pid:-none}")
}

sleeper_in_container() { pgrep -x -f "sleep $1"; }
in_container() { sleeper_in_container "$1" >/dev/null; }
no_container() { ! in_container "$1"; }

# above ANCESTOR PID: as the host sees them.
above() {
	local one=$2
	while [ "${one:-0}" -gt 1 ] && [ "$one" != "$1" ]; do one=$(field "$one" PPid); done
	[ "$one" = "$1" ]
}

put_back() {
	rm -f "$policy"
	loginctl terminate-user bob
	wait_for 30 no_processes bob
	rm -rf "$TEST_RUN/podman" /home/bob/tree /home/bob/.local/share/containers
} 2>/dev/null

main() {
	local outside word contained
	trap put_back EXIT
	trap 'exit 1' TERM
	install -D -m 755 /bin/busybox /home/bob/tree/bin/busybox
	for word in sh id ls sleep; do ln -s busybox "/home/bob/tree/bin/$word"; done
	chown -R bob:bob /home/bob/tree
	bob_in outside
	runs outside 8291
	outside=$deep
	# Process 1 of its namespace, to which nothing else gets through.
	[ -z "$pid" ] || kill -KILL "$pid"
	wait_for 30 no_container 8291
	wait

	bob_in glazed
	runs glass 8292
	is "podman, glass: it is one room deeper" "$deep" "$((outside + 1))"
	contained=$pid
	hold bob 8293 || return
	is_ok "podman, glass: the room's keeper is above it" above "$(keeper_of "$room")" "${contained:-1}"
	is_ok "podman, glass: roomctl kill" roomctl kill bob
	is_ok "podman, glass: the container ends with the room" wait_for 30 no_container 8292
	wait

	bob_in walled
	like "podman, brick: the wall takes it away" "$(on bob "$container id -u" 2>&1)" "*clone*Operation not permitted*"
}

main
