#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl status: what it says of a room is what the kernel says; and a user is told of his own room, by what every
# process may see, and of no other.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# of FILTER: a value of alice's room, as JSON.
of() {
	roomctl status "${who-alice}" --json |
		perl -MJSON::PP -0777 -ne "my \$r = decode_json(\$_)->{rooms}[0]; my \$v = do { $1 }; print \$v // 'null'"
}
count_is() { [ "$(of "\$r->{$1}")" = "$2" ]; }
as_user() { setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}" 2>&1; }

figures() {
	local n out
	hold alice 7710 || return
	hold alice 7711 || return
	hold bob 7712 || return
	is_ok "status: two logins" wait_for 5 count_is sessions 2
	is_ok "status: two leases" wait_for 5 count_is leases 2
	# ps and su's like would come and go: sleepers stay.
	n=$(($(members "$(walls "$(sleeper 7711)")" | wc -l) - 1))
	is "status: processes, as the kernel counts" "$(of '$r->{processes}')" "$n"
	like "status: the age in seconds" "$(of '$r->{age_s}')" "[0-9]*"
	is "status: no user manager" "$(of '$r->{managers}')" 0
	like "status: the policy's generation" "$(of '$r->{generation}')" "????????????????"
	is "status: it is not frozen" "$(of '$r->{frozen} ? 1 : 0')" 0
	is "status: what it uses is known" "$(of '$r->{memory} > 100000 && $r->{tasks} >= 4 && defined $r->{cpu_us} ? 1 : 0')" 1
	# What is not known has its reason, and nothing else has one.
	is "status: each unknown figure has a reason" "$(of 'join " ", grep { defined $r->{$_} xor !length($r->{unknown}{$_} // "") }
		qw(memory memory_max tasks tasks_max cpu_us cpu_max_percent oom_kills cpu_pressure memory_pressure io_pressure)')" ""
	like "status: what the filter refuses leaves no record" "$(of '$r->{denied} // $r->{unknown}{denied}')" \
		"what its filter refuses leaves no record (syscalls.action = *"
	out=$(roomctl status alice)
	like "status: in words" "$out" "$(id -u alice).admin: room admin of alice*sessions *2*leases *2*processes *$n*memory * resident in its processes*"
	like "status: of all, a line each" "$(roomctl status | grep -E '^(admin|brick) ' | tr -s ' ' | cut -d' ' -f1-2,4-5 | tr '\n' ';')" \
		"admin alice 2 $n;brick bob 1 [1-9]*;"
	is "status: of nobody" "$(roomctl status nobody 2>&1; echo $?)" "roomctl: there is no room of 'nobody'; see roomctl list"$'\n1'
	end_sleepers 7711
	is_ok "status: a login less" wait_for 10 count_is leases 1
}

# What root is told is nothing that a user gets.
owns() {
	local out
	out=$(as alice /usr/sbin/roomctl status)
	is "inside: yes" "$?" 0
	like "inside: the own room" "$out" "$(id -u alice).admin: room admin of alice*since *processes *[1-9]*"
	like "inside: denied calls are what only root sees" "$out" "*denied calls *unknown: only root, outside, sees that*"
	like "inside: what only root sees is said to be so" "$out" "*generation *unknown: only root, outside, sees that*"
	is "inside: no other room" "$(grep -c bob <<<"$out")" 0
	like "inside: as JSON" "$(as alice /usr/sbin/roomctl status --json)" '*"key": "'"$(id -u alice)"'.admin"*"leases": null*"exit": 0}'
	like "inside: root sees no more there" "$(as alice 'sudo -n /usr/sbin/roomctl status')" "$(id -u alice).admin: room admin*"
	like "inside: map" "$(as alice /usr/sbin/roomctl map)" "*rooms 1:*$(id -u alice).admin: alice's, of brick*people: alice *"
	is "inside: map shows no other" "$(as alice /usr/sbin/roomctl map | grep -c bob)" 0
	like "inside: audit" "$(as alice /usr/sbin/roomctl audit | tail -n 1)" "score [0-9]*of 10*"
	out=$(as_user alice roomctl status)
	like "outside: the own room, by the user's processes in it" "$out" "$(id -u alice).admin: room admin of alice*"
	is "outside: no other room" "$(grep -c bob <<<"$out")" 0
	like "outside: map" "$(as_user alice roomctl map)" "*$(id -u alice).admin: alice's*"
	is "outside: of another's room" "$(as_user alice roomctl status bob; echo $?)" \
		"roomctl: there is no room of 'bob'; see roomctl list"$'\n1'
	is "outside: who has none" "$(as_user dave roomctl status; echo $?)" \
		"roomctl: you are in no room, and no process of yours that you may look at is in one; only root may see the rooms of others"$'\n1'
	is "outside: nor a map" "$(as_user dave roomctl map | head -n 1 | cut -c1-30)" "roomctl: you are in no room, a"
	is "outside: the others stay root's" "$(as_user alice roomctl list; as_user alice roomctl metrics; as_user alice roomctl kill alice)" \
		$'roomctl: only root may see the rooms\nroomctl: only root may see the rooms\nroomctl: only root may see the rooms'
	end_sleepers 7710 7712
	wait
}

begin
figures
owns
finish "roomctl status"
