#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# roomctl enable, disable and check on trees laid out like Debian 12, Debian 13 and Fedora. Nothing
# outside a temporary directory is touched, and no privilege is needed. Output: TAP.
set -u

: "${ROOMCTL:?the roomctl binary}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
n=0
failed=0

# result STATUS NAME: one TAP line; what roomctl said last goes with a failure.
result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$dir/said" 2>/dev/null
		failed=1
	fi
}

# ctl CODE VERB ARGS: runs roomctl on the tree $root; true when it exits with CODE.
ctl() {
	want=$1 verb=$2
	shift 2
	"$ROOMCTL" "$verb" --root "$root" "$@" >"$dir/said" 2>&1
	[ $? -eq "$want" ]
}

said() {
	grep -q -- "$1" "$dir/said"
}

# The whole tree, names, modes, links and contents, in one text.
picture() {
	(cd "$root" && find . | sort | while read -r path; do
		# shellcheck disable=SC2012
		ls -ld "$path" | awk '{ print $1, $3, $4 }'
		echo "$path"
		if [ -L "$path" ]; then readlink "$path"; elif [ -f "$path" ]; then cksum <"$path"; fi
	done)
}

unchanged() {
	picture | cmp -s - "$dir/before"
}

# put PATH: a file of the tree from standard input.
put() {
	mkdir -p "$root/${1%/*}"
	cat >"$root/$1"
}

new_tree() {
	root=$dir/$1
	rm -rf "$root"
	mkdir -p "$root/etc/pam.d" "$root/etc/systemd/system"
}

new_debian() {
	new_tree "$1"
	echo '[Service]' | put usr/lib/systemd/system/user@.service
	echo '[Service]' | put lib/systemd/system/atd.service
	put etc/pam.d/common-session <<-'END'
		session	[default=1]			pam_permit.so
		session	requisite			pam_deny.so
		session	required			pam_permit.so
		session	required	pam_unix.so
		session	optional	pam_systemd.so
	END
	grep -v systemd "$root/etc/pam.d/common-session" |
		put etc/pam.d/common-session-noninteractive
	echo 'auth required pam_unix.so' | put etc/pam.d/common-auth
	echo 'account required pam_unix.so' | put etc/pam.d/common-account
	put etc/pam.d/sshd <<-'END'
		# PAM configuration for the Secure Shell service
		@include common-auth
		account    required     pam_nologin.so
		@include common-account
		session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close
		session    required     pam_loginuid.so
		session    optional     pam_keyinit.so force revoke
		@include common-session
		session    optional     pam_motd.so  motd=/run/motd.dynamic
		session    required     pam_limits.so
		session    required     pam_env.so # [1]
	END
	put etc/pam.d/su <<-'END'
		auth       sufficient pam_rootok.so
		session    required   pam_limits.so
		@include common-auth
		@include common-account
		@include common-session
	END
	put etc/pam.d/su-l <<-'END'
		#%PAM-1.0
		auth		include		su
		account		include		su
		session		optional	pam_keyinit.so force revoke
		session		include		su
	END
	put etc/pam.d/sudo <<-'END'
		session    required   pam_limits.so
		@include common-session-noninteractive
	END
	put etc/pam.d/cron <<-'END'
		session    required     pam_loginuid.so
		@include common-session-noninteractive
		session    required   pam_limits.so
	END
	printf '@include common-session\nsession optional pam_lastlog.so' | put etc/pam.d/login
	chmod 640 "$root/etc/pam.d/cron"
}

systemd_user() {
	cat <<-'END'
		# Used by systemd --user instances.
		@include common-account
		session  required pam_loginuid.so
		@include common-session-noninteractive
		session  optional pam_systemd.so
	END
}

new_debian12() {
	new_debian debian12
	systemd_user | put etc/pam.d/systemd-user
}

new_debian13() {
	new_debian debian13
	systemd_user | put usr/lib/pam.d/systemd-user
}

