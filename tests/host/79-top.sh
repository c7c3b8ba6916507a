#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl top on a terminal: what it draws, what keys do, and how it ends.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

mux() { tmux -L "top$window" -f /dev/null "$@"; }
screen() { mux capture-pane -p -t top; }
# shows PATTERN (of grep -E): on the screen, sooner or later.
shows() { wait_for "${2-12}" on_screen "$1"; }
on_screen() { screen | grep -qE "$1"; }
first_is() { [ "$(screen | sed -n 4p | tr -s ' ' | cut -d' ' -f2)" = "$1" ]; }

# start COMMAND: in a window of 100 columns; what it ends with is shown after it.
start() {
	window=$((${window-0} + 1))
	mux new-session -d -s top -x 100 -y 24 "$1; echo ended with \$?; sleep 60"
	mux set-option -g window-size manual >/dev/null
}

draws() {
	hold alice 7901 || return
	as bob 'setsid perl -e "\$0 = q(spin-bob); 1 while 1" >/dev/null 2>&1 </dev/null &'
	as alice 'setsid perl -e "\$x = qq(x) x 60000000; sleep 7902" >/dev/null 2>&1 </dev/null &'
	start "roomctl top"
	is_ok "top: it draws the rooms" shows '^admin +alice '
	is_ok "top: who uses the processor is first" wait_for 15 first_is bob
	like "top: and how much, of one" "$(screen | sed -n 4p)" "brick *bob *[1-9]*.?%*"
	like "top: the head" "$(screen | head -n 1)" "*: rooms 2, by cpu*"
	mux send-keys -t top m
	is_ok "top: m sorts by memory" wait_for 5 first_is alice
	like "top: which is told" "$(screen | sed -n 4p)" "*[1-9][0-9].?M *"
	mux send-keys -t top t
	is_ok "top: t sorts by tasks" shows 'by tasks' 3
	mux send-keys -t top c
	is_ok "top: c sorts by processor again" wait_for 5 first_is bob
	mux resize-window -t top -x 60 -y 8
	is_ok "top: a smaller window is drawn anew" wait_for 5 fits 60 8
	mux resize-window -t top -x 120 -y 30
	is_ok "top: and a larger one" shows '^admin +alice ' 5
	hold carol 7903 || return
	is_ok "top: a room that comes is shown" shows '^brief +carol '
	roomctl freeze carol >/dev/null
	is_ok "top: one that is frozen says so" shows '^brief +carol .* frozen'
	roomctl kill carol >/dev/null
	is_ok "top: one that ends is not shown any more" wait_for 12 no_carol
	mux send-keys -t top q
	is_ok "top: q ends it, and all was well" shows 'ended with 0' 5
	mux kill-server
}
no_carol() { ! on_screen '^brief +carol '; }
fits() { on_screen '^admin +alice ' && [ "$(screen | wc -l)" -le "$2" ] && [ "$(screen | wc -L)" -le "$1" ]; }

# As an administrator who is elsewhere.
over_ssh() {
	start "ssh -t ${ssh_options[*]@Q} root@127.0.0.1 roomctl top"
	is_ok "top: over ssh" shows '^admin +alice ' 20
	mux send-keys -t top q
	is_ok "top: over ssh: q" shows 'ended with 0' 5
	mux kill-server
	start "ssh -t ${ssh_options[*]@Q} alice@127.0.0.1 /usr/sbin/roomctl top"
	is_ok "top: a user inside sees the own room" shows '^admin +alice ' 20
	is "top: and no other" "$(screen | grep -c bob)" 0
	mux send-keys -t top q
	shows 'ended with 0' 5
	mux kill-server
}

refuses() {
	is "top: without a terminal" "$(roomctl top 2>&1 </dev/null; echo $?)" $'roomctl: top is for terminals; see status --json\n2'
	start "TERM=nonsense roomctl top"
	is_ok "top: a terminal that nobody knows" shows 'ended with 3' 5
	like "top: is said to be one" "$(screen)" "*roomctl: this terminal cannot be used (TERM)*"
	mux kill-server
}

begin
if has_top top; then
	draws
	over_ssh
	refuses
fi
end_sleepers 7901
finish "roomctl top"
