#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The transcripts in README.md are what the programs say: each is brought about here and compared, but for numbers, times
# and the parts that README.md leaves out by "[...]".
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

readme=$here/../../README.md

# transcript COMMAND: the lines that README.md shows below it, without the four blanks before them.
transcript() {
	awk -v command="    $1" '
		at && !/^    / { exit }
		at && /^    [$#] roomctl / { exit }
		at { print substr($0, 5) }
		index($0, command) == 1 { rest = substr($0, length(command) + 1); at = rest ~ /^ *(#.*)?$/ }' "$readme"
}

# What differs from day to day, machine to machine: ids, times, where a log was read from.
tame() {
	sed -E 's/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{2}:[0-9]{2}/DAY/; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}/TIME/g
		s/uid [0-9]+/uid N/; s/learned from .*/learned from LOG/; s/[[:space:]]+$//'
}

# compare NAME COMMAND OUTPUT: OUTPUT is what README.md shows of COMMAND.
compare() {
	local want
	want=$(transcript "$2" | tame)
	# The shell's own pattern, of a text with these parts.
	want=$(sed 's/[][\\*?]/\\&/g; s/\\\[\.\.\.\\\]/*/g' <<<"$want")
	isnt "README.md: it shows $1" "$want" ""
	like "README.md: $1 is as it shows it" "$(tame <<<"$3")" "$want"
}

# From "why can't alice mount?" to the line of the policy.
why() {
	policy <<-'END'
		version = 1;
		rooms: {
		  build: { walls = "brick"; setuid = [ "/usr/bin/sudo" ]; };
		  guests: { walls = "concrete"; linger = "none"; };
		};
		assign: (
		  { user = "alice"; room = "build"; },
		  { user = "carol"; room = "guests"; }
		);
	END
	compare "explain --why" '$ roomctl explain alice --why mount' "$(roomctl explain alice --why mount 2>&1)"
}

# A mistake, and its place.
mistake() {
	cat >"$STAGE/draft.conf" <<-'END'
		version = 1;
		rooms: {
		  lab: { walls = "brikc"; };
		};
	END
	compare "check" '$ roomctl check draft.conf' "$(cd "$STAGE" && roomctl check draft.conf 2>&1)"
}

# From a refused call to the lines that would allow it.
learned() {
	local native keyctl n uid
	case $(uname -m) in
	x86_64) native=c000003e keyctl=250 ;;
	aarch64) native=c00000b7 keyctl=219 ;;
	*) echo "ok README.md: learn # SKIP the numbers of this machine's calls are not known here" && return ;;
	esac
	useradd -m -s /bin/sh ann
	people+=(ann)
	uid=$(id -u ann)
	policy <<-'END'
		version = 1;
		rooms: { lab: { walls = "brick"; linger = "none"; syscalls: { action = "log"; }; }; };
		assign: ( { user = "ann"; room = "lab"; } );
	END
	for n in 1 2 3; do
		echo "type=SECCOMP msg=audit(179578055$n.287:$n): auid=$uid uid=$uid gid=1 ses=1 pid=7 comm=\"kinit\" exe=\"/usr/bin/kinit\"" \
			"sig=0 arch=$native syscall=$keyctl compat=0 ip=0x1 code=0x7ffc0000"
	done >"$STAGE/saved"
	compare "learn" '# roomctl learn lab' "$(roomctl learn lab --log "$STAGE/saved" 2>&1)"
}

# From "what is eating the host?" to the room. columns: where its head's words, and a row's, begin and end.
columns() {
	awk 'function column(n, side,  at, i, text) {
			text = $0; at = 0
			for (i = 1; i <= n; i++) {
				match(text, /[^ ]+/)
				if (i == n) return side == "begin" ? at + RSTART : at + RSTART + RLENGTH - 1
				at += RSTART + RLENGTH - 1; text = substr(text, RSTART + RLENGTH)
			}
		}
		{ print column(1, "begin"), column(2, "begin"), column(3, "end"), column(4, "end"), column(5, "end"), column(6, "end") }' |
		sort -u
}

screen() { tmux -L readme -f /dev/null capture-pane -p -t top; }
eaten() { [ "$(screen | sed -n 4p | cut -d' ' -f1)" = build ] && [ "$(screen | grep -cE '^(build|brick|guests) ')" = 3 ]; }
by_room() { sed -n '4,$p' | awk 'NF { print $1, $2 }'; }

top() {
	local shown
	# shellcheck disable=SC2016 # as it is written there
	shown=$(transcript '# roomctl top')
	as alice 'setsid perl -e "1 while 1" >/dev/null 2>&1 </dev/null &'
	hold bob 7811 || return
	hold carol 7812 || return
	tmux -L readme -f /dev/null new-session -d -s top -x 100 -y 24 "roomctl top"
	is_ok "README.md: top: who eats the host is first" wait_for 30 eaten
	like "README.md: top: its first line" "$(screen | head -n 1)" "*$(sed -n '1s/^[^:]*//p' <<<"$shown")*"
	is "README.md: top: the keys and the head are as it shows them" "$(screen | sed -n 2,3p | sed 's/ *$//')" "$(sed -n 2,3p <<<"$shown")"
	is "README.md: top: its rooms" "$(screen | by_room | sort)" "$(by_room <<<"$shown" | sort)"
	is "README.md: top: the first of them" "$(screen | by_room | head -n 1)" "$(by_room <<<"$shown" | head -n 1)"
	is "README.md: top: the columns stand where they are" "$(sed -n '3,$p' <<<"$shown" | columns)" "$(screen | sed -n '3,6p' | columns)"
	tmux -L readme -f /dev/null kill-server
	end_sleepers 7811 7812
	wait
}

begin
why
if has_top "README.md: top"; then top; fi
mistake
learned
usual_policy
finish "README.md"