new_fedora() {
	new_tree fedora
	echo '[Service]' | put usr/lib/systemd/system/user@.service
	echo '[Service]' | put usr/lib/systemd/system/atd.service
	put etc/authselect/system-auth <<-'END'
		auth        sufficient    pam_unix.so
		session     optional      pam_keyinit.so revoke
		session     required      pam_limits.so
		-session    optional      pam_systemd.so
		session     [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
		session     required      pam_unix.so
	END
	ln -s /etc/authselect/system-auth "$root/etc/pam.d/system-auth"
	put etc/pam.d/postlogin <<-'END'
		session optional      pam_umask.so silent
		session [success=1 default=ignore] pam_succeed_if.so service !~ gdm* service !~ su* quiet
		session [default=1]   pam_lastlog.so nowtmp showfailed
		session optional      pam_lastlog.so silent noupdate showfailed
	END
	for service in sshd login remote; do
		put "etc/pam.d/$service" <<-'END'
			#%PAM-1.0
			auth       substack     system-auth
			session    required     pam_selinux.so close
			session    required     pam_loginuid.so
			session    include      system-auth
			session    include      postlogin
		END
	done
	printf 'auth sufficient pam_rootok.so\nsession include system-auth\nsession include postlogin\n' |
		put etc/pam.d/su
	printf 'session optional pam_keyinit.so force revoke\nsession include su\n' | put etc/pam.d/su-l
	printf 'session substack system-auth\n' | put etc/pam.d/sudo
	printf 'session optional pam_keyinit.so\nsession include sudo\n' | put etc/pam.d/sudo-i
	printf 'session required pam_loginuid.so\nsession include system-auth\n' | put etc/pam.d/crond
	printf 'session required pam_loginuid.so\nsession include system-auth\n' |
		put usr/lib/pam.d/systemd-user
}

# authselect(8) writes its own files anew, by another profile or after a change of one. The lines are in files that are not its.
test_authselect() {
	new_fedora
	ctl 0 enable
	result $? "authselect: enable"
	put etc/authselect/system-auth <<-'END'
		auth        sufficient    pam_sss.so forward_pass
		session     required      pam_limits.so
		-session    optional      pam_systemd.so
		session     optional      pam_sss.so
	END
	ctl 0 check && ! said problem && said 'ok: sshd'
	result $? "authselect: another profile is selected, check finds all in order"
	grep -q pam_room "$root/etc/authselect/system-auth" "$root/etc/pam.d/postlogin"
	[ $? -eq 1 ]
	result $? "authselect: no file of its has our line"
	printf 'session optional pam_keyinit.so revoke\n' >>"$root/etc/authselect/system-auth"
	ctl 0 check && said 'ok: sshd'
	result $? "authselect: nor does a feature matter, wherever it stands"
	ctl 0 disable && [ "$(tail -n 1 "$root/etc/authselect/system-auth")" = 'session optional pam_keyinit.so revoke' ]
	result $? "authselect: disable leaves its files alone"
}

# counts SERVICE N: the file has N lines with our module.
counts() {
	[ "$(grep -c '^session required pam_room.so$' "$root/etc/pam.d/$1")" -eq "$2" ]
}

round_trip() {
	"new_$1"
	picture >"$dir/before"
	ctl 1 check && said 'problem: no login leads into a room yet' && [ "$(wc -l <"$dir/said")" -eq 1 ]
	result $? "$1: check finds that nothing is wired, in one line"
	ctl 0 enable --dry-run && said 'would change: /etc/pam.d/sshd' && unchanged
	result $? "$1: --dry-run tells and changes nothing"
	grep '^would change' "$dir/said" >"$dir/order"
	head -n 1 "$dir/order" | grep -q 50-pam_room.conf && tail -n 1 "$dir/order" | grep -q pam.d/sshd
	result $? "$1: the drop-in is first, sshd is last"
	ctl 0 enable
	result $? "$1: enable"
	ctl 0 check && ! said problem
	result $? "$1: check finds all in order"
	for service in sshd login su sudo systemd-user; do
		[ "$(tail -n 3 "$root/etc/pam.d/$service" | head -n 1)" != '' ] &&
			[ "$(tail -n 1 "$root/etc/pam.d/$service")" = '# pam_room: end' ] &&
			counts $service 1
		result $? "$1: the block stands at the end of $service"
	done
	counts su-l 0
	result $? "$1: su-l has the line through su only"
	grep -q '^ExecStart=/.*/room-helper user-manager$' \
		"$root/etc/systemd/system/user@.service.d/50-pam_room.conf"
	result $? "$1: the drop-in starts managers through the helper"
	grep -qxF 'Upholds=pam_room-at.path' "$root/etc/systemd/system/atd.service.d/50-pam_room.conf"
	result $? "$1: the drop-in has atd told of new jobs"
	find "$root" -name '.*pam_room*' | grep . >"$dir/said"
	[ $? -eq 1 ]
	result $? "$1: no temporary file is left"
	picture >"$dir/wired"
	ctl 0 enable && ! said changed && picture | cmp -s - "$dir/wired"
	result $? "$1: a second enable changes nothing"
	ctl 0 disable --dry-run && said 'would change' && picture | cmp -s - "$dir/wired"
	result $? "$1: disable --dry-run changes nothing"
	ctl 0 disable && unchanged
	result $? "$1: disable restores every byte and mode"
	ctl 0 disable && ! said changed && unchanged
	result $? "$1: a second disable changes nothing"
}

test_vendor() {
	new_debian13
	picture >"$dir/before"
	ctl 0 enable && said 'systemd-user: copied from'
	result $? "a vendor file is copied first"
	echo '# an upgrade' >>"$root/usr/lib/pam.d/systemd-user"
	ctl 1 check && said 'usr/lib/pam.d/systemd-user has changed since'
	result $? "check finds a copy that an upgrade left behind"
	ctl 0 disable && [ ! -e "$root/etc/pam.d/systemd-user" ]
	result $? "a copy that nobody changed goes, whatever the vendor did"
	ctl 0 enable && sed -i '1i# mine' "$root/etc/pam.d/systemd-user" && ctl 0 disable &&
		grep -q '^# mine' "$root/etc/pam.d/systemd-user" && counts systemd-user 0
	result $? "a copy that somebody changed stays, without the line"
}

test_refusals() {
	new_debian12
	mv "$root/etc/pam.d/sshd" "$root/etc/sshd.real"
	ln -s ../sshd.real "$root/etc/pam.d/sshd"
	picture >"$dir/before"
	ctl 1 enable && said 'sshd is a symbolic link' && unchanged
	result $? "a symbolic link is refused by name and nothing changed"

	new_debian12
	mkdir "$root/etc/pam.d/.sshd.pam_room-new"
	picture >"$dir/before"
	ctl 1 enable && said 'as it was before' && unchanged
	result $? "a write that fails at the last file is taken back everywhere"

	new_debian12
	sed -i 's/^session.*pam_loginuid/session sufficient pam_x.so\n&/' "$root/etc/pam.d/sshd"
	picture >"$dir/before"
	ctl 1 enable && said "pam_x.so 'sufficient' can skip" && unchanged
	result $? "enable refuses a stack in which a login could miss the line"

	new_debian12
	# shellcheck disable=SC1003
	printf 'session required pam_unix.so \\' | put etc/pam.d/cron
	picture >"$dir/before"
	ctl 1 enable && unchanged
	result $? "enable refuses a file that ends in a continued line"

	new_debian12
	ctl 0 enable && sed -i '/pam_room: end/d' "$root/etc/pam.d/su"
	picture >"$dir/before"
	ctl 1 disable && said 'su: the pam_room marks in it are torn' && unchanged
	result $? "disable refuses torn marks and changes nothing"
}

test_mending() {
	new_debian12
	ctl 0 enable && echo 'session required pam_limits.so' >>"$root/etc/pam.d/sshd"
	ctl 1 check && said 'pam_limits.so comes after pam_room.so'
	result $? "check finds a line that was added behind the block"
	ctl 0 enable && said 'changed: /etc/pam.d/sshd' && ctl 0 check && counts sshd 1
	result $? "enable moves the block to the end again"
	new_debian12
	ctl 0 enable && echo 'session optional pam_warn.so' >>"$root/etc/pam.d/login" && ctl 0 disable &&
		[ "$(tail -n 2 "$root/etc/pam.d/login" | wc -l)" -eq 2 ] && counts login 0
	result $? "disable keeps lines that were added behind the block on lines of their own"
	printf 'session required pam_room.so\n' >>"$root/etc/pam.d/cron"
	ctl 0 enable && said 'note: cron' && counts cron 1
	result $? "a line written by hand is left alone"
}

put_sub() {
	printf 'session sufficient pam_a.so\nsession required pam_b.so\n' | put etc/pam.d/sub
}

# finds NAME TEXT: check says TEXT of a cron file from standard input.
finds() {
	new_tree one
	put etc/pam.d/cron
	put_sub
	half_wired
	ctl 1 check && said "$2"
	result $? "check finds $1"
}

# A service that lacks the line is told when another has it, or the drop-in is there.
half_wired() {
	echo | put etc/systemd/system/user@.service.d/50-pam_room.conf
}

# accepts NAME: check finds nothing wrong in a cron file from standard input.
accepts() {
	new_tree one
	put etc/pam.d/cron
	put_sub
	ctl 0 check
	result $? "check accepts $1"
}

test_judgement() {
	line='session required pam_room.so'
	finds 'a missing line' 'is not in the session stack' <<-END
		session required pam_unix.so
		#$line
		auth required pam_room.so
	END
	finds 'a line swallowed by a continued one' 'is not in the session stack' <<-END
		session required pam_unix.so \\
		# a comment
		$line
	END
	finds 'a doubled line' 'is there 2 times' <<-END
		$line
		$line
	END
	for module in limits env mail motd selinux loginuid keyinit systemd umask foreign; do
		finds "pam_$module behind it" "cron:2: pam_$module.so comes after .*: move that line to the end" <<-END
			$line
			session optional pam_$module.so
		END
	done
	finds 'sufficient before it' "'sufficient' can skip" <<-END
		session sufficient pam_a.so
		$line
	END
	finds 'done before it' 'can skip' <<-END
		session [success=done default=ignore] pam_a.so
		$line
	END
	finds 'a jump over it' 'can skip' <<-END
		session [success=ok default = 2] pam_a.so
		session required pam_b.so
		$line
	END
	finds 'an optional line' "is 'optional'" <<-END
		session optional pam_room.so
	END
	finds 'a silent line' "'-session'" <<-END
		-$line
	END
	finds 'an unknown option' 'only option is debug' <<-END
		$line debug verbose
	END
	finds 'an include that is not there' 'not there' <<-END
		session include nowhere
		$line
	END
	finds 'an endless include' 'too deep' <<-END
		session include cron
		$line
	END
	finds 'a line that is none' 'no line of a PAM stack' <<-END
		sesion required pam_unix.so
		$line
	END
	accepts 'a jump that ends before it' <<-END
		session [default=1] pam_permit.so
		session requisite pam_deny.so
		$line debug
	END
	accepts 'sufficient in a substack before it' <<-END
		session substack sub
		session [default=1] pam_a.so
		session substack sub
		SESSION Requisite /lib/security/pam_room.so # why not
	END
	finds 'sufficient in an included file' 'sub:1: .*can skip' <<-END
		session include sub
		$line
	END
}

test_doors() {
	new_debian12
	cp "$root/etc/pam.d/login" "$root/etc/pam.d/vsftpd"
	cp "$root/etc/pam.d/login" "$root/etc/pam.d/runuser"
	cp "$root/etc/pam.d/login" "$root/etc/pam.d/login.dpkg-old"
	echo 'password required pam_unix.so' | put etc/pam.d/only-passwords
	cp "$root/etc/pam.d/login" "$root/etc/pam.d/by-hand"
	printf '\nsession required pam_room.so\n' >>"$root/etc/pam.d/by-hand"
	ctl 0 enable && ctl 0 check
	result $? "another service without the line is no problem"
	said '^note: vsftpd: pam_room.so is not in'
	result $? "it is told as a door"
	! said runuser && ! said dpkg-old && ! said only-passwords && ! said ': common-'
	result $? "what is no door is not told"
	said '^ok: by-hand: '
	result $? "a service with the line is judged like the rest"
	echo 'session optional pam_limits.so' >>"$root/etc/pam.d/by-hand"
	ctl 1 check && said '^problem: by-hand: .*pam_limits.so comes after'
	result $? "and its mistakes are problems"
	mkdir -p "$root/usr/lib/pam.d"
	cp "$root/etc/pam.d/vsftpd" "$root/usr/lib/pam.d/remote-desktop"
	ctl 1 check && said '^note: remote-desktop: '
	result $? "a vendor's file counts too"
}

# imports TEXT...: roomctl import of $root's files prints these.
imports() {
	(cd "$root/etc" && "$ROOMCTL" import namespace.conf capability.conf) >"$dir/said" 2>"$dir/complaints" || return 1
	for text; do
		grep -qxF -- "$text" "$dir/said" || return 1
	done
}

test_import() {
	new_tree import
	put etc/namespace.conf <<-'END'
		# as shipped
		/tmp     /tmp-inst/         level      root,adm
		/var/tmp /var/tmp/tmp-inst/ tmpfs:mntopts=size=2g,nosuid,mode=1777:noinit root,adm
		$HOME    $HOME/$USER.inst/  context
	END
	put etc/capability.conf <<-'END'
		cap_net_raw,^cap_net_admin user1 @net
		12,!cap_chown  "x joe # 12 is net_admin
		CAP_SYS_MODULE ann
		none *
	END
	imports '  imported: { walls = "glass"; tmp: { size = "2G"; }; };' '  { user = [ "adm" ]; room = "outside"; },' \
		'  { uid = "1000-"; room = "imported"; }' && [ "$(grep -c '"adm"' "$dir/said")" -eq 1 ]
	result $? "import: directories of pam_namespace become a room"
	imports '  line1: { walls = "glass"; capabilities: { inheritable = [ "net_admin", "net_raw" ]; }; };' \
		'  { user = [ "user1" ]; room = "line1"; },' '  { group = [ "net" ]; room = "line1"; },' \
		'  line2: { walls = "glass"; capabilities: { bounding = [ "-chown" ]; inheritable = [ "net_admin" ]; }; };' \
		'  line3: { walls = "glass"; capabilities: { bounding = [ "+sys_module" ]; inheritable = [ "sys_module" ]; }; };'
	result $? "import: lines of pam_cap become rooms"
	imports "# lost: namespace.conf:2: 'level': a room's directories are the user's, at any SELinux level" \
		"# lost: namespace.conf:3: the mount option 'mode=1777'" "# lost: capability.conf:2: the name '\"x'" &&
		grep -q "^# lost: namespace.conf:4: '\$HOME' of one's own" "$dir/said" &&
		grep -q "^# lost: capability.conf:1: '^cap_net_admin': a room gives no ambient" "$dir/said" &&
		grep -q '5 meanings are lost' "$dir/complaints"
	result $? "import: what is lost is told with its line"
	cp "$dir/said" "$dir/draft.conf"
	"$ROOMCTL" check "$dir/draft.conf" >"$dir/said" 2>&1 && said '^ok: '
	result $? "import: what it prints is a policy"
	printf '/tmp /tmp-inst/ user ~ann\n' | put etc/namespace.conf
	printf 'cap_kill *\n' | put etc/capability.conf
	imports '  { user = [ "ann" ]; room = "imported"; },' '  { room = "outside"; }' '  { uid = "1000-"; room = "line1"; },'
	result $? "import: only some, and everybody"
	"$ROOMCTL" import "$root/etc/pam.d" >"$dir/said" 2>&1
	[ $? -eq 2 ]
	result $? "import: a file that is neither is wrong usage"
}

# Every service without a file of its own.
test_other() {
	new_debian12
	printf '@include common-session\n' | put etc/pam.d/other
	ctl 0 enable && [ "$(tail -n 1 "$root/etc/pam.d/other")" = '# pam_room: end' ] && ctl 0 check && said '^ok: other: '
	result $? "a service without a file is led inside"
	printf '@include common-session\n' | put etc/pam.d/other
	ctl 1 check && said '^problem: other: '
	result $? "and where it is not, that is a problem"
}

test_usage() {
	root=$dir
	ctl 2 enable --nonsense && ctl 2 check extra
	result $? "wrong words are wrong usage"
	root=$dir/nowhere
	ctl 1 enable && ctl 3 check
	result $? "a tree that is not there"
	"$ROOMCTL" >/dev/null 2>"$dir/said"
	[ $? -eq 2 ] && "$ROOMCTL" --help | grep -q enable && "$ROOMCTL" --version | grep -q '^roomctl '
	result $? "no verb, --help and --version"
	for word in -h --help; do
		"$ROOMCTL" check $word | grep -q '^usage: ' || break
	done && "$ROOMCTL" help | grep -q '^usage: '
	result $? "help is found where people look for it"
	new_debian12
	printf 'sess\033[31m"ion required x\n' | put etc/pam.d/cron
	mv "$root/etc/pam.d/common-session" "$root/etc/pam.d/$(printf 'common\033')"
	sed -i "s/common-session\$/$(printf 'common\033')/" "$root/etc/pam.d/sshd"
	half_wired
	ctl 1 check && said 'cron' && ! grep -q "$(printf '\033')" "$dir/said"
	result $? "no control byte reaches the terminal"
	"$ROOMCTL" --json check --root "$root" >"$dir/said"
	[ $? -eq 1 ] && ! grep -q "$(printf '\033')" "$dir/said" && said '"exit": 1}' &&
		said '{"kind": "problem", "text": "'
	result $? "check prints JSON"
	"$ROOMCTL" check --root "$root" --json | cmp -s - "$dir/said"
	result $? "--json may stand anywhere"
}

round_trip debian12
round_trip debian13
round_trip fedora
test_authselect
test_vendor
test_refusals
test_mending
test_judgement
test_doors
test_import
test_other
test_usage
echo "1..$n"
exit $failed
