#!/bin/bash
# What bob started before pam_room was enabled (main.sh): his manager with a service, a
# terminal multiplexer, and a program without any.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

policy=/etc/pam_room/room.conf
has_line() { "${@:2}" | grep -q -e "$1"; }
service=user@$(id -u bob).service

still_outside() {
	is "$1: the manager runs outside" "$(walls "$(manager_of bob)")" "$(outside)"
	is "$1: its service too" "$(walls "$(find_sleeper 7011)")" "$(outside)"
	is "$1: and the multiplexer's window, and the program" "$(walls "$(find_sleeper 7012)") $(walls "$(find_sleeper 7013)")" \
		"$(outside) $(outside)"
}

refused() {
	local said status=0
	cp "$policy" "$TEST_RUN/room.conf"
	cat >"$policy" <<-'END'
		version = 1;
		rooms: { strict: { walls = "brick"; strays = "refuse"; }; };
		assign: ( { user = "bob"; room = "strict"; } );
	END
	said=$(on bob true 2>&1) || status=$?
	isnt "strays refused: the login is refused" "$status" 0
	like "strays refused: its user is told which processes" "$said" \
		"*look outside: these processes of the user run outside: * (systemd), *"
	is "strays refused: no room is left" "$(ls /run/pam_room/rooms)" ""
	still_outside "strays refused"
	cp "$TEST_RUN/room.conf" "$policy"
}

restarted() {
	local since manager before
	since=$(date +%H:%M:%S)
	before=$(manager_of bob)
	hold bob 7014 || return
	is_ok "strays restarted: the manager's service ended" no_sleeper 7011
	wait_for 60 manager_of bob >/dev/null
	manager=$(manager_of bob)
	isnt "strays restarted: there is a new manager" "$manager" "$before"
	in_room "strays restarted: in the room" "$manager" "$room"
	is "strays restarted: what it starts is in the room" \
		"$(on bob systemd-run --user --wait --pipe --quiet readlink /proc/self/ns/mnt 2>&1)" "${room%% *}"
	is "strays restarted: a program outside goes on" "$(walls "$(find_sleeper 7013)")" "$(outside)"
	# Where tmux puts its windows into scopes of the manager, they have ended with that.
	is "strays restarted: neither it nor the multiplexer is seen in the room" \
		"$(on bob 'pgrep -c "tmux|sleep" -u bob; tmux ls 2>/dev/null | wc -l')" "1
0"
	is_ok "strays restarted: the log names what stays outside" wait_for 10 has_line \
		"of its user these run outside: .*(sleep)" journalctl -q -t room-helper --since "$since"
	is "strays restarted: the service has not failed" "$(systemctl is-active "$service")" active
	leave 7014
}

still_outside "before"
refused
restarted
end_sleepers 7012 7013
loginctl disable-linger bob
loginctl terminate-user bob
is_ok "strays: all of bob's has ended" wait_for 30 no_processes bob
