#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Whose a living room is: an account that was deleted leaves none to the next one of its uid, and two names of one uid
# share one.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# renew NAME UID: another account.
renew() { useradd -m -s /bin/bash -u "$2" "$1" || exit 1; }
room_of() { as "$1" readlink /proc/self/ns/pid; }
# The room of before would be entered, which was made with another home.
ended() { ! compgen -G "/run/pam_room/rooms/$1.*" >/dev/null; }

deleted() {
	local uid
	renew moved 7340
	uid=7340
	hold moved 7341 || return
	as moved 'echo secret >/tmp/secret'
	userdel -rf moved >/dev/null 2>&1
	is "a deleted account: its room lives, as what runs in it does" "$(find_sleeper 7341)" "$pid"
	renew moved "$uid"
	is "an account of the same name: it does not enter the old room" "$(as moved cat /tmp/secret 2>/dev/null)" ""
	is_ok "an account of the same name: which is ended" no_sleeper 7341
	hold moved 7342 || return
	userdel -rf moved >/dev/null 2>&1
	renew mover "$uid"
	isnt "an account of another name: another room" "$(room_of mover)" "$(readlink "/proc/$pid/ns/pid")"
	is_ok "an account of another name: the old one is ended" no_sleeper 7342
	hold mover 7344 || return
	userdel -rf mover >/dev/null 2>&1
	useradd -M -d /home/none -s /bin/bash -u "$uid" homeless
	isnt "an account of another name, without a home: another room" "$(as homeless readlink /proc/self/ns/pid 2>/dev/null)" \
		"$(readlink "/proc/$pid/ns/pid")"
	is_ok "an account of another name, without a home: the old one is ended" no_sleeper 7344
	userdel -f homeless >/dev/null 2>&1
	end_sleepers 7341 7342 7344
	wait
}

same() {
	useradd -o -m -s /bin/bash -u "$(id -u bob)" second
	hold bob 7343 || return
	is "two names of one uid: one room" "$(room_of second)" "$(readlink "/proc/$pid/ns/pid")"
	is "two names of one uid: in turn" "$(room_of bob)" "$(readlink "/proc/$pid/ns/pid")"
	userdel -rf second >/dev/null 2>&1
	is "one of them goes: the room is the other's" "$(room_of bob)" "$(readlink "/proc/$pid/ns/pid")"
	mv /home/bob /home/aside
	refused_and_lives "a home that is out of reach" 7343
	mv /home/aside /home/bob
	is "a home that is back: the same room" "$(room_of bob)" "$(readlink "/proc/$pid/ns/pid")"
	mount -t tmpfs -o mode=0700,uid=bob none /home/bob
	is "a home that something is mounted over: the same room" "$(room_of bob)" "$(readlink "/proc/$pid/ns/pid")"
	umount -l /home/bob
	mv "/run/pam_room/rooms/$(id -u bob).brick/state" "$STAGE/state"
	like "a room that has lost its state: refused" "$(as bob echo in 2>&1)" "*this login is refused, *cannot read whose it is*"
	is "a room that has lost its state: lives" "$(find_sleeper 7343)" "$pid"
	mv "$STAGE/state" "/run/pam_room/rooms/$(id -u bob).brick/state"
	end_sleepers 7343
	wait
}

# refused_and_lives NAME SLEEPER: bob's login is, and his room stays as it is.
refused_and_lives() {
	like "$1: refused" "$(as bob echo in 2>&1)" "*this login is refused, *nobody can tell whether it is this account's*"
	is "$1: what runs goes on" "$(find_sleeper "$2")" "$pid"
}

# What cannot be told is neither ended nor entered.
elsewhere() {
	wait_for 20 ended "$(id -u bob)"
	mount -t tmpfs -o mode=0700,uid=bob none /home/bob
	hold bob 7345 || return
	umount -l /home/bob
	refused_and_lives "a home on what is not mounted now" 7345
	mount -t tmpfs -o mode=0700,uid=bob none /home/bob
	refused_and_lives "a home on something new" 7345
	umount -l /home/bob
	is_ok "a home on what is not mounted now: roomctl kill" roomctl kill bob
	is "a home on what is not mounted now: another room" "$(as bob echo in)" in
	wait
	wait_for 20 ended 7340
	renew moved 7340
	hold moved 7346 || return
	userdel -rf moved >/dev/null 2>&1
	useradd -M -s /bin/bash -u 7340 moved
	like "an account of the same name, without a home: refused" "$(as moved echo in 2>&1)" "*this login is refused, *nobody can tell*"
	userdel -f moved >/dev/null 2>&1
	end_sleepers 7346
	wait
}

begin
deleted
same
elsewhere
finish "owners"
