#!/bin/bash
# Rules about groups and netgroups that a directory holds. While it answers they lead where they say. While it does not,
# a login is refused when it would matter what the directory says, and only then: root and the administrators whom the
# machine itself knows get in, so that somebody can mend it.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

folder=$TEST_RUN/directory
policy=/etc/pam_room/room.d/85-directory.conf
# Seconds that a login may take, or its refusal, also in an emulated machine.
limit=90
length=8500

# --- the directory: slapd, which holds it, and nslcd, which the C library asks --------------------------------------

# dora is known to the directory only, carl, erin and adam are accounts of the machine.
entries() {
	cat <<-'LDIF'
		dn: dc=room,dc=test
		objectClass: domain
		dc: room

		dn: uid=dora,dc=room,dc=test
		objectClass: account
		objectClass: posixAccount
		uid: dora
		cn: dora
		uidNumber: 3001
		gidNumber: 3001
		homeDirectory: /home/dora
		loginShell: /bin/bash

		dn: cn=dora,dc=room,dc=test
		objectClass: posixGroup
		cn: dora
		gidNumber: 3001

		dn: cn=ldap-students,dc=room,dc=test
		objectClass: posixGroup
		cn: ldap-students
		gidNumber: 3100
		memberUid: dora
		memberUid: carl

		dn: cn=lab-people,dc=room,dc=test
		objectClass: nisNetgroup
		cn: lab-people
		nisNetgroupTriple: (,dora,)
		nisNetgroupTriple: (,erin,)
	LDIF
}

make_directory() {
	mkdir -p "$folder/db"
	entries >"$folder/entries.ldif"
	cat >"$folder/slapd.conf" <<-CONF
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/nis.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		loglevel none
		database mdb
		maxsize 1048576
		suffix dc=room,dc=test
		directory $folder/db
	CONF
	cat >/etc/nslcd.conf <<-'CONF'
		uid nslcd
		gid nslcd
		uri ldap://127.0.0.1/
		base dc=room,dc=test
		bind_timelimit 3
		timelimit 3
		reconnect_sleeptime 1
		reconnect_retrytime 2
	CONF
	chmod 600 /etc/nslcd.conf
	slapadd -q -f "$folder/slapd.conf" -l "$folder/entries.ldif"
}

slapd_listens() { bash -c 'exec 3<>/dev/tcp/127.0.0.1/389' 2>/dev/null; }
start_slapd() {
	systemd-run --quiet --collect --unit=test-slapd slapd -d 0 -f "$folder/slapd.conf" -h ldap://127.0.0.1/ &&
		wait_for 30 slapd_listens
}

start_nslcd() {
	systemd-run --quiet --collect --unit=test-nslcd nslcd --nofork && wait_for 30 nslcd --check
}

ask_directory() {
	sed -i -E -e 's/^(passwd|group):.*/\1: files systemd ldap/' -e 's/^netgroup:.*/netgroup: ldap/' /etc/nsswitch.conf
}

answers() { getent group ldap-students >/dev/null; }

# --- who logs in, and where to --------------------------------------------------------------------------------------

make_accounts() {
	local user
	useradd --create-home --shell /bin/bash carl
	useradd --create-home --shell /bin/bash erin
	useradd --create-home --shell /bin/bash --groups sudo adam
	install -d -m 700 -o 3001 -g 3001 /home/dora
	for user in carl erin adam dora; do
		install -d -m 700 -o "$(uid_of "$user")" -g "$(uid_of "$user")" "/home/$user/.ssh"
		install -m 600 -o "$(uid_of "$user")" -g "$(uid_of "$user")" "$TEST_RUN/key.pub" \
			"/home/$user/.ssh/authorized_keys"
	done
}

# Also when the directory does not say.
uid_of() { stat -c %u "/home/$1"; }

# For bob it makes no difference whether he is one of the students.
write_policy() {
	install -d -m 755 "${policy%/*}"
	cat >"$policy" <<-'CONF'
		rooms: {
		  lab: { walls = "brick"; linger = "none"; };
		  lab2: { walls = "brick"; linger = "none"; };
		};
		assign: (
		  { group = "sudo"; room = "outside"; },
		  { user = "bob"; group = "ldap-students"; room = "brick"; },
		  { user = "bob"; room = "brick"; },
		  { group = "ldap-students"; room = "lab"; },
		  { netgroup = "lab-people"; room = "lab2"; },
		  { uid = "1000-"; room = "brick"; }
		);
	CONF
	chmod 644 "$policy"
}

