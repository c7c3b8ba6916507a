#!/bin/bash
# The clock goes forty days on and systemd clears temporary files: nothing of a room is removed, nothing can be put in its
# place. The last test, for the clock stays.
# only: vm, because the kernel has one clock for all.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

registry() { find /run/pam_room -printf '%p %i %M %u\n' | sort; }
forty_days_later() {
	date -s "$(date -d '+40 days' '+%F %T')" >/dev/null
	systemd-tmpfiles --clean
}

# As Debian 13 has it; Debian 12 clears /tmp at boot only.
printf 'q /tmp 1777 root root 10d\nq /var/tmp 1777 root root 30d\n' >/etc/tmpfiles.d/tmp.conf
# What a machine catches up with after forty days is not what this is about.
systemctl stop apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer 2>/dev/null
hold alice 7971 || exit 0
on alice 'touch -d "-1 day" /tmp/of-the-room /var/tmp/of-the-room'
touch -d "-1 day" /tmp/of-the-host
before=$(registry)
is_ok "tmpfiles: it is run" forty_days_later
is "tmpfiles: a file in the host's /tmp is gone" "$(find /tmp/of-the-host 2>/dev/null)" ""
is "tmpfiles: the registry is as it was" "$(registry)" "$before"
is "tmpfiles: what is in the room's /tmp stays" "$(on alice 'ls /tmp/of-the-room /var/tmp/of-the-room')" \
	$'/tmp/of-the-room\n/var/tmp/of-the-room'
(on alice 'exec sleep 7972' &)
in_room "tmpfiles: the next login finds the room" "$(sleeper 7972)" "$room"
is "tmpfiles: nobody but root may write there" "$(find /run/pam_room ! -type l \( ! -user root -o -perm /022 \))" ""
end_sleepers 7971 7972
loginctl terminate-user alice
wait_for 60 no_members "$room"
is_ok "tmpfiles: without rooms" forty_days_later
hold alice 7973 || exit 0
differs_in_all "tmpfiles: then a login has a room again" "$pid"
end_sleepers 7973
