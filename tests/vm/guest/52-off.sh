#!/bin/bash
# With the switch thrown a login is outside, and its user manager too.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

loginctl terminate-user carol 2>/dev/null
wait_for 30 no_processes carol
touch /etc/pam_room/disabled
since=$(date +%H:%M:%S)
hold carol 7521 || exit 0
is "switched off: a login is outside" "$room" "$(outside)"
wait_for 60 manager_of carol >/dev/null
is "switched off: its user manager too" "$(walls "$(manager_of carol)")" "$(outside)"
isnt "switched off: the log shouts" \
	"$(journalctl -q -p alert..alert --since "$since" | grep -c 'everybody is outside, and so is carol')" 0
rm /etc/pam_room/disabled
leave 7521
loginctl terminate-user carol 2>/dev/null
is_ok "switched off: all of carol's has ended" wait_for 30 no_processes carol
