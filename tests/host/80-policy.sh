#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The policy: what roomctl explain says is what a login gets, for every rule of the three example policies; and the verbs
# that look at a policy drop root first.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
examples=$(cd "$here/../../config/examples" && pwd)
services=(sshd login cron systemd-user)

# at "Mon 14:30": from now on it is that time, on this stage. The clock stays; the zone moves.
at() {
	local now want days=(Sun Mon Tue Wed Thu Fri Sat) day
	for day in 0 1 2 3 4 5 6; do
		[ "${days[day]}" != "${1% *}" ] || want=$((day * 86400 + 10#${1:4:2} * 3600 + 10#${1:7:2} * 60 + 5))
	done
	# The epoch was a Thursday.
	now=$((($(date +%s) + 4 * 86400) % 604800))
	# Half a week back or forth is the most that there is between two times of the week.
	local seconds=$(((want - now + 907200) % 604800 - 302400)) sign=''
	[ "$seconds" -ge 0 ] || sign=- seconds=$((-seconds))
	printf 'Zone stage %s%d:%02d:%02d - STG\n' "$sign" $((seconds / 3600)) $((seconds / 60 % 60)) $((seconds % 60)) \
		>"$STAGE/zone"
	zic -d "$STAGE/zoneinfo" "$STAGE/zone" && install -m 644 "$STAGE/zoneinfo/stage" /etc/localtime
	[ "$(date '+%a %H:%M')" = "$1" ] || date | sed "s/^/# it should be $1, and it is /"
}

# A stack of nothing but the module, which tells of those too who stay outside.
plain_stacks() {
	local service
	mkdir -p "$STAGE/pam.d"
	for service in "${services[@]}"; do
		[ ! -e "/etc/pam.d/$service" ] || cp -p "/etc/pam.d/$service" "$STAGE/pam.d/"
		printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_room.so debug\n' \
			>"/etc/pam.d/$service"
	done
}

usual_stacks() {
	local service
	for service in "${services[@]}"; do
		rm -f "/etc/pam.d/$service"
		[ ! -e "$STAGE/pam.d/$service" ] || cp -p "$STAGE/pam.d/$service" /etc/pam.d/
	done
}

accounts() {
	local user
	for user in guests teachers students visitors; do
		getent group "$user" >/dev/null || groupadd "$user"
	done
	for user in boss:sudo gwen:guests backup-1: ci-1: dev: tess:teachers stan:students vera:visitors exam1:; do
		id "${user%:*}" >/dev/null 2>&1 || useradd -m -s /bin/bash "${user%:*}"
		[ -z "${user#*:}" ] || gpasswd -a "${user%:*}" "${user#*:}" >/dev/null
	done
	cp -p /etc/nsswitch.conf "$STAGE/nsswitch.conf"
	sed -i '/^netgroup:/d' /etc/nsswitch.conf
	echo 'netgroup: files' >>/etc/nsswitch.conf
	echo 'developers (,dev,) (,nobody-else,)' >/etc/netgroup
}

# What a login got: "RULE OUTCOME", from the log.
login_got() {
	local user=$1 service=$2 from=$3 tty=$4 line items=() mark
	[ -z "$from" ] || items+=(-I "rhost=$from")
	[ -z "$tty" ] || items+=(-I "tty=$tty")
	mark=$(log_now)
	pamtester "${items[@]}" "$service" "$user" open_session close_session >"$STAGE/login" 2>&1
	line=$(log_since "$mark" | grep -F "user '$user'" | tail -n 1)
	line=${line%, reference *}
	case $line in
	*" is inside, room "* | *"gets a user manager inside, room "*)
		line=${line##*, room }
		echo "${line##*, by } $(cut -d. -f2- <<<"${line%%,*}")"
		;;
	*" stays outside, by "*) echo "${line##*, by } outside" ;;
	*" is closed out, by "*) echo "${line##*, by } closed" ;;
	*) echo "what? $line $(cat "$STAGE/login")" ;;
	esac
}

