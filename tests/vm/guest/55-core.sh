#!/bin/bash
# A crash in a room runs no program of the host, whatever the user does to his core limit: at 0, to which anybody may
# lower it, the kernel would run |core_pattern as root.
# only: vm, because the kernel has one core pattern for all.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

caught=/var/lib/room-test-core
before=$(cat /proc/sys/kernel/core_pattern)
catcher=/usr/local/bin/room-test-core
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$@" >>%s\nexec cat >/dev/null\n' "$caught" >"$catcher"
chmod 755 "$catcher"
echo "|$catcher %u" >/proc/sys/kernel/core_pattern

# crash LIMIT: as alice over ssh, after having set that limit.
crash() {
	rm -f "$caught"
	# shellcheck disable=SC2016
	on alice "ulimit $1 2>/dev/null; sh -c 'kill -SEGV \$\$'; true" 2>/dev/null
	sleep 1
}

hold alice 7551 || exit 0
for limit in "-c 0" "-S -c 0" "-c unlimited" "-n 100"; do
	crash "$limit"
	is "core: ulimit $limit, and nothing ran on the host" "$(cat "$caught" 2>/dev/null)" ""
done
leave 7551

# Could the test tell?
rm -f "$caught"
su -s /bin/sh daemon -c "ulimit -c 0; sh -c 'kill -SEGV \$\$'" 2>/dev/null
is_ok "core: outside, the same crash is caught" wait_for 5 test -s "$caught"
echo "$before" >/proc/sys/kernel/core_pattern
rm -f "$caught" "$catcher"
