#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl enable shows who gets what, and does not shut out who calls it.
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
