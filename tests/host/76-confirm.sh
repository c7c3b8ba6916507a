#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Only a login that began since keeps what is on trial.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=unwired.sh
. "$here/unwired.sh"

no_audit='echo 4294967295 >/proc/self/loginuid'

# A session that runs this when it is told to.
later() { ssh -n "${ssh_options[@]}" root@127.0.0.1 "touch $STAGE/ready; until [ -e $STAGE/go ]; do sleep 0.1; done; $1"; }

confirmed() {
	local old
	rm -f "$STAGE/go" "$STAGE/ready"
	later 'roomctl confirm; setsid -w roomctl confirm; su root -c "roomctl confirm"' >"$STAGE/old" 2>&1 &
	old=$!
	wait_for 10 test -e "$STAGE/ready"
	says "confirm: there is nothing" 1 "there is no trial" roomctl confirm
	is_ok "confirm: a trial" roomctl enable --trial 8s
	note "audit session of a login: $(as root cat /proc/self/sessionid)"
	touch "$STAGE/go"
	wait "$old"
	is "confirm: a session from before may not, by whatever it starts" \
		"$(grep -c 'this login began before the trial' "$STAGE/old")" 3
	is "confirm: nor may who is no login" "$(roomctl confirm | grep -c 'ok: confirmed')" 0
	is "confirm: nor a user" "$(as alice /usr/sbin/roomctl confirm)" "problem: only root may confirm a trial"
	like "confirm: a new login may" "$(as root roomctl confirm)" 'ok: confirmed: pam_room stays enabled*'
	is_ok "confirm: nothing waits any more" wait_for 5 no_watch
	sleep 4
	isnt "confirm: the wiring stays" "$(wired)" 0
	like "confirm: what is wired cannot be tried" "$(roomctl enable --trial 10m)" '*is wired already, and the trial*nothing was changed'
	is_ok "confirm: disable" roomctl disable
	is "confirm: all is as it was" "$(picture)" "$bare"
	is_ok "confirm: a trial again" roomctl enable --trial 10m
	# Where the kernel keeps no audit sessions, the processes above have to tell.
	rm -f "$STAGE/go" "$STAGE/ready"
	later "$no_audit; roomctl confirm" >"$STAGE/old" 2>&1 &
	old=$!
	wait_for 10 test -e "$STAGE/ready"
	roomctl disable >/dev/null
	is_ok "confirm: a trial without audit" roomctl enable --trial 10m
	touch "$STAGE/go"
	wait "$old"
	like "confirm: without audit, a session from before may not" "$(cat "$STAGE/old")" '*began before the trial*'
	like "confirm: without audit, nor who is no login" "$(setsid -w bash -c "$no_audit; roomctl confirm")" \
		"*has no audit session for this login*"
	like "confirm: without audit, a new login may" "$(as root "$no_audit; roomctl confirm")" 'ok: confirmed*'
	roomctl disable >/dev/null
	is_ok "confirm: the third trial" roomctl enable --trial 10m
	like "confirm: inside a room, too" "$(as alice sudo -n /usr/sbin/roomctl confirm)" 'ok: confirmed*'
	roomctl disable >/dev/null
}

confirmed
finish "confirm"
