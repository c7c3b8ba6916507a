# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# The stage: this machine once more, in mount and pid namespaces of its own, where the product is installed, users are
# added and a real sshd runs while the machine itself stays as it is. Used by tests/host/run and by ./try.
# Outside: stage_build, stage_run. Everything else is for the process that stage_run starts.

STAGE=/var/lib/pam_room-stage
stage_pid=

stage_die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# --- outside --------------------------------------------------------------------------------------------------------

# stage_build TOP DIR: copies the source to DIR and builds it there.
stage_build() {
	tree_copy "$1" "$2"
	(
		cd "$2" || exit 1
		[ configure -nt configure.ac ] || ./autogen.sh || exit 1
		[ config.status -nt configure ] ||
			./configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var || exit 1
		make -s -j"$(nproc)"
	)
}

# stage_run COMMAND...: runs it as process 1 of the stage and waits. When it ends, for whatever reason, the kernel ends
# everything that runs there. Signals: a background job of this shell would ignore INT, and all its children too.
stage_run() {
	local status=0 name knobs=()
	# Whose product it is; how many of a thing, for the tests that can do many.
	for name in ROOM_INSTALLED ROOM_MASS_OPENS ROOM_MASS_LOGINS ROOM_RACES; do
		[ -z "${!name-}" ] || knobs+=("$name=${!name}")
	done
	env -i --default-signal=INT,QUIT,PIPE PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 TERM="${TERM-dumb}" "${knobs[@]}" \
		unshare --mount --propagation private --pid --ipc --fork --kill-child --mount-proc "$@" <&0 &
	stage_pid=$!
	trap 'stage_stop; exit 130' INT TERM HUP
	wait "$stage_pid" || status=$?
	trap - INT TERM HUP
	stage_pid=
	return "$status"
}

# Process 1 first: unshare(1) then returns when the kernel has ended all the others.
stage_stop() {
	[ -n "$stage_pid" ] || return 0
	pkill -KILL -P "$stage_pid" 2>/dev/null || kill -KILL "$stage_pid" 2>/dev/null || true
	wait "$stage_pid" 2>/dev/null || true
	stage_pid=
}

# --- the place ------------------------------------------------------------------------------------------------------

# stage_overlay LOWER PLACE: what is written to PLACE from now on goes to memory.
stage_overlay() {
	local name=${2//\//_}
	mkdir -p "/mnt/up/$name" "/mnt/scratch/$name"
	chmod --reference="$1" "/mnt/up/$name"
	chown --reference="$1" "/mnt/up/$name"
	mount -t overlay -o "lowerdir=$1,upperdir=/mnt/up/$name,workdir=/mnt/scratch/$name" overlay "$2"
}

# stage_cover TREE...: lays the stage over the machine. The trees stay reachable, even from /tmp or a mount of their own.
stage_cover() {
	local dir tree n=0
	mount -t tmpfs -o mode=0700 tmpfs /mnt
	mkdir /mnt/pts
	mount --bind /dev/pts /mnt/pts
	for tree in "$@"; do
		n=$((n + 1))
		mkdir -p "/mnt/tree/$n"
		mount --bind "$tree" "/mnt/tree/$n"
	done
	for dir in /etc /usr /bin /sbin /lib /lib64 /var /home /root /opt /srv /dev; do
		[ ! -d "$dir" ] || [ -L "$dir" ] || stage_overlay "$dir" "$dir"
	done
	mount --move /mnt/pts /dev/pts
	stage_fresh
	n=0
	for tree in "$@"; do
		n=$((n + 1))
		[ -n "$(ls -A "$tree" 2>/dev/null)" ] && continue
		mkdir -p "$tree"
		stage_overlay "/mnt/tree/$n" "$tree"
	done
	# The overlays hold what they need of it.
	umount -R -l /mnt
	# As systemd leaves a host: what is mounted somewhere shows wherever a peer of it is.
	mount --make-rshared /
	mkdir -p "$STAGE"
}

stage_fresh() {
	mount -t tmpfs -o mode=0755 tmpfs /run
	mkdir -p /run/sshd /run/lock /run/user /run/mount /dev/shm
	chmod 1777 /run/lock
	install -m 664 -g utmp /dev/null /run/utmp
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	mount -t tmpfs -o mode=1777 tmpfs /dev/shm
}

# --- what runs in it ------------------------------------------------------------------------------------------------

# A listener instead of a syslog daemon: one line per message in $STAGE/syslog.
stage_syslog() {
	rm -f /dev/log
	# shellcheck disable=SC2016
	perl -MSocket -e '
		socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un("/dev/log")) or die "/dev/log: $!";
		chmod 0666, "/dev/log";
		open(F, ">>", $ARGV[0]) or die;
		while (defined recv(S, $m, 65536, 0)) {
			$m =~ s/[\n\0]+$//;
			$m =~ s/\n/\\n/g;
			syswrite F, "$m\n";
		}' "$STAGE/syslog" </dev/null >/dev/null &
	until [ -S /dev/log ]; do sleep 0.05; done
}

