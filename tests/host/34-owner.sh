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
	is "a home that is out of reach: the same room" "$(room_of bob)" "$(readlink "/proc/$pid/ns/pid")"
	mv /home/aside /home/bob
	end_sleepers 7343
	wait
}

begin
deleted
same
finish "owners"
