#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The rooms drawn, and in numbers for a monitoring system; and what a shell completes.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

count() { roomctl metrics | sed -n "s/^pam_room_$1 //p"; }

draws() {
	local key carols
	policy <<-'END'
		version = 1;
		rooms: { clear: { walls = "glass"; }; cell: { walls = "concrete"; linger = "processes"; }; };
		assign: ( { user = "bob"; room = "clear"; }, { user = "carol"; room = "cell"; } );
	END
	is "map: nobody is there" "$(roomctl map | head -n 1 | grep -o 'rooms [0-9]*')" "rooms 0"
	hold alice 7401 && hold bob 7402 && hold carol 7403 || return
	as alice 'setsid sleep 7404 >/dev/null 2>&1 </dev/null &'
	sleeper 7404 >/dev/null
	key=$(id -u alice).brick carols=$(id -u carol).cell
	roomctl map >"$STAGE/map"
	is "map: every room" "$(grep -cE "^(\.\.|==|##) [0-9]+\.[a-z]+: " "$STAGE/map")" 3
	like "map: alice's is of brick" "$(grep "$key" "$STAGE/map")" "== $key: alice's, of brick, since 20* =="
	like "map: carol's of concrete" "$(grep "$carols" "$STAGE/map")" "## *of concrete*"
	like "map: who is in alice's, as the kernel counts" "$(sed -n "/$key/,/people/p" "$STAGE/map" | tail -n 1)" \
		"== people: alice $(($(members "$(walls "$(sleeper 7401)")" | wc -l) - 1)) *"
	like "map: what concrete would close" "$(sed -n "/$key/,/doors/p" "$STAGE/map" | tail -n 1)" "== doors: *host-network*"
	like "map: nothing at concrete" "$(sed -n "/$carols/,/doors/p" "$STAGE/map" | tail -n 1)" "## doors: none that concrete closes*"
	is "map: every line is as wide as the others" "$(grep -E '^(\.\.|==|##)' "$STAGE/map" | awk '{ print length }' | sort -u)" 76
	is_ok "map --svg" roomctl map --svg "$STAGE/map.svg"
	is "map --svg: a picture with as many walls" "$(grep -c 'stroke-dasharray' "$STAGE/map.svg")" 3
	# Four walls, and what is in a room stays in its own drawing.
	is_ok "map --svg: it can be drawn" rsvg-convert -o "$STAGE/map.png" "$STAGE/map.svg"
	is "map --svg: a drawing for each room, in the whole one" "$(grep -c '^<svg x=' "$STAGE/map.svg") $(grep -c '^</svg>' "$STAGE/map.svg")" "3 4"
	like "map: what it uses" "$(sed -n "/$key/,/people/p" "$STAGE/map" | sed -n 2p)" "== memory *, tasks [1-9]* =="
	is "map --svg: every text ends" "$(grep -c '<text' "$STAGE/map.svg")" "$(grep -c '</text>' "$STAGE/map.svg")"
	is "map: who has no room sees none" "$(setpriv --reuid dave --regid dave --clear-groups roomctl map 2>&1 | head -n 1)" \
		"roomctl: you are in no room, and no process of yours that you may look at is in one; only root may see the rooms of others"
	is "map: no JSON" "$(roomctl map --json 2>&1; echo $?)" $'roomctl: map: a drawing is no JSON; see list\n2'

	is "metrics: living rooms" "$(count 'rooms{state="living"}')" 3
	is "metrics: processes, as the kernel counts" \
		"$(count "room_processes{key=\"$key\",room=\"brick\",user=\"alice\"}")" "$(($(members "$(walls "$(sleeper 7401)")" | wc -l) - 1))"
	like "metrics: since when" "$(count "room_created_timestamp_seconds{key=\"$key\"}")" "1???????*"
	is "metrics: the policy can be used" "$(count policy_usable) $(count rooms_of_older_policy)" "1 0"
	is "metrics: nothing but the format" "$(roomctl metrics | grep -vcE '^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9]+)$')" 0
	printf '\n# changed\n' >>/etc/pam_room/room.conf
	is "metrics: rooms of an older policy" "$(count rooms_of_older_policy)" 3
	echo 'rooms: 7' >>/etc/pam_room/room.conf
	is "metrics: a policy that refuses all" "$(count policy_usable 2>/dev/null)" 0
	end_sleepers 7401 7402 7403 7404
	wait
}

# complete WORD...: what bash would offer for the last word, sorted.
completes() {
	# shellcheck disable=SC2016 # the inner shell's
	bash -c '. /usr/share/bash-completion/completions/roomctl
		COMP_WORDS=(roomctl "$@") COMP_CWORD=$#
		_roomctl roomctl "${!#}" "${COMP_WORDS[$#-1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "' bash "$@"
}

completion() {
	local verb lacking=
	is "completion: verbs" "$(completes e)" "enable enter explain "
	is "completion: options of a verb" "$(completes audit --)" "--compare --fail-below --json --lines --user "
	is "completion: users" "$(completes enter carol)" "carol "
	for verb in $(completes ''); do
		case $verb in -*) continue ;; esac
		[ -n "$(completes "$verb" '' | tr -d " ")" ] || lacking="$lacking $verb"
	done
	is "completion: every verb but these takes something" "$lacking" " metrics top"
}

verbs() { roomctl --help | awk '$1 ~ /^[a-z]+$/ && /^  / { print $1 }' | sort | tr '\n' ' '; }

# The other shells' words are of the same verbs, each of which is there once.
other_shells() {
	local zsh=/usr/share/zsh/site-functions/_roomctl fish=/usr/share/fish/vendor_completions.d/roomctl.fish
	is "completion: zsh knows the verbs" \
		"$(sed -n 's/^\t\([a-z][a-z |]*\)) .*/\1/p' "$zsh" | tr -s ' |' '\n' | sort | tr '\n' ' ')" "$(verbs)"
	is "completion: fish knows those that take something" \
		"$(sed -n "s/.*'__roomctl_after \([^']*\)'.*/\1/p" "$fish" | tr ' ' '\n' | sort -u | tr '\n' ' ')" \
		"$(verbs | sed 's/metrics //; s/top //')"
	if command -v zsh >/dev/null; then is_ok "completion: zsh reads it" zsh -n "$zsh"; fi
	command -v fish >/dev/null || return 0
	is "completion: fish offers verbs" "$(fish -c 'complete -C "roomctl en"' | cut -f1 | sort | tr '\n' ' ')" "enable enter "
	is "completion: fish offers options" "$(fish -c 'complete -C "roomctl disable --"' | cut -f1 | sort | tr '\n' ' ')" \
		"--dry-run --if-trial --json --root "
}

# The unit's command, as systemd would run it.
metrics_unit() {
	local unit=/usr/lib/systemd/system/pam_room-metrics.service
	mkdir "$STAGE/metrics"
	(cd "$STAGE/metrics" && eval "$(sed -n 's/^ExecStart=//p' "$unit")")
	is "metrics: the timer's service leaves the whole file, and nothing else" "$(cd "$STAGE/metrics" && echo *) $(grep -c '^pam_room_rooms{' \
		"$STAGE/metrics/pam_room.prom")" "pam_room.prom 3"
	is "metrics: the timer starts it" "$(grep -c '^WantedBy=timers.target' "${unit%.service}.timer")" 1
}

begin
draws
usual_policy
finish "roomctl map"
completion
other_shells
metrics_unit
