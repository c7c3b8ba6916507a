#!/bin/bash
# roomctl freeze where systemd runs: session and user manager stand still, nothing of root's does, and logind goes on.
# shellcheck disable=SC2016
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

uid=$(id -u alice)
tree=/sys/fs/cgroup
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
goes_on() {
	local before
	before=$(ticks "$1")
	wait_for 10 moved "$1" "$before"
}
moved() { [ "$(ticks "$1")" != "$2" ]; }
left_groups() { find "$tree" -name 'pam_room-frozen-*' | wc -l; }

hold alice 7621 || exit 0
wait_for 60 manager_of alice >/dev/null
manager=$(manager_of alice)
on alice 'systemd-run --user --quiet --unit=spin perl -e "1 while 1"'
wait_for 30 pgrep -u alice -x perl >/dev/null
spinner=$(pgrep -u alice -x perl)
is_ok "freeze: before it, a user's service goes on" goes_on "$spinner"
like "freeze" "$(roomctl freeze alice 2>&1)" "room $uid.* stands still (processes [1-9]*"
before=$(ticks "$spinner")
sleep 2
is "freeze: the user's service stands still" "$(ticks "$spinner")" "$before"
like "freeze: so does the user manager" "$(cgroup_of "$manager")" "*/init.scope/pam_room-frozen-*"
like "freeze: and the session, which is its session still" "$(cgroup_of "$pid")" "*/session-*.scope/pam_room-frozen-*"
is "freeze: nothing of root's is in such a group" "$(for one in $(pgrep -u root); do cgroup_of "$one"; done | grep -c frozen)" 0
begun=$SECONDS
like "freeze: a login is told" "$(on alice echo in 2>&1)" "*an administrator has frozen $uid.*(reference ??????)*"
note "a login into a frozen room is refused after $((SECONDS - begun)) s"
is "freeze: root logs in" "$(on root echo in)" in
like "freeze: status" "$(roomctl status alice)" "*state *frozen*user managers *1*tasks *limit*"
like "freeze: the refusal is in the journal by its fields" \
	"$(journalctl -q -o cat --no-pager ROOM_USER=alice PRIORITY=3 | tail -n 1)" "*user 'alice' is refused: *reference ??????"
systemctl daemon-reload
is_ok "thaw, after systemd has reloaded" roomctl thaw alice
is_ok "thaw: the user's service goes on" goes_on "$spinner"
like "thaw: the manager is where it was" "$(cgroup_of "$manager")" "*/init.scope"
is "thaw: no group is left" "$(left_groups)" 0
is "thaw: the user manager works" "$(on alice 'systemctl --user is-active spin')" active
roomctl freeze alice >/dev/null
is_ok "kill: of a frozen room" roomctl kill alice
is "kill: no group is left" "$(left_groups)" 0
wait
is "afterwards alice logs in" "$(on alice echo in)" in
