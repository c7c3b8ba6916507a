# bash completion for roomctl(8)
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors

# What a verb takes: words of its own, and "user", "room" or "file" for names.
_roomctl_words() {
	case $1 in
	list | reload | confirm) echo --json ;;
	status) echo "--json room user" ;;
	import) echo file ;;
	check) echo "--root --json file" ;;
	explain) echo "--service --from --tty --at --policy --diff --why --json user" ;;
	show) echo "--policy --json room" ;;
	learn) echo "--log --since --service --policy --json room" ;;
	diff) echo "--service --from --tty --at --json file" ;;
	audit) echo "--user --compare --fail-below --lines --json" ;;
	enter) echo "user room" ;;
	kill | freeze | thaw) echo "--json user room" ;;
	map) echo --svg ;;
	enable) echo "--root --dry-run --trial --json" ;;
	disable) echo "--root --dry-run --if-trial --json" ;;
	esac
}

# Rooms are seen by root alone; for others there are none.
_roomctl_rooms() { roomctl list 2>/dev/null | awk 'NR > 1 { print $1; print $3 "." $1 }'; }

_roomctl() {
	local now=$2 before=$3 verb=${COMP_WORDS[1]-} word words=()
	COMPREPLY=()
	if [ "$COMP_CWORD" -le 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(roomctl --help 2>/dev/null | awk '/^  [a-z]+ / && $1 != "explain," { print $1 }') --help --version" -- "$now")
		return
	fi
	case $before in
	--policy | --svg | --log) mapfile -t COMPREPLY < <(compgen -f -- "$now") && return ;;
	--root) mapfile -t COMPREPLY < <(compgen -d -- "$now") && return ;;
	--user) mapfile -t COMPREPLY < <(compgen -u -- "$now") && return ;;
	--diff) mapfile -t COMPREPLY < <(compgen -W "docker glass brick concrete" -- "$now") && return ;;
	esac
	for word in $(_roomctl_words "$verb"); do
		case $word in
		user) mapfile -t words < <(compgen -u -- "$now") ;;
		room) mapfile -t words < <(compgen -W "$(_roomctl_rooms)" -- "$now") ;;
		file) mapfile -t words < <(compgen -f -- "$now") ;;
		*) mapfile -t words < <(compgen -W "$word" -- "$now") ;;
		esac
		COMPREPLY+=("${words[@]}")
	done
}

complete -o filenames -F _roomctl roomctl
