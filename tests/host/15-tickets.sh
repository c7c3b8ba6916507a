#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A Kerberos ticket cache that a login program made in the host's /tmp before it opened the session comes along into the
# room, and nothing else does, whoever prepared the two directories.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# login VALUE: a session of alice with that KRB5CCNAME; its exit status.
login() {
	timeout 30 pamtester -E "KRB5CCNAME=$1" roomtest alice open_session close_session >"$STAGE/said" 2>&1
	echo $?
}

# cache NAME [OWNER]: a file in the host's /tmp.
cache() { install -m 600 -o "${2-alice}" -g "${2-alice}" /dev/stdin "/tmp/$1" <<<"tickets of $1"; }

helper_said() {
	log_now >/dev/null
	sed -n "$(($1 + 1)),\$p" "$STAGE/syslog" | grep room-helper
}

# stays NAME FILE VALUE: the session opens, the file does not come along, and the log says why.
stays() {
	local since before
	since=$(log_now)
	before=$(stat -c '%F %U %a %s %h' "/tmp/$2" 2>&1)
	is "$1: the session opens" "$(login "$3")" 0
	is "$1: the file outside is as before" "$(stat -c '%F %U %a %s %h' "/tmp/$2" 2>&1)" "$before"
	like "$1: the log says why" "$(helper_said "$since")" "*carry ticket cache: *$4*"
}

moved() {
	cache krb5cc_7151
	is "a cache in /tmp: the session opens" "$(login FILE:/tmp/krb5cc_7151)" 0
	is "a cache in /tmp: it is in the room" "$(as alice cat /tmp/krb5cc_7151)" "tickets of krb5cc_7151"
	is "a cache in /tmp: the user's alone" "$(as alice "stat -c '%U:%G %a %h' /tmp/krb5cc_7151")" "alice:alice 600 1"
	is_ok "a cache in /tmp: and outside no more" test ! -e /tmp/krb5cc_7151
	is "a cache in /tmp: again, there is none to move" "$(login FILE:/tmp/krb5cc_7151)" 0
	is "a cache in /tmp: and it is still there" "$(as alice cat /tmp/krb5cc_7151)" "tickets of krb5cc_7151"
	cache krb5cc_7152
	is "a bare path: the session opens" "$(login /tmp/krb5cc_7152)" 0
	is "a bare path: it is in the room" "$(as alice cat /tmp/krb5cc_7152)" "tickets of krb5cc_7152"
}

# Values that name no file in /tmp.
others() {
	local value
	cache krb5cc_7153
	for value in "" KEYRING:persistent:1000 DIR:/tmp/krb5cc_7153 FILE:/tmp/../tmp/krb5cc_7153 FILE:/tmp/./krb5cc_7153 \
		FILE:tmp/krb5cc_7153 FILE:/tmp/ FILE:/tmp/. FILE:/tmp/.. FILE:/etc/shadow; do
		is "'$value': the session opens" "$(login "$value")" 0
	done
	value=$(head -c 70000 /dev/zero | tr '\0' x)
	is "70,000 bytes: the session opens" "$(login "FILE:/tmp/$value")" 0
	is "values that name no file in /tmp move none" "$(cat /tmp/krb5cc_7153)" "tickets of krb5cc_7153"
	rm /tmp/krb5cc_7153
}

# What somebody may have put into the host's /tmp.
prepared_outside() {
	cache krb5cc_bob bob
	stays "another user's cache" krb5cc_bob FILE:/tmp/krb5cc_bob "Permission denied"
	chmod 644 /tmp/krb5cc_bob
	stays "another user's cache that anybody reads" krb5cc_bob FILE:/tmp/krb5cc_bob "is no file of the user's"
	ln -s /etc/shadow /tmp/krb5cc_link
	chown -h alice /tmp/krb5cc_link
	stays "a link" krb5cc_link FILE:/tmp/krb5cc_link "krb5cc_link: "
	mkfifo /tmp/krb5cc_fifo
	chown alice /tmp/krb5cc_fifo
	stays "a FIFO" krb5cc_fifo FILE:/tmp/krb5cc_fifo "is no file of the user's"
	mkdir -p /tmp/krb5cc_dir
	chown alice /tmp/krb5cc_dir
	stays "a directory" krb5cc_dir FILE:/tmp/krb5cc_dir "krb5cc_dir"
	head -c 2000000 /dev/zero >/tmp/krb5cc_large
	chown alice /tmp/krb5cc_large
	stays "one of 2 MB" krb5cc_large FILE:/tmp/krb5cc_large "File too large"
	is "of these nothing came into the room" "$(as alice 'ls -d /tmp/krb5cc_{bob,link,fifo,dir,large} 2>/dev/null')" ""
	rm -r /tmp/krb5cc_*
}

# What the user may have put into the room's /tmp.
prepared_inside() {
	cache krb5cc_7154
	as alice 'echo mine >victim; ln -s ~/victim /tmp/krb5cc_7154'
	is "a link in the room: the session opens" "$(login FILE:/tmp/krb5cc_7154)" 0
	is "a link in the room: is replaced" "$(as alice 'stat -c %F /tmp/krb5cc_7154; cat /tmp/krb5cc_7154 victim')" \
		"regular file
tickets of krb5cc_7154
mine"
	cache krb5cc_7155
	as alice 'mkdir /tmp/krb5cc_7155'
	stays "a directory in the room" krb5cc_7155 FILE:/tmp/krb5cc_7155 "old krb5cc_7155 in the room"
	rm -f /tmp/krb5cc_7155 /home/alice/victim
}

hold alice 7150 || exit 1
moved
others
prepared_outside
prepared_inside
end_sleepers 7150
