#!/bin/bash
# The tests inside the system: installs what `make install` made onto it while it runs, makes three users, switches
# pam_room on and runs the NN-*.sh beside this file that are for this one. stdout is the line the host reads TAP from.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export TEST_RUN=/run/room-test
# The same while the machine boots.
kept=/var/lib/room-test
mkdir -p "$TEST_RUN"
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=setup.sh
. "$here/setup.sh"

# shellcheck disable=SC2016
listens() { bash -c 'exec 3<>/dev/tcp/localhost/22' 2>/dev/null; }

# A test that ends a session by force must not make sshd refuse the next ones; older releases lack the word.
calm_sshd() {
	local file=/etc/ssh/sshd_config.d/room-test.conf
	printf 'PerSourcePenalties no\nMaxStartups 100\n' >"$file"
	sshd -t 2>/dev/null || echo 'MaxStartups 100' >"$file"
	# A reload would listen anew some time after it returns.
	systemctl restart ssh
	wait_for 60 listens
}

# An emulated machine is never idle enough for batch.
calm_atd() {
	mkdir -p /run/systemd/system/atd.service.d
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/atd -f -l 1000 -b 1\n' >/run/systemd/system/atd.service.d/load.conf
	systemctl daemon-reload
	systemctl restart atd
}

# What runs when pam_room comes, a manager with a service, a multiplexer and a forgotten program: 04-early.sh.
early_birds() {
	loginctl enable-linger bob
	on bob 'systemd-run --user --quiet --unit=early sleep 7011
		tmux new-session -d "sleep 7012"
		nohup setsid sleep 7013 >/dev/null 2>&1 &'
}

# Every login before this point is an ordinary one, so wiring that breaks sshd shows here first.
enable_product() {
	is_ok "an ssh login works before enable" on alice true
	if wanted 04-early.sh; then early_birds; fi
	if command -v roomctl >/dev/null; then
		is_ok "roomctl enable" roomctl enable
		is_ok "roomctl check" roomctl check
	fi
	# A manager from before would be outside: it goes first.
	loginctl terminate-user alice 2>/dev/null
	wait_for 20 no_processes alice
}

# word_of KEY SCRIPT: the first word after "# KEY: " in it.
word_of() { sed -n "s/^# $1: \([a-z]*\).*/\1/p" "$here/$2"; }

# wanted SCRIPT: whether it runs here. By itself a test runs natively, in both releases. It may say otherwise, and why:
#   "# only: vm, WHY"   it needs a kernel of its own: in the emulated machines
#   "# also: vm, WHY"   there too; with a RELEASE instead of vm in that one's
#   "# once: RELEASE"   in that release, because it is long and the releases do not differ in it; "sleep": in a machine for it
# /payload/only, words of names, chooses among all, or else a word of the kernel's line (../run); /payload/all runs all of them in
# the emulated machines.
wanted() {
	local only word once release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	! is_native || [ "$(word_of only "$1")" != vm ] || return 1
	read -r only </payload/only
	only=${only:-$(sed -n 's/.* room[.]only=\([^ ]*\).*/\1/p' /proc/cmdline)}
	for word in $only; do
		case $1 in *"$word"*) return 0 ;; esac
	done
	[ -z "$only" ] || return 1
	[ ! -s /payload/all ] || return 0
	word=$(word_of only "$1")$(word_of also "$1")
	is_native || [ "$word" = vm ] || [ "$word" = "$release" ] || return 1
	once=$(word_of once "$1")
	[ -z "$once" ] || [ "$once" = "$release" ]
}

run_scripts() {
	local script
	for script in "$here"/[0-9][0-9]-*.sh; do
		if wanted "${script##*/}"; then run_script "$script"; fi
	done
}

# A script that hangs costs its own results and those of no other.
run_script() {
	local name=${1##*/} start since before
	# A test may set the clock.
	start=$(cut -d. -f1 /proc/uptime)
	since=$(date +%H:%M:%S)
	before=$(failures)
	timeout --kill-after=5 "$((500 + 40 * $(cat /payload/logins)))" bash "$1" || not_ok "$name ran to its end" "it ended with $?"
	note "$name took $(($(cut -d. -f1 /proc/uptime) - start)) s"
	[ "$(failures)" -eq "$before" ] || show_journal "$since"
}

# What the way down has to end: a session, what another one left, and a service of the user's manager. Each writes down that
# it was asked to, and where.
live_in_a_room() {
	cat >/usr/local/bin/asked <<-'END'
		#!/bin/bash
		# Systemd hangs up a session as well, which ends a shell before its trap runs; so does what it says of its sleep's end
		# when sshd has already gone.
		exec 2>/dev/null
		trap '' HUP
		trap 'echo "$1 $(readlink /proc/self/ns/mnt)" >>"$HOME/asked"; exit' TERM
		echo "$1" >>"$HOME/lives"
		while true; do sleep 1; done
	END
	chmod 755 /usr/local/bin/asked
	ssh -n "${ssh_options[@]}" alice@localhost exec asked session >/dev/null 2>&1 &
	on alice 'systemd-run --user --quiet asked service; nohup setsid asked left >/dev/null 2>&1 &'
	is_ok "shutdown: three live in a room" wait_for 60 all_live
}

all_live() { [ "$(sort /home/alice/lives 2>/dev/null | xargs)" = "left service session" ]; }

# A trial and then a real boot, with what is known so far on the disk: the rest is after-reboot.sh's.
reboot_in_trial() {
	is_ok "reboot: it is disabled first" roomctl disable
	picture >"$TEST_RUN/bare"
	is_ok "reboot: a trial begins" roomctl enable --trial 1h
	isnt "reboot: which changes something" "$(picture)" "$(cat "$TEST_RUN/bare")"
	live_in_a_room
	cp -a "$TEST_RUN" "$kept"
	# The end of this unit is the end of the machine otherwise.
	mkdir -p /run/systemd/system/room-test.service.d
	printf '[Service]\nExecStopPost=\n' >/run/systemd/system/room-test.service.d/reboot.conf
	systemctl daemon-reload
	sync
	date +%s >"$kept/down"
	journalctl -q -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p' >"$kept/cursor"
	systemctl reboot
	sleep infinity
}

main() {
	export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER=
	systemctl is-system-running --wait >/dev/null
	note "Linux $(uname -r), systemd $(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p'), up $(cut -d. -f1 /proc/uptime) s"
	if [ -d "$kept" ]; then
		cp -a "$kept/." "$TEST_RUN"
		run_script "$here/after-reboot.sh"
	else
		make_users
		calm_sshd
		calm_atd
		# On a machine that has never seen the product.
		if wanted package.sh; then run_script "$here/package.sh"; fi
		install_product
		enable_product
		run_scripts
		if wanted after-reboot.sh; then reboot_in_trial; fi
	fi
	echo "1..$(results)"
	# What the host closes the log with; the disk is a snapshot, so nothing has to be saved.
	journalctl --sync
}

main
