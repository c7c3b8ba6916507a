#!/bin/bash
# Units that alice plants and links to the start of her manager, and that a manager which lingers starts: in the room.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

uid=$(id -u alice)
folder=/home/alice/.config/systemd/user

plant() {
	install -d -o alice -g alice /home/alice/.config /home/alice/.config/systemd "$folder" "$folder/default.target.wants"
	cat >"$folder/door.service" <<-'UNIT'
		[Service]
		ExecStart=/bin/sleep 7851
		[Install]
		WantedBy=default.target
	UNIT
	ln -sf ../door.service "$folder/default.target.wants/door.service"
}

no_room() { ! compgen -G "/run/pam_room/rooms/$uid.*" >/dev/null; }

# left NAME: all of alice's ends, and her room.
left() {
	loginctl terminate-user alice
	# shellcheck disable=SC2046
	is "$1: all of the user's ends" "$(wait_for 30 no_processes alice || tell $(pgrep -u alice))" ""
	is_ok "$1: and the room" wait_for 10 no_room
}

left "terminate-user"
plant

# As at boot: nobody has logged in, and logind starts the manager of who lingers.
loginctl enable-linger alice
pid=$(sleeper 7851)
lingering=$(walls "${pid:-1}")
differs_in_all "planted unit, lingering: in a room without a login" "${pid:-1}"
in_room "planted unit, lingering: the manager's" "$(manager_of alice)" "$lingering"
hold alice 7852 || exit 0
in_room "planted unit, lingering: the login finds that room" "$pid" "$lingering"
is_ok "a socket: starts" on alice systemd-run --user --quiet --unit=plug \
	--socket-property=ListenStream=/home/alice/plug sleep 7853
# shellcheck disable=SC2016
on alice 'perl -MSocket -e '\''socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un("/home/alice/plug")) or die $!; sleep 20'\' &
in_room "a socket: what it starts is in the room" "$(sleeper 7853)" "$lingering"
on alice systemctl --user stop plug.socket plug.service
end_sleepers 7853
leave 7852
sleep 2
in_room "lingering: it goes on after the logout" "$(find_sleeper 7851)" "$lingering"

# The other daemons of a login restart under living sessions.
hold alice 7854 || exit 0
systemctl restart systemd-logind dbus-broker 2>/dev/null || systemctl restart systemd-logind
is_ok "restart of logind: the session goes on" find_sleeper 7854
hold alice 7855 || exit 0
in_room "restart of logind: the next login is in the room" "$pid" "$lingering"
is "restart of logind: the manager answers" "$(on alice systemd-run --user --wait --pipe --quiet echo yes 2>&1)" yes
leave 7854 7855

loginctl disable-linger alice
left "terminate-user, after lingering"
rm -rf "$folder"
rm -f /home/alice/plug
is "terminate-user: no unit has failed" "$(systemctl --failed --plain --no-legend | grep -v nslcd)" ""
