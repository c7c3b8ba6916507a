# shellcheck shell=bash
# What the tests of ways in share: each way is compared with alice's session over ssh, `reference`, and a line
# "entry: WAY | WHAT" for it goes to doc/entries.md (tests/vm/run).

reference=
slice=/user.slice/user-$(id -u alice).slice

# facts PID: what must be the same for all.
facts() {
	echo "$(walls "$1") bounding $(field "$1" CapBnd) filters $(field "$1" Seccomp)" \
		"$(field "$1" Seccomp_filters) no_new_privs $(field "$1" NoNewPrivs)" \
		"slice $(cgroup_of "$1" | grep -o "^$slice/") label $(label "$1")"
}

# entry WAY PID: that process came in this way.
entry() {
	local word=unknown
	if [ -z "$2" ]; then
		not_ok "entry: $1: in the room" "there is no such process"
	elif [ "$(facts "$2")" = "$reference" ]; then
		word="in the room"
		ok "entry: $1: in the room"
	else
		word="not as ssh"
		not_ok "entry: $1: in the room" "got:  $(facts "$2")" "want: $reference" "$(tell "$2")"
	fi
	note "entry: $1 | $word"
}
