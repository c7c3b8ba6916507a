#compdef roomctl
# zsh completion for roomctl(8)
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors

# Rooms are seen by root alone; for others there are none.
_roomctl_rooms() {
	compadd -- $(roomctl list 2>/dev/null | awk 'NR > 1 { print $1; print $3 "." $1 }')
}

# What a verb takes: words of its own, and users, rooms or files by their names.
_roomctl_words() {
	case $1 in
	list | reload | confirm) compadd -- --json ;;
	status) compadd -- --json; _users; _roomctl_rooms ;;
	import) _files ;;
	check) compadd -- --root --json; _files ;;
	explain) compadd -- --service --from --tty --at --policy --diff --why --json; _users ;;
	show) compadd -- --policy --json; _roomctl_rooms ;;
	learn) compadd -- --log --since --service --policy --json; _roomctl_rooms ;;
	diff) compadd -- --service --from --tty --at --json; _files ;;
	audit) compadd -- --user --compare --fail-below --lines --json ;;
	enter) _users; _roomctl_rooms ;;
	kill | freeze | thaw) compadd -- --json; _users; _roomctl_rooms ;;
	map) compadd -- --svg ;;
	enable) compadd -- --root --dry-run --trial --json ;;
	disable) compadd -- --root --dry-run --if-trial --json ;;
	metrics | top) ;;
	esac
}

_roomctl() {
	local -a verbs
	if ((CURRENT == 2)); then
		verbs=(${(f)"$(roomctl --help 2>/dev/null | awk '$1 ~ /^[a-z]+$/ && /^  / { print $1 ":" substr($0, 39) }')"})
		_describe verb verbs
		compadd -- --help --version
		return
	fi
	case $words[CURRENT-1] in
	--policy | --svg | --log) _files ;;
	--root) _files -/ ;;
	--user) _users ;;
	--diff) compadd -- docker glass brick concrete ;;
	*) _roomctl_words $words[2] ;;
	esac
}

_roomctl "$@"
