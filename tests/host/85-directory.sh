#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Rules about groups of a directory that answers, that is away, and that hangs: whoever must get in does, nobody gets
# another room than the rules say, and nobody waits for ever.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# The groups come from /etc/group and then from nss.c's directory, where alice is in "far".
directory_on() {
	cp -p /etc/nsswitch.conf "$STAGE/nsswitch"
	gcc -shared -fPIC "-DALICE=$(id -u alice)" -o /usr/lib/libnss_stage.so.2 "$here/nss.c" || not_ok "nss.c compiles"
	ldconfig
	sed -i '/^group:/d' /etc/nsswitch.conf
	echo 'group: files stage' >>/etc/nsswitch.conf
	getent group boss >/dev/null || useradd -m -s /bin/bash boss
	gpasswd -a boss sudo >/dev/null
	gpasswd -a bob users >/dev/null
	policy <<-'END'
		version = 1;
		rooms: { far: { linger = "none"; }; near: { linger = "none"; }; };
		assign: (
		  { group = "sudo";                  room = "outside"; },
		  { group = "far";                   room = "far"; },
		  { group = "users"; user = "bob";   room = "near"; },
		  { user = "dave";                   room = "far"; },
		  { uid = "1000-";                   room = "brick"; }
		);
	END
}

directory_off() {
	cp -p "$STAGE/nsswitch" /etc/nsswitch.conf
	rm -f /usr/lib/libnss_stage.so.2 /etc/stage-directory
	ldconfig
	gpasswd -d bob users >/dev/null
}

# enters USER SERVICE-LIKE OUTCOME: by a login, seen in the log; pamtester does not ask for the groups itself, as sshd does.
got() {
	local mark line
	mark=$(log_now)
	pamtester roomtest "$1" open_session close_session >"$STAGE/login" 2>&1
	line=$(log_since "$mark" | grep -F "user '$1'" | tail -n 1)
	case $line in
	*" is inside, room "*) line=${line##*, room } && line=${line%%,*} && echo "${line#*.}" ;;
	*" stays outside"*) echo outside ;;
	*" is refused: "*) echo "refused: ${line##* is refused: }" ;;
	*) echo "what? $line $(cat "$STAGE/login")" ;;
	esac
}

explained() { roomctl explain "$1" --service roomtest | tail -n 1; }

refused_for_far() {
	like "$1: alice is refused, and told why" "$(got alice)" \
		"refused: decide room: no answer about group 'far', which /etc/pam_room/room.conf:5 asks for: *"
	like "$1: explain says so" "$(explained alice)" "refused: no answer about group 'far'*"
	is "$1: explain cannot tell" "$(roomctl explain alice >/dev/null; echo $?)" 3
	like "$1: carol, whom nothing is known about, is refused too" "$(got carol)" "refused: decide room: no answer*"
}

certain_all_the_same() {
	is "$1: a local administrator gets in" "$(got boss)" outside
	is "$1: who gets the same room by all rules gets in" "$(got dave)" far
	is "$1: root gets in" "$(pamtester roomtest root open_session close_session >/dev/null 2>&1; echo $?)" 0
}

answers() {
	is "answers: alice is in the directory's group" "$(got alice)" far
	is "answers: explain says so" "$(explained alice)" "room far, described at /etc/pam_room/room.conf:2"
	is "answers: bob is in a local group" "$(got bob)" near
	is "answers: carol is in none" "$(got carol)" brick
	certain_all_the_same answers
}

away() {
	echo down >/etc/stage-directory
	refused_for_far away
	certain_all_the_same away
	is "away: diff lists what it cannot tell" "$(roomctl diff /etc/pam_room/room.conf --service roomtest |
		tr -s ' ' | grep '^alice'; echo "${PIPESTATUS[0]}")" "alice roomtest (cannot tell) (cannot tell)
1"
	rm /etc/stage-directory
	is "back: alice" "$(got alice)" far
}

# A search by member that fails where one by name does not: the group's own list says it.
half() {
	: >/etc/stage-directory-half
	is "half: alice is in the group by its own list" "$(got alice)" far
	is "half: carol is not" "$(got carol)" brick
	rm /etc/stage-directory-half
}

# A source in the middle of the line that is away, with one behind it that answers.
middle() {
	echo down >/etc/stage-directory
	sed -i 's/^group:.*/group: files stage files/' /etc/nsswitch.conf
	like "away in the middle of the line: alice is refused" "$(got alice)" \
		"refused: decide room: no answer about group 'far'*"
	sed -i 's/^group:.*/group: files stage/' /etc/nsswitch.conf
	rm /etc/stage-directory
}