# stage_users NAME...: people with a home. The host's own accounts remain, and none of its people comes in here.
stage_users() {
	local user
	rm -rf /etc/cron.d/* /var/spool/cron/crontabs/* /etc/update-motd.d/*
	: >/etc/motd
	: >/etc/crontab
	for user in "$@"; do
		useradd -m -s /bin/bash "$user" || return 1
	done
}

stage_free_port() {
	perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
		print +(sockaddr_in(getsockname S))[0]'
}

# The distribution's sshd on a free loopback port, with one key that opens every account here.
stage_sshd() {
	local port
	port=$(stage_free_port)
	ssh-keygen -q -t ed25519 -N '' -f "$STAGE/host_key"
	ssh-keygen -q -t ed25519 -N '' -C stage -f "$STAGE/key"
	install -m 644 "$STAGE/key.pub" /etc/ssh/stage_authorized_keys
	cat >"$STAGE/sshd_config" <<-END
		Port $port
		ListenAddress 127.0.0.1
		HostKey $STAGE/host_key
		PidFile $STAGE/sshd.pid
		AuthorizedKeysFile /etc/ssh/stage_authorized_keys
		UsePAM yes
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin prohibit-password
		PrintMotd no
		UseDNS no
		X11Forwarding yes
		AcceptEnv LANG LC_*
		MaxStartups 200:30:300
		MaxSessions 100
		Subsystem sftp $(stage_sftp_server)
		Subsystem internal internal-sftp
	END
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$STAGE/host_key.pub")" >"$STAGE/known_hosts"
	echo "$port" >"$STAGE/port"
	/usr/sbin/sshd -f "$STAGE/sshd_config" || return 1
	until [ -s "$STAGE/sshd.pid" ]; do sleep 0.05; done
}

stage_sftp_server() {
	local file
	for file in /usr/lib/openssh/sftp-server /usr/libexec/openssh/sftp-server /usr/lib/ssh/sftp-server; do
		[ ! -x "$file" ] || break
	done
	echo "$file"
}

# stage_install BUILD: as an administrator would.
stage_install() {
	make -s -C "$1" install DESTDIR= >"$STAGE/install.log" 2>&1 || {
		tail -n 20 "$STAGE/install.log" >&2
		return 1
	}
}

# The PAM services lead into rooms from here on.
stage_wire() {
	roomctl enable >"$STAGE/enable.log" 2>&1 || {
		cat "$STAGE/enable.log" >&2
		return 1
	}
}

# How to come in over ssh: the words between "ssh" and the user.
# shellcheck disable=SC2034
stage_ssh_options() {
	local port
	port=$(cat "$STAGE/port")
	ssh_options=(-F none -o "Port=$port" -i "$STAGE/key" -o IdentitiesOnly=yes -o BatchMode=yes
		-o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$STAGE/known_hosts" -o ControlMaster=no
		-o ControlPath=none -o LogLevel=ERROR -o ConnectTimeout=60)
}
