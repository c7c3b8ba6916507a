# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A second look at what failed, for tests/run.
: "${logs=}"

# Which files of the row have the failures, as ROOM_HOST_FILES wants them; nothing where it cannot be told, or not be done alone.
failed_files() {
	case $1 in
	host)
		awk -F '\t' 'NR == FNR { if ($1 == "failed") bad[$3] = 1; next }
			/^# file / { file = substr($0, 8) }
			FNR in bad { print file }' "$logs/host.results" "$logs/host.log" | sort -u | grep -vx outside | xargs
		;;
	# The name of a guest's file comes after its results; 05 and 24 make what others begin with. What 90 and 99 look at is what
	# all have left.
	vm)
		awk -F '\t' 'NR == FNR { if ($1 == "failed") bad[$3] = 1; next }
			FNR in bad { split($0, words, / - |: /); waits[words[2]] = 1 }
			/^# [a-z-]*: [0-9][0-9]-[a-z-]*[.]sh took/ {
				split($0, words, /^# |: | took/)
				if (words[2] in waits && words[3] !~ /^9[09]-/) print words[2], "05 24", words[3]
				delete waits[words[2]]
			}' "$logs/vm.results" "$logs/vm.log" | sort -u | awk '{ last = $0 } END { if (NR == 1) print last }'
		;;
	esac
}

# A test with real logins that failed while other rows' processes had the machine is run again, alone: one or two such are named
# UNSTEADY and are not counted as failed when the whole file passes then. Why: 0036 in doc/decisions. Of a breakage that is
# to be noticed nothing is looked at twice.
second_look() {
	local row=$1 files
	test -z "${ROOM_RUN_SRC:-}" || return 0
	case $(count failed "$logs/$row.results") in 1 | 2) ;; *) return 0 ;; esac
	files=$(failed_files "$row")
	test -n "$files" || return 0
	say "row $row: a second look at $files"
	ROOM_HOST_FILES=$files ROOM_HOST_JOBS=1 start_row "$row" "$row.again"
	judge "$row" "$row.again"
	mv "$logs/$row.again.results" "$logs/$row.again.judged"
	test "$(count failed "$logs/$row.again.judged")" = 0 || return 0
	# What failed has to be among what passed, or the second look did not look at it.
	awk -F '\t' -v OFS='\t' 'NR == FNR { if ($1 == "passed") well[$2] = 1; next }
		$1 == "failed" && $2 in well { $1 = "passed"; print "UNSTEADY", $2 >"/dev/stderr" }
		{ print }' "$logs/$row.again.judged" "$logs/$row.results" >"$logs/$row.second" 2>"$logs/$row.unsteady"
	mv "$logs/$row.second" "$logs/$row.results"
}
