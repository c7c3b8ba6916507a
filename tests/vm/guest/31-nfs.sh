#!/bin/bash
# Homes on NFS, where root is nobody (root_squash): the room is made and joined as the user reaches them. While the server is
# away nobody hangs: who has a home there is refused in time, everybody else gets in.
# only: vm, because the server and the client are the kernel's.
# once: bookworm
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# Seconds that a login, or its refusal, may take in an emulated machine; a hung one takes for ever.
limit=60

start_server() { rpc.nfsd -N 3 2; }
stop_server() { rpc.nfsd 0; }
answers() { timeout 5 setpriv --reuid=erin --regid=erin --clear-groups ls /net/erin >/dev/null 2>&1; }

serve() {
	mkdir -p /srv/nfs /net
	modprobe nfsd
	mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd
	# Nothing can be opened until clients of a server that was here before had so many seconds.
	echo 10 >/proc/fs/nfsd/nfsv4leasetime
	echo 10 >/proc/fs/nfsd/nfsv4gracetime
	# And nothing is answered from memory while the server is away.
	exportfs -o rw,root_squash,fsid=0,no_subtree_check 127.0.0.1:/srv/nfs &&
		rpc.mountd -N 3 && start_server && mount -t nfs4 -o noac,lookupcache=none 127.0.0.1:/ /net && wait_for 60 answers
}

make_users() {
	local user
	for user in erin frank; do
		useradd -d "/net/$user" -s /bin/bash "$user"
		install -d -m 700 -o "$user" -g "$user" "/srv/nfs/$user" "/srv/nfs/$user/.ssh"
		install -m 600 -o "$user" -g "$user" "$TEST_RUN/key.pub" "/srv/nfs/$user/.ssh/authorized_keys"
	done
}

# in_time NAME BEGUN
in_time() {
	local took=$((SECONDS - $2))
	note "$1: $took s"
	if [ "$took" -lt "$limit" ]; then ok "$1: in time"; else not_ok "$1: in time" "it took $took s"; fi
}

# By su, which is root's: sshd would itself wait for the keys in such a home.
refused() {
	local begun=$SECONDS said
	said=$(timeout $((limit + 20)) su erin -c 'echo in' </dev/null 2>&1)
	like "$1: who has a home there is refused, and told" "$said" "*refused*"
	in_time "$1: refused" "$begun"
}

others_get_in() {
	local begun=$SECONDS mnt
	mnt=$(on carol 'readlink /proc/self/ns/mnt' 2>&1)
	like "$1: another one gets in" "$mnt" "mnt:*"
	isnt "$1: into a room" "$mnt" "$(readlink /proc/self/ns/mnt)"
	is "$1: root gets in" "$(on root echo in 2>&1)" in
	in_time "$1: both" "$begun"
}

no_room_of() { ! compgen -G "/run/pam_room/rooms/$(id -u "$1").*" >/dev/null; }

living() {
	like "nfs: root is nobody there" "$(ls /net/erin 2>&1)" "*Permission denied*"
	hold erin 8311 || return
	differs_in_all "nfs: a login is in a room" "$pid"
	is "nfs: the home is theirs" "$(on erin 'echo mine >file && cat file && stat -c %U . && ls /net')" $'mine\nerin\nerin'
	is "nfs: on the server it is, too" "$(stat -c '%U %s' /srv/nfs/erin/file)" "erin 5"
	is "nfs: su leads there as well" "$(su - erin -c 'pwd; readlink /proc/self/ns/mnt')" "/net/erin
${room%% *}"
	stop_server
	refused "nfs, a living room"
	others_get_in "nfs, a living room"
	start_server
	is_ok "nfs: it answers again" wait_for 90 answers
	is "nfs: and leads into that room" "$(on erin 'cat file; readlink /proc/self/ns/mnt')" "mine
${room%% *}"
	leave 8311
	loginctl terminate-user erin 2>/dev/null
	is_ok "nfs: the room ends" wait_for 60 no_room_of erin
}

without_a_room() {
	stop_server
	refused "nfs, no room yet"
	is_ok "nfs, no room yet: and nothing of it is left" wait_for 20 no_room_of erin
	others_get_in "nfs, no room yet"
	start_server
	is_ok "nfs: it answers once more" wait_for 90 answers
	is "nfs: and lets in" "$(on erin 'cat file')" mine
}

# Whatever happened: the other tests' machine.
put_back() {
	local user
	start_server
	wait_for 60 answers
	end_sleepers 8311
	for user in erin frank; do
		loginctl terminate-user "$user"
		wait_for 30 no_processes "$user"
	done
	umount /net || umount -l /net
	stop_server
	exportfs -ua
	pkill -x rpc.mountd
	umount /proc/fs/nfsd
	for user in erin frank; do userdel "$user"; done
	rm -rf /srv/nfs /net
} 2>/dev/null

main() {
	trap put_back EXIT
	trap 'exit 1' TERM
	make_users
	is_ok "nfs: a server serves" serve
	living
	without_a_room
}

main
