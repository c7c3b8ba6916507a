#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Parts of different versions, as an upgrade leaves them for a while. A living room whose keeper speaks another version of the
# protocol than the helper that has come since, or gone back to: its user is refused at once, with the reason; others are not;
# and the way on that the reason names is one. A module that a long-running program had loaded before, and the helper that has
# come since: a new session is refused, never half a room, and one that was open ends well.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

libexec=/usr/libexec/pam_room
src=$(cd "${0%/*}/../.." && pwd)
ours=$STAGE/versions/ours other=$STAGE/versions/other deaf=$STAGE/versions/deaf

# build_with FILE NUMBER FOLDER: helper and keeper where another number stands in that file of lib/, built over the stage's tree,
# which stays as it is. It may have its sources with it.
build_with() {
	mkdir -p "$3"
	sed "s/^\\(#define [A-Z]*_VERSION\\) .*/\\1 $2/" "$src/lib/$1" >"$STAGE/$1"
	# shellcheck disable=SC2016 # the other shell expands it
	unshare --mount --propagation private bash -euc '
		mount -t tmpfs tmpfs /mnt
		mkdir /mnt/up /mnt/scratch
		mount -t overlay -o "lowerdir=$2,upperdir=/mnt/up,workdir=/mnt/scratch" overlay "$2"
		for tree in "$1" "$2"; do
			test ! -e "$tree/lib/$3" || mount --bind "$4" "$tree/lib/$3"
		done
		for folder in lib keeper helper; do make -s -C "$2/$folder"; done
		install -m 4755 "$2/helper/room-helper" "$5"
		install -m 755 "$2/keeper/room-keeper" "$5"' - "$src" "$ROOM_BUILD" "$1" "$STAGE/$1" "$3" >"$STAGE/built" 2>&1
}

# puts FOLDER: as a package manager does, by a new file in the place of the old.
puts() {
	local program
	for program in room-helper room-keeper; do
		cp -a "$1/$program" "$libexec/new"
		mv "$libexec/new" "$libexec/$program"
	done
}

# between BEFORE AFTER NAME LENGTH
between() {
	local out status=0 since begun
	puts "$1"
	hold alice "$4" || return
	in_room "$3: a login before is in a room" "$pid" "$room"
	puts "$2"
	since=$(log_now)
	begun=$SECONDS
	out=$(as alice echo inside 2>&1) || status=$?
	is "$3: her next login is refused" "$((status != 0)), $(grep -c '^inside$' <<<"$out")" "1, 0"
	like "$3: she is told in one line" "$(wc -l <<<"$out") $out" "1 *room*"
	is_ok "$3: at once" [ $((SECONDS - begun)) -le 10 ]
	like "$3: the log says why, and what to do" "$(log_since "$since")" \
		"*another version made $alice.*: it ends with its last process or by roomctl kill*"
	in_room "$3: who is in the room stays there" "$pid" "$room"
	is "$3: bob has a room" "$(as bob echo in 2>&1)" in
	is "$3: root gets in" "$(as root echo in 2>&1)" in
	like "$3: roomctl list names the room, which lives" "$(roomctl list | grep -w alice | grep -vw stale)" "*alice*"
	# roomctl is ours, and goes into what our keeper keeps.
	[ "$1" = "$ours" ] || like "$3: roomctl enter says the same" "$(roomctl enter alice true 2>&1)" \
		"*another version made $alice.*: roomctl kill can end it*"
	is_ok "$3: roomctl kill ends it" roomctl kill alice
	end_sleepers "$4"
	wait "$held"
	is "$3: then alice has a room again" "$(as alice echo in 2>&1)" in
}

# What sshd has loaded is the module of before.
loaded_before() {
	local out status=0 before since
	# Rooms that the other version made.
	wait_for 20 no_rooms
	puts "$ours"
	hold alice 7613 || return
	in_room "a module from before: a login is in a room" "$pid" "$room"
	puts "$deaf"
	before=$(rooms)
	since=$(log_now)
	out=$(as bob echo inside 2>&1) || status=$?
	is "a module from before: a new login is refused" "$((status != 0)), $(grep -c '^inside$' <<<"$out")" "1, 0"
	like "a module from before: in one line" "$(wc -l <<<"$out") $out" "1 pam_room: this login is refused*"
	like "a module from before: the log says why" "$(log_since "$since")" "*understands another version: what was started before an upgrade*"
	is "a module from before: nothing was made" "$(rooms)" "$before"
	is "a module from before: root gets in" "$(as root echo in 2>&1)" in
	in_room "a module from before: who is in a room stays there" "$(find_sleeper 7613)" "$room"
	end_sleepers 7613
	wait "$held"
	is_ok "a module from before: the session that was open ends with its room" wait_for 20 no_rooms
	puts "$ours"
}

no_rooms() { [ -z "$(rooms)" ]; }

begin
alice=$(id -u alice)
mkdir -p "$ours"
cp -a "$libexec/room-helper" "$libexec/room-keeper" "$ours"
is_ok "another version is built" build_with lease.h 77 "$other"
is_ok "and one whose helper reads other records" build_with record.c 77 "$deaf"
isnt "which is another" "$(cksum <"$other/room-keeper")" "$(cksum <"$ours/room-keeper")"
isnt "and another helper" "$(cksum <"$deaf/room-helper")" "$(cksum <"$ours/room-helper")"
between "$other" "$ours" "upgrade" 7611
between "$ours" "$other" "back again" 7612
loaded_before
puts "$ours"
finish "versions"
