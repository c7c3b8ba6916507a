#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# ./try as a newcomer runs it: does it show what it says, soon, and leave the machine alone? Output: TAP.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
said=$(mktemp)
trap 'rm -f "$said"' EXIT
n=0 failed=0

# result STATUS NAME: what ./try said goes with a failure.
result() {
	n=$((n + 1))
	[ "$1" -eq 0 ] && { echo "ok $n - $2" && return; }
	echo "not ok $n - $2"
	sed 's/^/# /' "$said"
	failed=1
}

# shows QUESTION OUTSIDE INSIDE: a row of the table.
shows() {
	grep -qE "^ +$1 +$2 +$3\$" "$said"
	result $? "it shows: $1"
}

timeout 600 "$top/try" </dev/null >"$said" 2>&1
result $? "./try, the first time"
begun=$SECONDS
timeout 600 "$top/try" </dev/null >"$said" 2>&1
result $? "./try, the second time"
took=$((SECONDS - begun))
echo "# the second time took $took s"
[ "$took" -lt 20 ]
result $? "which takes less than 20 s"
shows 'whose processes does she see\?' '.*bob.*' '[^b]*'
shows 'which homes\?' 'alice bob.*' alice
shows 'what is in /tmp\?' 'of-bob.*' -
shows 'may she make user namespaces\?' yes no
shows 'may she use kernel keyrings\?' yes no
shows 'does she see disks in /dev\?' yes no
shows 'does a setuid program that nobody listed make root\?' yes no
shows 'may she send raw frames\?' yes no
shows 'may she mount\?' yes no
shows 'may she write /proc/sys\?' yes no
shows 'may she kill processes of others\?' yes no
# Every line of README.md's transcript, but for its numbers, how wide its columns are, and what else is on a machine: the
# answers are looked at above.
tame() { sed -E 's/[0-9]+/N/g; s/ +/ /g; s/ $//; s/[?].*/?/; /^(desk|brick) /d'; }
shown=$(awk '/^<!-- transcript: .\/try -->$/ { at = 1; next }
	at && /^```/ { if (fence++) exit; next }
	at && !/^[$] sudo/ && NF' "$top/README.md" | tame)
lacking=$(grep -vxFf <(tame <"$said") <<<"$shown")
[ -n "$shown" ] && [ -z "$lacking" ]
result $? "README.md shows what it says"
[ -z "$lacking" ] || awk '{ print "# only in README.md: " $0 }' <<<"$lacking"
grep -q 'byte for byte as before' "$said"
result $? "it leaves the machine as it was"
# shellcheck disable=SC2016 # her shell works it out
# Her terminal echoes the words, so what is looked for is not among them.
printf 'echo in-$((40 + 2))-$(ls /home)\nexit\n' | timeout 120 "$top/try" --shell >"$said" 2>&1
result $? "./try --shell ends when she leaves"
grep -q 'in-42-alice' "$said"
result $? "and leaves a person in the room"
"$top/try" --nonsense >"$said" 2>&1
[ $? -eq 2 ] && grep -q '^usage: ' "$said"
result $? "wrong words are told the right ones"
echo "1..$n"
exit "$failed"