# --- logging in -----------------------------------------------------------------------------------------------------

# enter USER: as hold, for logins that may be refused: sets also said, what the client printed, and took, the seconds.
enter() {
	local start=$SECONDS
	length=$((length + 1)) room=
	ssh -n "${ssh_options[@]}" "$1@localhost" exec sleep "$length" >"$folder/said" 2>&1 &
	held=$!
	wait_for 120 settled
	took=$((SECONDS - start))
	said=$(cat "$folder/said")
	pid=$(find_sleeper "$length") || return 1
	room=$(walls "$pid")
}

settled() { find_sleeper "$length" >/dev/null || gone "$held"; }

# in_time NAME: of the last login.
in_time() {
	if [ "$took" -lt "$limit" ]; then ok "$1: within $limit s"; else not_ok "$1: within $limit s" "it took $took s"; fi
	note "$1: $took s"
}

# key_of PID: by the mark in the room that the process is in, when a room is registered by that key.
key_of() {
	local key
	key=$(cat "/proc/$1/root/run/pam_room/inside" 2>/dev/null)
	[ ! -e "/run/pam_room/rooms/$key/state" ] || echo "$key"
}

# lands NAME USER ROOM
lands() {
	if ! enter "$2"; then
		not_ok "$1: $2 gets in" "after $took s ssh said: $said"
		end_client
		return
	fi
	if [ "$3" = outside ]; then
		is "$1: $2 is outside" "$room" "$(outside)"
	elif [ "$room" = "$(outside)" ]; then
		not_ok "$1: $2 is in $3" "outside"
	else
		is "$1: $2 is in $3" "$(key_of "$pid")" "$(uid_of "$2").$3"
	fi
	in_time "$1: $2"
	leave "$length"
}

# refused NAME USER: and the user and the log are told which group it is about.
refused() {
	local since
	since=$(date +%H:%M:%S)
	if enter "$2"; then
		not_ok "$1: $2 is refused" "in ${room:-a room}, $(key_of "$pid")"
		leave "$length"
		return
	fi
	end_client
	ok "$1: $2 is refused"
	in_time "$1: $2"
	like "$1: $2 is told the group" "$said" '*pam_room*ldap-students*'
	is_ok "$1: the log names it" wait_for 10 logged "$since" "user '$2' is refused: .*ldap-students"
}

# A client that neither got in nor gave up.
end_client() {
	gone "$held" || kill "$held"
	wait "$held" 2>/dev/null
}

logged() { journalctl -q --no-pager --since "$1" | grep -q -e "$2"; }

# --- the tests ------------------------------------------------------------------------------------------------------

answering() {
	lands "directory" carl lab
	lands "directory" dora lab
	lands "directory" erin lab2
	lands "directory" adam outside
}

# silent NAME: a login costs seconds in here, so each kind of silence is put to those whom it could hurt.
silent() {
	refused "$1" carl
	lands "$1" adam outside
}

back() {
	is_ok "$1: it answers again" wait_for 60 answers
	lands "$1" carl lab
}

# Whatever happened: the other tests' machine.
put_back() {
	local user uid
	[ ! -e "$folder/nsswitch.conf" ] || cp "$folder/nsswitch.conf" /etc/nsswitch.conf
	rm -f "$policy"
	end_sleepers $(seq 8501 "$length")
	systemctl stop test-nslcd test-slapd
	for user in carl erin adam dora; do
		uid=$(uid_of "$user")
		loginctl terminate-user "$uid"
		wait_for 15 no_processes "$uid"
		userdel --remove "$user"
	done
	rm -rf /home/dora
} 2>/dev/null

main() {
	trap put_back EXIT
	trap 'exit 1' TERM
	make_directory || { not_ok "directory: made"; exit; }
	make_accounts
	write_policy
	cp /etc/nsswitch.conf "$folder/nsswitch.conf"
	is_ok "directory: slapd starts" start_slapd
	is_ok "directory: nslcd starts" start_nslcd
	ask_directory
	is_ok "directory: it answers" wait_for 30 answers
	answering

	systemctl stop test-slapd
	silent "slapd stopped"
	systemctl stop test-nslcd
	refused "nslcd stopped" carl

	start_slapd
	start_nslcd
	back "both back"

	systemctl kill --signal=STOP test-slapd
	silent "slapd hangs"
	lands "slapd hangs" root outside
	lands "slapd hangs" bob brick
	systemctl kill --signal=CONT test-slapd
	back "slapd goes on"
}

main
