#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Many sessions, one after the other and at once, some killed: nothing of them is left, and nothing grows.
# ROOM_MASS_OPENS, ROOM_MASS_LOGINS: how many (200 and 60; 10000 and 1000 take two minutes on a calm machine).
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

opens=${ROOM_MASS_OPENS:-200}
logins=${ROOM_MASS_LOGINS:-60}
crowd=()

# What could grow: the stage's own counts. Control groups are the whole machine's, other stages' too, and these rooms have none.
left() {
	echo "namespaces $(lsns --noheadings --raw --output NS | sort -u | wc -l)"
	echo "mounts $(wc -l </proc/self/mountinfo)"
	echo "descriptors of sshd $(find "/proc/$(cat "$STAGE/sshd.pid")/fd" | wc -l)"
	echo "registry $(find /run/pam_room -mindepth 1 ! -path /run/pam_room/rooms 2>/dev/null | sort | xargs)"
	echo "keepers $(keepers | wc -l)"
}

# Mounts, namespaces and descriptors are made of these.
slabs() { awk '/^(mnt_cache|pid_namespace|net_namespace|filp|nsproxy|uts_namespace|ipc_namespace) / { print $1, $2 }' /proc/slabinfo; }

is_left() { [ "$(left)" = "$1" ]; }

# settled NAME WHAT-WAS-THERE
settled() {
	wait_for 60 is_left "$2"
	is "$1: nothing is left" "$(left)" "$2"
}

keeper_memory() { awk '/^Rss/ { sum += $2 } END { print sum }' "/proc/$1/smaps_rollup"; }

# holds KEEPER N: the lease of a login that was killed goes when the keeper hears of it.
holds() { [ "$(find "/proc/$1/fd" | wc -l)" -eq "$2" ]; }

driven() {
	local before keeper first last held_then
	gcc -O1 -o "$STAGE/opener" "$here/opener.c" -lpam || not_ok "opener.c compiles"
	before=$(left)
	is "opens in turn, rooms that end with them" \
		"$("$STAGE/opener" roomtest "$((opens / 2))" 0 carol)" "opened $((opens / 2)), refused 0, killed 0"
	settled "opens in turn" "$before"
	hold alice 7341 || return
	keeper=$(keeper_of "$room")
	"$STAGE/opener" roomtest 20 0 alice >/dev/null
	sleep 1
	first=$(keeper_memory "$keeper")
	held_then=$(find "/proc/$keeper/fd" | wc -l)
	is "opens in turn, into a living room, every tenth killed" "$("$STAGE/opener" roomtest "$((opens / 2))" 10 alice)" \
		"opened $((opens / 2 - opens / 20)), refused 0, killed $((opens / 20))"
	last=$(keeper_memory "$keeper")
	is "opens in turn: the keeper's memory is what it was ($first kB)" "$last" "$first"
	is_ok "opens in turn: and it holds no descriptor more" wait_for 10 holds "$keeper" "$held_then"
	end_sleepers 7341
	wait
	settled "opens into a living room" "$before"
}

# one_login N: of the crowd, in turn; every seventh is killed from outside.
one_login() {
	local user=${crowd[$(($1 % ${#crowd[@]}))]} status=0
	if [ $(($1 % 7)) -eq 0 ]; then
		timeout -s KILL 0.3 ssh "${ssh_options[@]}" "$user@127.0.0.1" exec sleep 1 >/dev/null 2>&1
		echo killed >"$STAGE/mass.$1"
		return
	fi
	ssh -n "${ssh_options[@]}" "$user@127.0.0.1" readlink /proc/self/ns/mnt >"$STAGE/mass.$1" 2>&1 || status=$?
	[ "$status" -eq 0 ] || echo "status $status" >>"$STAGE/mass.$1"
}

real() {
	local before n user begun=$SECONDS
	for n in $(seq 50); do crowd+=("mass$n"); done
	for user in "${crowd[@]}"; do useradd -m -s /bin/sh "$user" || return; done
	before=$(left)
	for n in $(seq "$logins"); do
		one_login "$n" &
		[ $((n % 10)) -ne 0 ] || wait
	done
	wait
	note "$logins logins of 50 users, ten at once: $((SECONDS - begun)) s"
	is "logins at once: every one that was not killed got in" \
		"$(grep -lE '^mnt:' "$STAGE"/mass.* | wc -l)" "$((logins - logins / 7))"
	is "logins at once: nobody was outside" "$(grep -lF "$(readlink /proc/self/ns/mnt)" "$STAGE"/mass.* | wc -l)" 0
	settled "logins at once" "$before"
}

begin
before_slabs=$(slabs)
driven
real
note "in use before: $(xargs <<<"$before_slabs")" "in use after:  $(slabs | xargs)"
finish "the mass"
