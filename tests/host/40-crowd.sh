#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Many first logins at once: all of them get in, into one room for each user.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# come N USER: a login that tells its namespaces (the kernel tells them to it) and stays a moment.
come() {
	local status=0
	as "$2" 'readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts | tr "\n" " "; echo; sleep 3' \
		>"$STAGE/crowd.$2.$1" 2>&1 || status=$?
	echo "$status" >"$STAGE/crowd-status.$2.$1"
}

crowd_is_in() { [ "$(cat "$STAGE"/crowd.*.* 2>/dev/null | wc -l)" -ge 50 ]; }

# crowd NAME USER...: 50 logins, of these users in turn. Sets keepers_then and rooms_then.
crowd() {
	local name=$1 n begun=$SECONDS
	shift
	local users=("$@")
	rm -f "$STAGE"/crowd*
	for n in $(seq 50); do
		come "$n" "${users[$((n % $#))]}" &
	done
	# While they are there: the last one's answer says that all are in.
	wait_for 60 crowd_is_in
	keepers_then=$(keepers | wc -l)
	rooms_then=$(rooms | wc -l)
	wait
	note "$name: $((SECONDS - begun)) s"
	is "$name: all 50 logins succeed" "$(cat "$STAGE"/crowd-status.* | sort | uniq -c | xargs)" "50 0"
}

# rooms_of USER: the different answers of that user's logins.
rooms_of() { sort -u "$STAGE/crowd.$1".*; }

of_one() {
	crowd "one user" alice
	is "one user: all in the same room" "$(rooms_of alice | wc -l)" 1
	isnt "one user: which is not the outside" "$(rooms_of alice | xargs)" "$(outside)"
	is "one user: one keeper" "$keepers_then" 1
	is "one user: one entry in the registry" "$rooms_then" 1
}

of_many() {
	local user
	crowd "four users" "${people[@]}"
	for user in "${people[@]}"; do
		is "four users: $user has one room" "$(rooms_of "$user" | wc -l)" 1
		isnt "four users: $user is not outside" "$(rooms_of "$user" | xargs)" "$(outside)"
	done
	is "four users: nobody's room is another's" "$(cat "$STAGE"/crowd.* | tr ' ' '\n' | grep . | sort -u | wc -l)" 16
}

no_keepers() { [ -z "$(keepers)" ]; }

# Everybody leaves and comes at the same time: the end of a room meets the next login.
in_and_out() {
	local n status
	rm -f "$STAGE"/crowd*
	for n in $(seq 40); do
		{
			status=0
			as carol true >"$STAGE/crowd.$n" 2>&1 || status=$?
			echo "$status" >"$STAGE/crowd-status.$n"
		} &
		sleep "0.$((RANDOM % 3))"
	done
	wait
	is "a room that ends with its last logout: 40 logins come and go" \
		"$(cat "$STAGE"/crowd-status.* | sort | uniq -c | xargs)" "40 0"
	cat "$STAGE"/crowd.[0-9]* | sort | uniq -c | sed 's/^/# /'
	is_ok "and then it is gone" wait_for 10 no_keepers
}

begin
of_one
finish "a crowd of one"
of_many
finish "a crowd of four"
in_and_out
finish "in and out"
