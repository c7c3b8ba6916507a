# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Debian packages for ./try and tests/run: what is missing is installed, and no service is started on the way.
packages_held=

# packages_install LOG PACKAGE...: without apt-get it does nothing, and what is missing shows later. A caller has
# packages_restore in its trap, for the case that it is ended in the middle.
packages_install() {
	local log=$1 missing=() package policy=/usr/sbin/policy-rc.d status=0
	shift
	command -v apt-get >/dev/null || return 0
	for package; do
		case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
		*' installed') ;;
		*) missing+=("$package") ;;
		esac
	done
	test "${#missing[@]}" -gt 0 || return 0
	printf 'installing %s\n' "${missing[*]}" >&2
	# One that a killed run saved is the machine's own.
	if test -e "$policy" && test ! -e "$policy.room-saved"; then
		mv "$policy" "$policy.room-saved"
	fi
	packages_held=1
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	{
		apt-get update && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y --no-install-recommends "${missing[@]}"
	} >"$log" 2>&1 || status=$?
	packages_restore
	return "$status"
}

# The machine's own policy for starting services comes back.
packages_restore() {
	test -n "$packages_held" || return 0
	rm -f /usr/sbin/policy-rc.d
	if test -e /usr/sbin/policy-rc.d.room-saved; then
		mv /usr/sbin/policy-rc.d.room-saved /usr/sbin/policy-rc.d
	fi
	packages_held=
}
