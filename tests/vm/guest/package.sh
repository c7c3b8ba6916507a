#!/bin/bash
# The first quarter of an hour of an administrator: apt installs the package, five lines of policy, a trial, a login in a room,
# confirm; then all is removed, and a login has no room.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
export DEBIAN_FRONTEND=noninteractive

begin_trial() { roomctl enable --trial 2m; }

deb=$(compgen -G '/payload/packages/libpam-room_*.deb') || { not_ok "package: there is one"; exit 0; }
before=$(picture)
is_ok "package: apt installs it" apt-get install -y "$deb"
cat >/etc/pam_room/room.conf <<-'END'
	version = 1;
	assign: (
	  { user = "bob"; room = "outside"; },
	  { user = "*"; room = "brick"; }
	);
END
is_ok "package: a trial begins" begin_trial
hold alice 7031 || exit 0
differs_in_all "package: alice's login is in a room" "$pid"
# Nothing else before: two minutes are the test's on a slow machine too.
like "package: a login that came since confirms" "$(on root roomctl confirm)" "ok: confirmed: pam_room stays enabled*"
in_room "package: and her next one too" "$(on alice 'sleep 7032 >/dev/null 2>&1 & disown'; sleeper 7032)" "$room"
is "package: bob's is outside" "$(on bob readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"
is_ok "package: check" roomctl check
is_ok "package: apt removes it" apt-get purge -y libpam-room
is "package: alice's login has no room" "$(on alice readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"
is "package: PAM and systemd files are byte for byte as before" "$(picture)" "$before"
is "package: nothing of it is left" "$(find / -xdev \( -name '*pam_room*' -o -name 'room-*' \) ! -path '/proc/*' \
	! -path '/usr/local/sbin/room-init' ! -path '/run/*' ! -path '*/room-test*' ! -path '/payload/*' 2>/dev/null)" ""
end_sleepers 7031 7032
loginctl terminate-user alice
is_ok "package: the room ends with what ran in it" wait_for 30 no_members "$room"
