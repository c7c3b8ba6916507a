#!/bin/bash
# The tests inside the VM: installs what `make install` made onto the running system, makes three users, switches
# pam_room on and runs every NN-*.sh beside this file. stdout is the serial line the host reads TAP from.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export TEST_RUN=/run/room-test
mkdir -p "$TEST_RUN"
# shellcheck source=lib.sh
. "$here/lib.sh"

# The trees were made with --prefix=/usr, where /lib may be a link here and a folder there.
install_product() {
	[ -n "$(ls -A /payload/root)" ] || { note "no product in the payload: its tests have to fail"; return 0; }
	tar -C /payload/root -cf - . | tar -C / -xpf - --keep-directory-symlink --no-overwrite-dir
	mkdir -p /etc/pam_room
	cp "$here/room.conf" /etc/pam_room/room.conf
	chmod 644 /etc/pam_room/room.conf
}

# One key of root's opens every account.
make_users() {
	local user home
	ssh-keygen -q -t ed25519 -N '' -f "$TEST_RUN/key"
	for user in alice bob carol; do
		useradd --create-home --shell /bin/bash "$user"
	done
	for user in root alice bob carol; do
		home=$(getent passwd "$user" | cut -d: -f6)
		install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
		install -m 600 -o "$user" -g "$user" "$TEST_RUN/key.pub" "$home/.ssh/authorized_keys"
	done
}

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
	early_birds
	if command -v roomctl >/dev/null; then
		is_ok "roomctl enable" roomctl enable
		is_ok "roomctl check" roomctl check
	fi
	# A manager from before would be outside: it goes first.
	loginctl terminate-user alice 2>/dev/null
	wait_for 20 no_processes alice
}

run_scripts() {
	local script only word
	read -r only </payload/only
	for script in "$here"/[0-9][0-9]-*.sh; do
		if [ -n "$only" ]; then
			for word in $only; do
				case ${script##*/} in *"$word"*) break ;; esac
				false
			done || continue
		fi
		run_script "$script"
	done
}

# A script that hangs costs its own results and those of no other.
run_script() {
	local name=${1##*/} start=$SECONDS since before
	since=$(date +%H:%M:%S)
	before=$(failures)
	timeout --kill-after=5 600 bash "$1" || not_ok "$name ran to its end" "it ended with $?"
	note "$name took $((SECONDS - start)) s"
	[ "$(failures)" -eq "$before" ] || show_journal "$since"
}

main() {
	export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER=
	systemctl is-system-running --wait >/dev/null
	note "Linux $(uname -r), systemd $(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p'), up $(cut -d. -f1 /proc/uptime) s"
	install_product
	make_users
	calm_sshd
	calm_atd
	enable_product
	run_scripts
	echo "1..$(results)"
	# What the host closes the log with; the disk is a snapshot, so nothing has to be saved.
	journalctl --sync
}

main