# What explain says, likewise.
explain_says() {
	local out
	out=$(roomctl explain "$1" --service "$2" --from "$3" --tty "$4" --json 2>&1)
	[[ $out =~ \"decision\":\ \"([a-z]+)\",\ \"room\":\ (null|\"([^\"]*)\"),\ \"rule\":\ \"([^\"]*)\" ]] || {
		echo "what? $out"
		return
	}
	echo "${BASH_REMATCH[4]} ${BASH_REMATCH[3]:-${BASH_REMATCH[1]}}"
}

# same EXAMPLE: a login a line on standard input, "WHEN|USER|SERVICE|FROM|TTY|OUTCOME", and each rule decides one of them.
same() {
	local example=$1 when user service from tty outcome said rules now=''
	policy <"$examples/$example.conf"
	is_ok "$example: roomctl check takes it" roomctl check "$examples/$example.conf"
	: >"$STAGE/decided"
	while IFS='|' read -r when user service from tty outcome; do
		[ "$when" = "$now" ] || at "$when"
		now=$when
		said=$(explain_says "$user" "$service" "$from" "$tty")
		echo "${said% *}" >>"$STAGE/decided"
		is "$example: $when $user by $service${from:+ from $from}${tty:+ on $tty} is $outcome" "${said##* }" "$outcome"
		is "$example: and so it is for the login" \
			"$(login_got "$user" "$service" "$from" "$tty")" "$said"
	done
	rules=$(awk '/^assign/ { on = 1 } on && /room = "/ { print "/etc/pam_room/room.conf:" NR }' /etc/pam_room/room.conf)
	empty_rooms
	is "$example: each rule has decided" "$(sort -u "$STAGE/decided")" "$(sort -u <<<"$rules")"
}

no_rooms() { [ -z "$(rooms)$(keepers)" ]; }

# A room that waits for the user manager it was promised would wait a minute.
empty_rooms() {
	keepers | xargs -r kill -TERM
	wait_for 10 no_rooms
}

ssh_host() {
	same ssh-host <<-'END'
		Mon 10:00|boss|sshd|10.1.2.3|ssh|outside
		Mon 10:00|backup-1|sshd|10.1.2.3|ssh|outside
		Mon 10:00|backup-1|sshd|fd00::7|ssh|outside
		Mon 10:00|backup-1|sshd|::ffff:10.1.2.3|ssh|outside
		Mon 10:00|backup-1|sshd|11.1.2.3|ssh|closed
		Mon 10:00|backup-1|sshd|10.example.org|ssh|closed
		Mon 10:00|backup-1|login||tty1|closed
		Fri 17:59|gwen|sshd|192.0.2.1|ssh|guests
		Fri 18:00|gwen|sshd|192.0.2.1|ssh|closed
		Sat 10:00|gwen|sshd|192.0.2.1|ssh|closed
		Sat 10:00|alice|sshd|192.0.2.1|ssh|staff
		Sat 10:00|alice|systemd-user|||staff
	END
}

build_host() {
	same build-host <<-'END'
		Mon 10:00|boss|login||tty1|outside
		Mon 10:00|ci-1|login||/dev/tty1|closed
		Mon 10:00|ci-1|sshd|192.0.2.1|ssh|builds
		Mon 10:00|ci-1|systemd-user|||builds
		Mon 10:00|ci-1|cron||cron|closed
		Mon 10:00|dev|sshd|192.0.2.1|ssh|developers
		Mon 10:00|alice|sshd|192.0.2.1|ssh|closed
	END
}

lab() {
	same lab <<-'END'
		Mon 10:00|boss|sshd|192.0.2.1|ssh|outside
		Mon 10:00|tess|sshd|192.0.2.1|ssh|teachers
		Mon 10:00|stan|login||tty1|lab
		Mon 10:00|vera|login||tty1|lab
		Mon 10:00|vera|sshd|192.0.2.1|ssh|closed
		Mon 10:00|exam1|login||tty1|closed
		Sat 10:00|exam1|login||tty1|lab
		Sat 10:00|exam1|systemd-user|||lab
		Sat 10:00|exam1|sshd|192.0.2.1|ssh|closed
		Sat 23:30|stan|login||tty1|closed
		Sun 05:59|stan|login||tty1|closed
		Sun 06:00|stan|login||tty1|lab
		Sun 06:00|alice|sshd|192.0.2.1|ssh|closed
	END
}

# A place that somebody else may put something at: said, whatever way it is named, and nothing is said of any other.
shaky() {
	local said
	install -d -m 755 /srv/shaky /srv/shaky/roots
	install -d -m 777 /srv/shaky/open /srv/shaky/open/data
	install -d -m 1777 /srv/shaky/sticky /srv/shaky/sticky/data
	install -d -o alice /srv/shaky/alice
	install -d -g alice -m 775 /srv/shaky/group
	policy <<-'END'
		version = 1;
		rooms: { work: { bind: ( { source = "/srv/shaky/open/data"; target = "/srv/a"; },
			{ source = "/srv/shaky/sticky/data"; target = "/srv/b"; }, { source = "/srv/shaky/roots"; target = "/srv/c"; } );
			writable = ( "/srv/shaky/alice/place/deeper", "/srv/shaky/alice" ); read_only = ( "/srv/shaky/group/place" );
			no_entry = ( "/srv/shaky/sticky/missing", "/usr/games" ); }; };
		assign: ( { user = "bob"; room = "work"; } );
	END
	said=$(roomctl check 2>&1 | grep 'can have its logins refused')
	like "check: a place in a folder that anybody writes to" "$said" \
		"*warning: /etc/pam_room/room.conf:2: room 'work' names /srv/shaky/open/data, and whoever may write to /srv/shaky/open can*"
	like "check: one in a user's folder" "$said" "*/srv/shaky/alice/place/deeper, and whoever may write to /srv/shaky/alice can*"
	like "check: one in a group's" "$said" "*/srv/shaky/group/place, and whoever may write to /srv/shaky/group can*"
	like "check: one that is not there yet, beside anybody's" "$said" "*/srv/shaky/sticky/missing, and whoever*"
	is "check: and of no other" "$(wc -l <<<"$said")" 4
	rm -rf /srv/shaky
}

# Which user may be looked at, and how it is told.
verbs() {
	policy <"$examples/lab.conf"
	is "explain: nobody of that name" "$(roomctl explain nobody-there 2>&1 >/dev/null; echo $?)" \
		"roomctl: there is no user 'nobody-there', and no login of that name
1"
	policy <<<'assign: ( { group = "developrs"; room = "outside"; } );'
	tells "check: a group that is not there" 0 \
		"warning: /etc/pam_room/room.conf:1: there is no group 'developrs' on this machine, *: mend the name, or make the group" \
		roomctl check
	policy <"$examples/lab.conf"
	echo 'version = 1;' >"$STAGE/plain"
	like "explain --diff docker: what is looser and what is tighter" "$(roomctl explain carol --policy "$STAGE/plain" --diff docker 2>&1)" \
		"*looser than a container as Docker makes it:*It may use the user's home on the host.*tighter than*It may not type into terminals (TIOCSTI).*"
	# shellcheck disable=SC2016 # perl's
	is "explain --diff: a room against itself differs in nothing" "$(roomctl explain carol --policy "$STAGE/plain" --diff brick --json |
		perl -MJSON::PP -0777 -ne 'my $d = decode_json($_)->{diff}; print scalar @{$d->{differences}}, " ", $d->{same} > 50 ? "many" : "few"')" "0 many"
	is "explain --diff: no such room" "$(roomctl explain carol --policy "$STAGE/plain" --diff brikc 2>&1; echo $?)" \
		"roomctl: --diff: there is no room 'brikc': did you mean 'brick'?"$'\n2'
	is "explain: root is outside" "$(roomctl explain root | tail -n 1)" "outside: root always is"
	is "explain: a system account is outside" "$(roomctl explain daemon | tail -n 1)" \
		"outside: a system account, and no rule matches"
	is "explain: a closed door is no" "$(roomctl explain alice >/dev/null; echo $?)" 1
	is "explain --at, whatever time it is" \
		"$(roomctl explain stan --service login --at 'Wed 23:59' | tail -n 1)" "closed: this login is refused"
	is "explain --policy: a draft that is not installed" \
		"$(roomctl explain alice --policy "$examples/ssh-host.conf" | tail -n 1)" \
		"room staff, described at $examples/ssh-host.conf:6"
	is "explain goes by the host's clock" "$(TZ=Pacific/Kiritimati roomctl explain stan | head -n 1)" \
		"$(roomctl explain stan | head -n 1)"
	is "explain with nothing open" "$(roomctl explain tess 2>&1 <&- | tail -n 1; roomctl explain tess <&- 2>&- | tail -n 1)" \
		"room teachers, described at /etc/pam_room/room.conf:7
room teachers, described at /etc/pam_room/room.conf:7"
	is "explain: no byte of a path reaches the terminal" \
		"$(cp "$examples/lab.conf" "$STAGE/"$'a\eb.conf'; roomctl explain tess --policy "$STAGE/"$'a\eb.conf' | grep -c $'\e')" 0
	is "explain needs no root" "$(setpriv --reuid=alice --regid=alice --clear-groups roomctl explain tess --json |
		sed -n 's/.*"decision": "\([a-z]*\)", "room": "\([a-z]*\)".*/\1 \2/p')" "room teachers"
	like "show: a key with its place" "$(roomctl show lab | grep '^linger')" \
		"linger * none * /etc/pam_room/room.conf:6"
	like "show: a key of the walls" "$(roomctl show lab | grep '^homes')" "homes * hidden * walls"
	is "show: no such room" "$(roomctl show labb 2>&1; echo $?)" "roomctl: there is no room 'labb': did you mean 'lab'?
