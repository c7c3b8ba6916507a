#!/bin/bash
# Kerberos as it is: a key distribution centre on this machine, pam_krb5 in Debian's stack and sshd's GSSAPI. The tickets that
# either leaves for a session are in its room, and good for another ticket; nothing of them stays outside.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

folder=$TEST_RUN/kerberos
daemon=/etc/ssh/sshd_config.d/room-kerberos.conf
# Nothing runs from /run.
askpass=/usr/local/bin/room-askpass
export KRB5_KDC_PROFILE=$folder/kdc.conf

make_centre() {
	mkdir -p "$folder/pam.d"
	cp -a /etc/pam.d/common-* "$folder/pam.d/"
	cat >/etc/krb5.conf <<-'CONF'
		[libdefaults]
		default_realm = ROOM.TEST
		dns_lookup_kdc = false
		dns_lookup_realm = false
		dns_canonicalize_hostname = false
		rdns = false
		forwardable = true
		[realms]
		ROOM.TEST = {
			kdc = 127.0.0.1
		}
	CONF
	cat >"$folder/kdc.conf" <<-CONF
		[realms]
		ROOM.TEST = {
			database_name = $folder/principal
			key_stash_file = $folder/stash
		}
	CONF
	printf '#!/bin/sh\necho word-of-alice\n' >"$askpass"
	chmod 755 "$askpass"
	{
		kdb5_util create -s -r ROOM.TEST -P word-of-the-centre
		kadmin.local addprinc -pw word-of-alice alice
		kadmin.local addprinc -randkey host/localhost
		kadmin.local ktadd -k /etc/krb5.keytab host/localhost
	} >"$folder/log" 2>&1
}

centre_listens() { grep -qE '^ *[0-9]+: [0-9A-F]+:0058 [0-9A-F]+:0000 0A' /proc/net/tcp; }

start_centre() {
	systemd-run --quiet --collect --unit=test-kdc --setenv=KRB5_KDC_PROFILE="$KRB5_KDC_PROFILE" krb5kdc -n &&
		wait_for 30 centre_listens
}

listens() { bash -c 'exec 3<>/dev/tcp/localhost/22' 2>/dev/null; }

# The daemon takes tickets, and passwords by way of PAM; the stack asks the centre, as Debian's package would have it.
use_centre() {
	printf '%s\n' 'GSSAPIAuthentication yes' 'GSSAPIStrictAcceptorCheck no' 'PasswordAuthentication yes' >"$daemon"
	systemctl restart ssh && pam-auth-update --enable krb5 && wait_for 30 listens
}

# What is asked in a session: where it is, whose tickets it has, what they are good for, and in which file they are.
# shellcheck disable=SC2016 # the session's
questions='readlink /proc/self/ns/mnt; klist | sed -n "s/^Default principal: //p"; kvno -q host/localhost && echo good; echo $KRB5CCNAME'

# tickets NAME SAID: of a session in the room of the sleeper.
tickets() {
	local name=$1 cache
	local -a said
	mapfile -t said <<<"$2"
	is "$name: in the room" "${said[0]-}" "${room%% *}"
	is "$name: the tickets are alice's" "${said[1]-}" alice@ROOM.TEST
	is "$name: and good for another" "${said[2]-}" good
	cache=${said[3]-}
	cache=${cache#FILE:}
	like "$name: they are in a file in /tmp" "$cache" '/tmp/krb5cc_*'
	is "$name: which is not there outside" "$(ls "$cache" 2>/dev/null)" ""
	is "$name: and goes with its session" "$(on alice "ls '$cache' 2>/dev/null")" ""
}

by_password() {
	SSH_ASKPASS=$askpass SSH_ASKPASS_REQUIRE=force timeout 180 setsid -w ssh -n -F none -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o PreferredAuthentications=password alice@localhost "$questions"
}

by_ticket() {
	KRB5CCNAME=FILE:$folder/client kinit alice <<<word-of-alice >/dev/null &&
		KRB5CCNAME=FILE:$folder/client timeout 180 ssh -n -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
			-o LogLevel=ERROR -o PreferredAuthentications=gssapi-with-mic -o GSSAPIAuthentication=yes \
			-o GSSAPIDelegateCredentials=yes alice@localhost "$questions"
}

# Whatever happened: the other tests' machine.
put_back() {
	end_sleepers 8661
	systemctl stop test-kdc
	cp -a "$folder"/pam.d/common-* /etc/pam.d/
	rm -rf "$folder" "$daemon" "$askpass" /etc/krb5.conf /etc/krb5.keytab
	systemctl restart ssh
	wait_for 30 listens
} 2>/dev/null

main() {
	trap put_back EXIT
	trap 'exit 1' TERM
	is_ok "kerberos: a centre is made" make_centre
	is_ok "kerberos: it starts" start_centre
	is_ok "kerberos: the machine uses it" use_centre
	is_ok "kerberos: roomctl check has nothing against it" roomctl check
	hold alice 8661 || return
	tickets "kerberos: a password" "$(by_password 2>&1)"
	tickets "kerberos: a ticket" "$(by_ticket 2>&1)"
	is "kerberos: a key brings none" "$(on alice 'klist -s || echo none')" none
}

main
