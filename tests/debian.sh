# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Where the tests that make whole Debian systems take them from.

# The archive of this machine, when this machine is a Debian; otherwise mmdebstrap's own choice (an empty answer).
debian_mirror() {
	if [ -n "${ROOM_VM_MIRROR-}" ]; then
		echo "$ROOM_VM_MIRROR"
		return
	fi
	(
		# shellcheck disable=SC1091
		. /etc/os-release
		[ "${ID-}" = debian ] || exit 0
		# shellcheck disable=SC2016
		apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
			awk -v release="$VERSION_CODENAME" '$2 == release && $3 == "main" { print $1; exit }'
	)
}

# How this machine's apt reaches an archive: proxies, and what it asks of dates.
debian_apt_options() {
	apt-config dump | grep -E '^Acquire::((http|https|ftp)::|Check-|Retries|Max-ValidTime)' || true
}
