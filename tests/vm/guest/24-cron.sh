#!/bin/bash
# The cron job planted by 05-before.sh ran in alice's room.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# cron looks at the full minute; the rest of it has mostly passed with other tests.
left=$(($(cat "$TEST_RUN/cron.planted") + 75 - $(date +%s)))
pid=$(sleeper 7401 $((left > 5 ? left : 5)))
job=$pid
hold alice 7402 || exit 0
in_room "cron: the job is in the room" "$job" "$room"
is "cron: the job sees what the host sees of it" "$(paste -sd' ' /home/alice/cron.ns 2>&1)" "${room% ipc:*}"
is "cron: brick's filter and bounding set" "$(field "${job:-1}" Seccomp) $(field "${job:-1}" CapBnd)" "2 00000000200005fb"
like "cron: the job is in the user's slice" "$(cgroup_of "${job:-1}")" "/user.slice/user-$(id -u alice).slice/*"
crontab -u alice -r
end_sleepers 7401
leave 7402
