#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl enable shows who gets what, and does not shut out who calls it, nor anybody whose room cannot be had: it opens
# sessions to see, and leaves nothing of them.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=unwired.sh
. "$here/unwired.sh"

lockout() {
	says "lockout: it shows who gets what" 0 "note: root: outside as before, by *note: alice: into room admin, by *sshd" \
		as alice sudo -n /usr/sbin/roomctl enable --dry-run
	policy <<<'assign: ( { user = "al*"; service = "sshd"; room = "closed"; } );'
	says "lockout: a rule closes the caller's ssh" 1 "problem: alice would be refused by sshd: the rule at *room.conf:1 closes it" \
		as alice sudo -n /usr/sbin/roomctl enable
	policy <<<'assign: ( { from = "127.0.0.0/8"; room = "closed"; } );'
	says "lockout: a rule closes where the caller comes from" 1 "alice would be refused by sshd" \
		as alice sudo -n /usr/sbin/roomctl enable
	policy <<<'assign: ( { user = "*"; room = "closed"; } );'
	says "lockout: by sudo's word too" 1 "carol would be refused by su:" env SUDO_UID="$(id -u carol)" roomctl enable
	is "lockout: root is not told to be" "$(env SUDO_UID="$(id -u carol)" roomctl enable | grep -c 'problem: root')" 0
	policy <<<'assign: ( { user = '
	says "lockout: a policy that does not load" 1 "nothing was changed" roomctl enable
	usual_policy
}

lockout
finish "lockout"

# settled BEFORE: what sessions could leave behind is as it was.
settled() { [ "$(counts)" = "$1" ]; }

tried() {
	local before since said
	policy <<-'END'
		rooms: { bare: { no_entry = "/bin/bash"; }; own: { linger = "1h"; }; };
		assign: ( { user = "bob"; service = "cron"; room = "bare"; },
		          { user = "bob"; room = "own"; },
		          { user = "alice"; room = "own"; },
		          { user = "nobody-at-all"; room = "brick"; } );
	END
	before=$(counts)
	since=$(log_now)
	says "tried: a room without the user's shell" 1 \
		"problem: tried: a session of bob by cron, by *room.conf:2: /bin/bash cannot be run there: Permission denied" \
		as alice sudo -n /usr/sbin/roomctl enable
	said=$(roomctl enable)
	like "tried: root's session" "$said" "*tried: a session of root by sshd: it opens outside*"
	like "tried: one for a rule" "$said" "*tried: a session of bob by sshd, by *:3: it opens in a room*"
	like "tried: and for the next" "$said" "*tried: a session of alice by sshd, by *:4: it opens in a room*"
	like "tried: not for a rule that leads nobody" "$said" "*no session was tried for 1 rule, the first at *:5: nobody*"
	is_ok "tried: no room stays, whatever its linger" wait_for 10 settled "$before"
	is "tried: and no file" "$(find /run/pam_room -mindepth 1 ! -path /run/pam_room/rooms)" ""
	is "tried: the log tells of no login" "$(log_since "$since" | grep -c 'is inside')" 0
	usual_policy
}

# The caller is logged in already, and what runs so stays as it is; who is refused for that hears it now.
other_logins() {
	policy <<<'rooms: { alone: { strays = "refuse"; }; }; assign: ( { user = "alice"; room = "alone"; } );'
	says "strays: the caller's own login would keep the next one out" 1 \
		"problem: tried: a session of alice by sshd, by *these processes of the user run outside*sleep*" \
		as alice 'sleep 7741 & sudo -n /usr/sbin/roomctl enable; status=$?; kill $!; exit $status'
	usual_policy
}

# The word by which the module tries, in another program's stack.
for_roomctl_only() {
	echo 'session required pam_room.so rehearse' >/etc/pam.d/tried
	tells "rehearse: no login program may" 1 "there is no argument 'rehearse'" pamtester tried bob open_session
	rm /etc/pam.d/tried
}

tried
other_logins
for_roomctl_only
finish "tried"
