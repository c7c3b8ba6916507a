#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# OpenSSH's own regression tests against this machine's sshd with PAM, by two users one after the other (the tests listen
# on fixed ports): dave is outside, alice's sessions are in a room. What passes outside has to pass inside. Needs Debian's
# package openssh-tests, and takes so long that it is run by name only: tests/host/run openssh.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

source=/usr/lib/openssh/regress
# Each is given so long.
limit=900

# run_all USER PORT: NAME RESULT for each test, one after the other.
run_all() {
	local work name status
	work=$(getent passwd "$1" | cut -d: -f6)/regress
	cp -a "$source" "$work"
	chown -R "$1:$1" "$work"
	for name in $tests; do
		status=0
		(cd "$work" && setpriv --reuid "$1" --regid "$1" --init-groups env -i HOME="${work%/*}" USER="$1" LOGNAME="$1" \
			PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin SUDO=sudo TEST_SHELL=sh TEST_SSH_SSH=ssh OBJ="$work" \
			BUILDDIR="$work" TEST_SSH_SFTPSERVER=/usr/lib/openssh/sftp-server TEST_SSH_IPV6=yes TEST_SSH_ECC=yes \
			TEST_SSH_UNSAFE_PERMISSIONS=1 TEST_SSH_PORT="$2" \
			timeout -k 5 "$limit" sh test-exec.sh "$work" "$work/$name.sh") >"$STAGE/openssh.$1.$name" 2>&1 </dev/zero ||
			status=$?
		if [ "$status" -ne 0 ]; then
			echo "$name failed"
		elif grep -qi '^skipped' "$STAGE/openssh.$1.$name"; then
			echo "$name skipped"
		else
			echo "$name passed"
		fi
	done >"$STAGE/openssh.$1"
}

result() { awk -v name="$2" '$1 == name { print $2 }' "$STAGE/openssh.$1"; }

[ -d "$source" ] || { not_ok "openssh: the package openssh-tests is installed"; exit 1; }
# The first list of the Makefile, up to the line that does not go on.
tests=$(awk '/^LTESTS=/ { on = 1; sub(/^LTESTS=/, "") } on { more = sub(/\\$/, ""); print; if (!more) exit }' "$source/Makefile")
policy <<-'END'
	version = 1;
	assign: ( { user = "dave"; room = "outside"; } );
END
# sshd is started by sudo, which sets the hard limit of core dumps to 0: raising it to the room's one byte takes a
# capability that root of a test machine may lack.
printf '%s\n' 'dave ALL=(ALL) NOPASSWD: ALL' 'Defaults rlimit_core=user' >/etc/sudoers.d/dave
chmod 440 /etc/sudoers.d/dave
# A room for as long as the tests go on.
hold alice 7901 || exit 1
begun=$SECONDS
run_all dave 4300
run_all alice 4400
for name in $tests; do
	outside=$(result dave "$name")
	is "openssh: $name is as outside, $outside" "$(result alice "$name")" "$outside"
	note "openssh: $name | $outside | $(result alice "$name")"
	[ "$(result alice "$name")" = "$outside" ] ||
		tail -n 30 "$STAGE/openssh.alice.$name" | cut -c1-200 | sed 's/^/#   | /'
done
isnt "openssh: most pass" "$(awk '$2 == "passed"' "$STAGE/openssh.dave" | wc -l)" 0
note "openssh: $((SECONDS - begun)) s"
end_sleepers 7901
rm /etc/sudoers.d/dave
usual_policy
