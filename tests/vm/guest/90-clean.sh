#!/bin/bash
# When everybody is gone the machine is as it was before the first room.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

nobody_left() { ! pgrep -u alice,bob,carol >/dev/null; }
same_counts() { count_all | cmp -s - "$TEST_RUN/before"; }
# Its two folders stay, whatever was in them.
registered() { find /run/pam_room -mindepth 1 ! -path /run/pam_room/rooms ! -path /run/pam_room/limits; }
no_rooms() { [ -z "$(registered)" ]; }

for user in root alice bob carol; do
	loginctl terminate-user "$user" 2>/dev/null
done
wait_for 15 nobody_left
for keeper in $(pgrep -x room-keeper); do
	kill -9 "$keeper"
done

wait_for 20 nobody_left
# shellcheck disable=SC2046
is "clean: no process of a user" "$(tell $(pgrep -u alice,bob,carol))" ""
is_ok "clean: no runtime directory" wait_for 30 no_runtime_dirs
wait_for 5 no_rooms
is "clean: no room is registered" "$(registered)" ""
wait_for 20 same_counts
is "clean: mounts, namespaces, descriptors of them and units as before" "$(count_all)" "$(cat "$TEST_RUN/before")"
