#!/bin/bash
# /run/user/UID in the room is the one logind mounted, at the first login and at every later one.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

uid=$(id -u alice)
dir=/run/user/$uid

# right NAME PID: seen through the process's own root: a mount, the user's, and the very one the host has.
right() {
	local seen=/proc/$2/root$dir
	is "$1: it is a mount" "$(awk -v dir="$dir" '$5 == dir' "/proc/$2/mountinfo" | wc -l)" 1
	is "$1: owner and mode" "$(stat -c '%u %a' "$seen" 2>&1)" "$uid 700"
	is "$1: the host's" "$(stat -c '%d %i' "$seen" 2>&1)" "$(stat -c '%d %i' "$dir" 2>&1)"
	is_ok "$1: the user can write there" on alice "touch $dir/mark && rm $dir/mark"
}

no_dir() { [ ! -e "$dir" ]; }

hold alice 7801 || exit 0
right "runtime dir, first login" "$pid"

# logind takes the directory away and makes another while the room goes on, which only somebody sees who has no session
# of logind's: newer releases end the sessions with the directory.
on alice 'echo exec sleep 7803 | at now' 2>/dev/null
pid=$(sleeper 7803)
in_room "runtime dir: a process without a session is in the room" "$pid" "$room"
systemctl stop "user@$uid.service" "user-runtime-dir@$uid.service"
is "runtime dir: a living room loses it with the host" \
	"$(awk -v dir="$dir" '$5 == dir' "/proc/$pid/mountinfo" | wc -l) $(walls "$pid")" "0 $room"
systemctl start "user-runtime-dir@$uid.service" "user@$uid.service"
right "runtime dir, made again under a living room" "$pid"
in_room "runtime dir: the manager is back in the room" "$(manager_of alice)" "$room"
leave 7801
end_sleepers 7803

loginctl terminate-user alice
wait_for 30 no_dir
# shellcheck disable=SC2046
is "runtime dir: gone after the full logout" "$(ls -d "$dir" 2>/dev/null && tell $(pgrep -u alice))" ""
hold alice 7802 || exit 0
right "runtime dir, after full logout and login" "$pid"
leave 7802

# What a host has to be like for that.
private="*warning: the mounts of this host are private*/run/user*mount --make-rshared /*"
is "runtime dir: this host hands it on" "$(roomctl check 2>&1 | grep -c "mounts of this host")" 0
like "runtime dir: roomctl check names a host that would not" "$(unshare --mount --propagation private roomctl check 2>&1)" "$private"
