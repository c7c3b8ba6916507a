# shellcheck shell=bash
# What every machine gets before its tests: the product, and users.

# The trees were made with --prefix=/usr, where /lib may be a link here and a folder there.
install_product() {
	[ -n "$(ls -A /payload/root)" ] || { note "no product in the payload: its tests have to fail"; return 0; }
	tar -C /payload/root -cf - . | tar -C / -xpf - --keep-directory-symlink --no-overwrite-dir
	mkdir -p /etc/pam_room
	cp /payload/guest/room.conf /etc/pam_room/room.conf
	chmod 644 /etc/pam_room/room.conf
}

# One key of root's opens every account.
make_users() {
	local user home
	ssh-keygen -q -t ed25519 -N '' -f "$TEST_RUN/key"
	for user in alice bob carol; do
		useradd --create-home --shell /bin/bash "$user"
	done
	for user in root alice bob carol; do
		home=$(getent passwd "$user" | cut -d: -f6)
		install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
		install -m 600 -o "$user" -g "$user" "$TEST_RUN/key.pub" "$home/.ssh/authorized_keys"
	done
}
