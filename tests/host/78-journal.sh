#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What is told of a login: to the journal with fields, where there is one, to syslog in one line otherwise; and a refusal
# carries the reference that the user was shown.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

socket=/run/systemd/journal/socket

# A listener in the journal's place: one line for each entry, its fields with tabs between.
listen() {
	mkdir -p "${socket%/*}"
	: >"$STAGE/journal"
	# shellcheck disable=SC2016
	perl -MSocket -e '
		socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die "$ARGV[0]: $!";
		chmod 0666, $ARGV[0];
		open(F, ">>", $ARGV[1]) or die;
		while (defined recv(S, $m, 65536, 0)) { $m =~ s/\n$//; $m =~ s/\n/\t/g; syswrite F, "$m\n"; }' \
		"$socket" "$STAGE/journal" </dev/null &
	listener=$!
	wait_for 5 test -S "$socket"
}

entry() { grep -c . "$STAGE/journal"; }
field_of() { tr '\t' '\n' <"$STAGE/journal" | sed -n "s/^$1=//p"; }
shown() { sed -n 's/.*(reference \([2-9a-z]*\)).*/\1/p'; }

journals() {
	local said since
	listen
	since=$(log_now)
	policy <<<'version = 1; rooms: { a: { writable = "/srv/nowhere"; }; };
		assign: ( { user = "bob"; room = "closed"; }, { user = "alice"; room = "a"; } );'
	said=$(as alice echo inside 2>&1)
	is "journal: one entry for a refusal" "$(entry)" 1
	is "journal: ROOM_USER" "$(field_of ROOM_USER)" alice
	like "journal: ROOM_RULE" "$(field_of ROOM_RULE)" "*/room.conf:2"
	isnt "journal: ROOM_STEP" "$(field_of ROOM_STEP)" ""
	is "journal: ERRNO" "$(field_of ERRNO)" 2
	is "journal: PRIORITY" "$(field_of PRIORITY)" 3
	like "journal: the message, as syslog would have it" "$(field_of MESSAGE)" "pam_room(sshd:session): user 'alice' is refused: *"
	like "journal: the reference has six characters" "$(field_of ROOM_REFERENCE)" "??????"
	is "journal: and is what the user was shown" "$(shown <<<"$said")" "$(field_of ROOM_REFERENCE)"
	like "journal: and stands in the message" "$(field_of MESSAGE)" "*, reference $(field_of ROOM_REFERENCE)"
	: >"$STAGE/journal"
	said=$(as bob echo inside 2>&1)
	is "journal: who is closed out has a reference" "$(shown <<<"$said")" "$(field_of ROOM_REFERENCE)"
	usual_policy
	: >"$STAGE/journal"
	is "journal: a login" "$(as alice echo in)" in
	is "journal: its room" "$(field_of ROOM)" "$(id -u alice).admin"
	is "journal: no reference" "$(field_of ROOM_REFERENCE)" ""
	: >"$STAGE/journal"
	# A name that a client chose makes no field and no second entry.
	pamtester roomtest $'eve\nROOM=0.root' open_session >/dev/null 2>&1
	is "journal: a name with a line break makes no field" "$(field_of ROOM)" ""
	is "journal: nothing of it went to syslog" "$(log_since "$since")" ""
	kill "$listener"
	rm -f "$socket"
	wait "$listener" 2>/dev/null
}

syslogs() {
	local said since
	policy <<<'version = 1; assign: ( { user = "bob"; room = "closed"; } );'
	since=$(log_now)
	said=$(as bob echo inside 2>&1)
	is "syslog: one line where there is no journal" "$(log_since "$since" | grep -c .)" 1
	like "syslog: with the reference that was shown" "$(log_since "$since")" "*user 'bob' is closed out*, reference $(shown <<<"$said")"
	isnt "syslog: which is one" "$(shown <<<"$said")" ""
	isnt "syslog: and another one each time" "$(as bob echo inside 2>&1 | shown)" "$(shown <<<"$said")"
	usual_policy
}

begin
journals
rm -rf /run/systemd
syslogs
finish "the log"