# Lines as the C library takes them: the last one counts, blanks before the colon, brackets without blanks.
spelled() {
	local line
	while read -r line; do
		sed -i '/^group/d; /^initgroups/d' /etc/nsswitch.conf
		printf '%s\n' "${line//;/$'\n'}" >>/etc/nsswitch.conf
		is "'$line' answers: alice" "$(got alice)" far
		is "'$line' answers: carol" "$(got carol)" brick
		echo down >/etc/stage-directory
		like "'$line' away: carol is refused" "$(got carol)" "refused: decide room: no answer about group*"
		rm /etc/stage-directory
	done <<-'END'
		group : files stage
		group: files;group: files stage # this one
		group: files [NOTFOUND=continue]stage
		group: stage[NOTFOUND=continue]files
		initgroups: files stage;group: files stage
	END
	sed -i '/^group/d; /^initgroups/d' /etc/nsswitch.conf
	echo 'group: files stage' >>/etc/nsswitch.conf
}

# A word in the line for which there is no library is no source, and one whose library cannot be loaded is away.
not_installed() {
	local library=/usr/lib/libnss_torn.so.2
	sed -i 's/^group:.*/group: files not_there stage/' /etc/nsswitch.conf
	is "a source without a library: carol is in no group" "$(got carol)" brick
	is "a source without a library: alice is in far" "$(got alice)" far
	echo 'int nobody_has_this(void); int use(void) { return nobody_has_this(); }' >"$STAGE/torn.c"
	gcc -shared -fPIC -Wl,-z,now -o "$library" "$STAGE/torn.c" && ldconfig
	sed -i 's/^group:.*/group: files torn stage/' /etc/nsswitch.conf
	like "a source whose library is torn: carol is refused" "$(got carol)" "refused: decide room: no answer about group*"
	rm "$library"
	sed -i 's/^group:.*/group: files stage/' /etc/nsswitch.conf
}

# Five seconds are the most that a look-up is waited for.
hangs() {
	local begin=$SECONDS
	echo hang >/etc/stage-directory
	like "hangs: alice is refused, and told why" "$(got alice)" "refused: decide room: no answer about group 'far'*"
	is "hangs: within eight seconds" "$((SECONDS - begin < 8))" 1
	certain_all_the_same hangs
	begin=$SECONDS
	is "hangs: check says that it cannot tell" "$(roomctl check /etc/pam_room/room.conf | tail -n 1)" \
		"unknown: the names in the policy: no answer about users, groups and places"
	is "hangs: within eight seconds, too" "$((SECONDS - begin < 8))" 1
	wait_for 5 no_lookup
	is "hangs: nothing of it stays" "$(pgrep -c -x room-lookup)" 0
	rm /etc/stage-directory
}

no_lookup() { ! pgrep -x room-lookup >/dev/null; }

# Nothing is asked when no rule turns on it.
not_asked() {
	echo hang >/etc/stage-directory
	usual_policy
	is "no rule about groups: nobody is asked" "$(got alice)" admin
	is "no rule about groups: nor for carol" "$(got carol)" brief
	rm /etc/stage-directory
}

# The program that asks is missing, or others may write it.
torn() {
	local program=/usr/libexec/pam_room/room-lookup
	chmod 775 "$program"
	like "room-lookup may be written by its group: refused" "$(got alice)" "refused: decide room: no answer*not root's alone*"
	is "room-lookup may be written: roomctl check tells" "$(roomctl check | grep -c 'problem.*room-lookup')" 1
	chmod 755 "$program"
	mv "$program" "$program.away"
	like "room-lookup is missing: refused" "$(got alice)" "refused: decide room: no answer*cannot be run*"
	is "room-lookup is missing: root gets in" "$(pamtester roomtest root open_session close_session >/dev/null 2>&1; echo $?)" 0
	mv "$program.away" "$program"
}

# A helper that is killed while it waits leaves nobody waiting.
killed() {
	local helper
	echo hang >/etc/stage-directory
	pamtester roomtest alice open_session close_session >"$STAGE/login" 2>&1 &
	wait_for 5 pgrep -x room-lookup >/dev/null
	is "it runs as nobody" "$(ps -o user:20=,ruser:20= -C room-lookup | xargs)" "nobody nobody"
	helper=$(pgrep -x room-helper | head -n 1)
	kill -KILL "$helper"
	wait $!
	is "the helper is killed: refused" "$(grep -c 'gives no answer' "$STAGE/login")" 1
	wait_for 5 no_lookup
	is "the helper is killed: the look-up ends with it" "$(pgrep -c -x room-lookup)" 0
	rm /etc/stage-directory
}

begin
people+=(boss)
sed -i 's/pam_room.so$/& debug/' /etc/pam.d/roomtest
directory_on
answers
away
half
middle
not_installed
spelled
hangs
torn
killed
not_asked
directory_off
sed -i 's/ debug$//' /etc/pam.d/roomtest
usual_policy
finish directory
