#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What a login looks at is another thing the moment after: while two users and a third process outside swap every name
# that they can under the helper, while one traces and opens whatever it finds, and while a room's lock is held, a login
# is wholly inside or refused with a reason, nothing stays, and root logs in.
# ROOM_RACES   how many logins of each kind (default: 4; a thousand takes about twenty minutes)
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

logins=${ROOM_RACES-4}

tools() {
	gcc -O1 -o /usr/local/lib/stage/swap "$here/swap.c" && gcc -O1 -o /usr/local/lib/stage/hunt "$here/hunt.c"
}

# outside_as USER COMMAND...: in the background, outside; its pid is in $outsider.
outside_as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --clear-groups "$@" >"$STAGE/outsider.$user" 2>&1 &
	outsider=$!
}

call_back() {
	kill -TERM "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

# root_is_in NAME: whatever is done to others.
root_is_in() { is "$1: root logs in" "$(as root echo in 2>&1)" in; }

# What a login is worth: inside, with no home of another's and the host's own /etc; "refused" with a line that says why.
login() {
	local said status=0
	# shellcheck disable=SC2016 # the room's shell expands it
	said=$(as "$1" 'echo "$(readlink /proc/self/ns/mnt /proc/self/ns/pid | tr "\n" " ")"; ls /home | xargs; wc -l </etc/passwd' 2>&1) || status=$?
	if [ "$status" != 0 ]; then
		[ -n "$said" ] && echo refused || echo "no reason (status $status)"
		return
	fi
	set -- "$1" "$said"
	case $2 in
	*"$(readlink "/proc/$$/ns/mnt")"* | *"$(readlink "/proc/$$/ns/pid")"*) echo "outside" ;;
	*bob*) [ "$1" = bob ] && echo inside || echo "sees a home: $2" ;;
	*) [ "$(tail -n 1 <<<"$2")" = "$(wc -l </etc/passwd)" ] && echo inside || echo "another /etc: $2" ;;
	esac
}

# outcomes USER NAME [OUTCOME]: each of that user's logins is inside or refused, or just that.
outcomes() {
	local n all allowed=${3-"(inside|refused)"}
	all=$(for n in $(seq "$logins"); do login "$1"; done | sort | uniq -c | sed 's/^ *//')
	note "$2: $(tr '\n' ',' <<<"$all")"
	is "$2: each login is ${3-"inside or refused with a reason"}" "$(grep -vxE "[0-9]+ $allowed" <<<"$all")" ""
}

# The policy names places in a folder that anybody may write to; each of them is now a folder, now a link to /etc.
swapped_places() {
	local user pids=()
	install -d -m 1777 /srv/race
	for user in alice dave; do
		install -d -o "$user" -g "$user" "/srv/race/$user.a"
		ln -s /etc "/srv/race/$user.b"
		chown -h "$user" "/srv/race/$user.b"
	done
	policy <<-'END'
		version = 1;
		rooms: {
		  race: { walls = "brick"; linger = "none"; no_entry = [ "/srv/race/alice.a" ];
		          read_only = [ "/srv/race/dave.a" ]; };
		};
		assign: ( { uid = "1000-"; room = "race"; } );
	END
	for user in alice dave; do
		outside_as "$user" /usr/local/lib/stage/swap "/srv/race/$user.a" "/srv/race/$user.b"
		pids+=("$outsider")
	done
	outcomes alice "swapped places"
	outcomes carol "another's swapped places"
	root_is_in "swapped places"
	call_back "${pids[@]}"
	is "swapped places: they were, by two users" "$(cat "$STAGE/outsider.alice" "$STAGE/outsider.dave" | grep -c '^[1-9]')" 2
	rm -rf /srv/race
	usual_policy
}

# A home in a folder of the user's own is now the home, now a link to everybody's.
swapped_home() {
	install -d -o dave -g dave /srv/daves /srv/daves/home
	ln -s /home /srv/daves/other
	chown -h dave /srv/daves/other
	cp -a /home/dave/.ssh /srv/daves/home/ 2>/dev/null
	usermod -d /srv/daves/home dave
	outside_as dave /usr/local/lib/stage/swap /srv/daves/home /srv/daves/other
	outcomes dave "a swapped home"
	outcomes bob "another's swapped home" inside
	root_is_in "a swapped home"
	call_back "$outsider"
	isnt "a swapped home: it was" "$(cat "$STAGE/outsider.dave")" 0
	usermod -d /home/dave dave
	rm -rf /srv/daves
}

# The ticket cache is now the user's file, now a link to what only root may read. A login takes the file along.
swapped_cache() {
	local n one bad=0
	ln -s /etc/shadow /tmp/krb5cc_race1
	chown -h alice /tmp/krb5cc_race1
	install -m 600 -o alice -g alice /dev/null /tmp/krb5cc_race0
	outside_as alice /usr/local/lib/stage/swap /tmp/krb5cc_race0 /tmp/krb5cc_race1
	for n in $(seq "$logins"); do
		for one in /tmp/krb5cc_race0 /tmp/krb5cc_race1; do
			[ -L "$one" ] || [ -e "$one" ] || install -m 600 -o alice -g alice /dev/null "$one"
		done
		timeout 30 pamtester -E KRB5CCNAME=FILE:/tmp/krb5cc_race0 roomtest alice open_session close_session >"$STAGE/said" 2>&1 ||
			[ -s "$STAGE/said" ] || bad=$((bad + 1))
	done
	is "a swapped ticket cache: each session is opened or refused with a reason" "$bad" 0
	is "a swapped ticket cache: nobody sees what root's file says" "$(as alice 'cat /tmp/krb5cc_race* 2>/dev/null' | grep -c '^root:')" 0
	is "a swapped ticket cache: root's file is root's" "$(stat -c '%U %h' /etc/shadow)" "root 1"
	call_back "$outsider"
	isnt "a swapped ticket cache: it was" "$(cat "$STAGE/outsider.alice")" 0
	rm -f /tmp/krb5cc_race*
}

hunter() {
	outside_as bob /usr/local/lib/stage/hunt
	outcomes alice "a hunter" inside
	root_is_in "a hunter"
	call_back "$outsider"
	note "a hunter: $(tail -n 1 "$STAGE/outsider.bob")"
	like "a hunter: he met the helper or a keeper" "$(tail -n 1 "$STAGE/outsider.bob")" "met [1-9]*"
	is "a hunter: he got nothing of them" "$(grep -c -v '^met' "$STAGE/outsider.bob")" 0
}

# hold_lock: alice's room lives, and somebody has its lock and does not let go, until free_lock.
hold_lock() {
	as alice 'nohup sleep 7481 >/dev/null 2>&1 &'
	flock "/run/pam_room/rooms/$(rooms | grep "^$(id -u alice)\.")" sleep 7482 &
	holder=$!
	wait_for 5 find_sleeper 7482 >/dev/null
}

free_lock() {
	end_sleepers 7482
	wait "$holder" 2>/dev/null
}

starved() {
	local begun=$SECONDS
	hold_lock
	is "a lock that is held: the login is refused with a reason" "$(login alice)" refused
	note "refused after $((SECONDS - begun)) s"
	is "a lock that is held: another user is in" "$(login bob)" inside
	root_is_in "a lock that is held"
	free_lock
	is "a lock that was held: the login is in" "$(login alice)" inside
	end_sleepers 7481
}

begin
tools || not_ok "the tools compile"
swapped_places
swapped_home
swapped_cache
hunter
starved
finish races