1"
	is "show --json is JSON" "$(roomctl show lab --json | python3 -c 'import json, sys
print([k["value"] for k in json.load(sys.stdin)["keys"] if k["key"] == "linger"])')" "['none']"
	mv /etc/pam_room /etc/pam_room.away
	is "show: no policy is installed" "$(roomctl show brick 2>&1; echo $?)" \
		"roomctl: no policy is installed in /etc/pam_room: name a file
3"
	mv /etc/pam_room.away /etc/pam_room
	is "diff: nothing" "$(roomctl diff /etc/pam_room/room.conf; echo $?)" "no account moves and no room changes
0"
	roomctl diff "$examples/ssh-host.conf" --service sshd >"$STAGE/diff"
	is "diff: who moves is no" "$?" 1
	is "diff: who moves" "$(grep -E '^(alice|stan|tess|boss) ' "$STAGE/diff" | tr -s ' ' | sort)" \
		"alice sshd closed staff
stan sshd lab staff
tess sshd teachers staff"
	is "diff: rooms of the same name" "$(printf 'rooms: { lab: { }; };\n' >"$STAGE/lab.conf" &&
		roomctl diff "$STAGE/lab.conf" --json | python3 -c 'import json, sys
print([d for d in json.load(sys.stdin)["differences"] if d["what"] == "room lab"])')" \
		"[{'what': 'room lab', 'by': 'linger', 'old': 'none', 'new': 'processes'}]"
}

