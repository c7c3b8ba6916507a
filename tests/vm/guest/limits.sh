# shellcheck shell=bash
# What the tests of limits share: alice's room with limits, her slice, and the end of a flood.

policy=/etc/pam_room/room.conf
uid=$(id -u alice)
slice=/sys/fs/cgroup/user.slice/user-$uid.slice

cell() { cat "$slice/$1" 2>/dev/null; }
in_slice() { [[ $(cgroup_of "$1") == /user.slice/user-$uid.slice/* ]]; }
no_room() { [ ! -e "/run/pam_room/rooms/$uid.$1" ]; }

# everybody_out USER...: their sessions, managers and rooms are gone.
everybody_out() {
	local user
	for user; do
		loginctl terminate-user "$user" 2>/dev/null
		wait_for 30 no_processes "$user"
	done
	wait_for 30 no_room small
}

# limits TEXT: alice's room has these.
limits() {
	cat >"$policy" <<-END
		version = 1;
		rooms: { small: { walls = "brick"; tmp: { size = "16M"; inodes = 500; }; limits: { $1 }; }; };
		assign: ( { user = "alice"; room = "small"; } );
	END
}

# The whole session that floods: one by one they would come faster than they go.
end_flood() {
	local pid
	while pid=$(pgrep -o -u alice -f 'flood[-]mark'); do
		echo 1 >"/sys/fs/cgroup$(cgroup_of "$pid")/cgroup.kill"
		sleep 0.5
	done
}
