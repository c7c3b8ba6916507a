#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A trial of roomctl enable is undone by itself, whatever ends roomctl. This is a machine without systemd;
# tests/vm/guest/95-trial.sh is the other kind.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=unwired.sh
. "$here/unwired.sh"

# Who undoes it, once it is called so.
watcher() {
	wait_for 10 pgrep -x roomctl-trial >/dev/null
	pgrep -x roomctl-trial
}

forgotten() {
	is_ok "trial: it begins" roomctl enable --trial 15s
	isnt "trial: logins are wired" "$(wired)" 0
	like "trial: check tells of it" "$(roomctl check)" '*note: on trial: undone in*'
	isnt "trial: alice is in her room" "$(as alice readlink /proc/self/ns/mnt)" "$(readlink /proc/self/ns/mnt)"
	like "trial: an end of something else is no end" "$(kill -HUP "$(watcher)"; roomctl check)" '*on trial*'
	is_ok "trial: unconfirmed, all is as it was" wait_for 30 unwired
	like "trial: the log says so" "$(log_now >/dev/null; grep roomctl "$STAGE/syslog" | tail -n 1)" \
		'*trial of pam_room was not confirmed: it is disabled again'
	is_ok "trial: nothing waits any more" wait_for 5 no_watch
}

over() { [[ $(roomctl check) == *'problem: a trial is over and was not undone'* ]]; }

killed() {
	# Killed at the sixth file that gets its name.
	strace -qq -o /dev/null -e trace=renameat -e inject=renameat:signal=KILL:when=6 roomctl enable --trial 3s >/dev/null 2>&1
	isnt "killed: some of it was done" "$(wired)" 0
	is_ok "killed: it is undone all the same" wait_for 10 unwired
	roomctl enable --trial 8s >/dev/null
	kill -KILL "$(watcher)"
	is_ok "killed: who waits for the end was; check tells" wait_for 20 over
	is "killed: what is over cannot be confirmed" "$(as root roomctl confirm)" "problem: confirm: the trial is over"
	# As the drop-in for systemd-user-sessions.service does at a boot.
	is_ok "killed: a boot undoes it" roomctl disable --if-trial
	is "killed: all is as it was" "$(picture)" "$bare"
	says "killed: another boot has nothing to do" 0 "there is no trial to be undone" roomctl disable --if-trial
	roomctl enable --trial 5m >/dev/null
	# As after an hour's sleep: of the two clocks only the one that goes on then is ahead (time_namespaces(7)).
	like "sleep: the trial's time does not pass" \
		"$(unshare --time --boottime 3600 --fork roomctl check)" '*note: on trial: undone in*'
	is "killed: --trial wants a time" "$(roomctl enable --trial soon >/dev/null 2>&1; echo $?)" 2
	is_ok "killed: disable ends a trial" roomctl disable
	is "killed: all is as it was, then too" "$(picture)" "$bare"
	is_ok "killed: nothing waits any more" wait_for 5 no_watch
}

forgotten
finish "trial"
killed
finish "killed"