# While it looks at a policy, nothing of it is root's. The draft is a pipe that keeps it waiting... a directory does not.
humble() {
	local verb
	for verb in "check $examples/lab.conf" "explain alice" "show lab" "diff $examples/ssh-host.conf"; do
		# shellcheck disable=SC2086 # a verb and its words
		strace -f -qq -o "$STAGE/trace" -e trace=setresuid,setresgid,setgroups,openat,prctl roomctl $verb \
			>/dev/null 2>&1
		is "$verb: root is dropped for good" \
			"$(grep -oE '(setgroups\(0|setresgid\(65534, 65534, 65534|setresuid\(65534, 65534, 65534|PR_SET_NO_NEW_PRIVS, 1).*= 0$' \
				"$STAGE/trace" | grep -oE '^[a-zA-Z_]+' | head -n 4 | xargs)" \
			"setgroups setresgid setresuid PR_SET_NO_NEW_PRIVS"
	done
	install -m 600 /dev/null "$STAGE/secret.conf"
	is_ok "a draft that only root may read is read by root" roomctl check "$STAGE/secret.conf"
}

# A room that was made by an older policy.
generations() {
	local one
	usual_policy
	hold alice 8001 || return
	is "status: current" "$(roomctl status alice | grep -E '(room|policy) ' | tr -s ' ' | tr '\n' ';')" "$(id -u alice).admin: room admin of alice; policy current;"
	is "status: current is yes" "$(roomctl status >/dev/null; echo $?)" 0
	echo '# another' >>/etc/pam_room/room.conf
	is "status: older" "$(roomctl status --json | grep -o '"policy": "[a-z]*"')" '"policy": "older"'
	is "status: older is no" "$(roomctl status >/dev/null; echo $?)" 1
	sed -i 's/admin: {/& linger = "none";/' /etc/pam_room/room.conf
	is "status: older, and another room now" "$(roomctl status --json | grep -o '"policy": "[a-z]*"')" \
		'"policy": "changed"'
	for one in list metrics; do
		is "$one: only root may" "$(setpriv --reuid=alice --regid=alice --clear-groups roomctl $one 2>&1; echo $?)" \
			"roomctl: only root may see the rooms
3"
	done
	end_sleepers 8001
	wait "$held"
}

begin
cp -p /etc/localtime "$STAGE/localtime" 2>/dev/null || : >"$STAGE/localtime"
accounts
plain_stacks
people+=(boss gwen backup-1 ci-1 dev tess stan vera exam1)
ssh_host
build_host
lab
shaky
verbs
humble
usual_stacks
cp "$STAGE/nsswitch.conf" /etc/nsswitch.conf
rm -f /etc/localtime /etc/netgroup
[ ! -s "$STAGE/localtime" ] || cp -p "$STAGE/localtime" /etc/localtime
generations
usual_policy
finish policy
