#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Ordinary work at each preset, with the programs that people use. What a wall takes away is named here and in doc/walls.md;
# all else works as it does outside. node and java are tried where they are installed.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# A package to download, without any network: for apt-get(8) a folder is as good.
repository() {
	local dir=/srv/repository
	mkdir -p "$dir/hello/DEBIAN"
	printf '%s\n' 'Package: room-hello' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
		'Description: nothing' >"$dir/hello/DEBIAN/control"
	dpkg-deb -b "$dir/hello" "$dir/hello.deb" >/dev/null
	{
		cat "$dir/hello/DEBIAN/control"
		echo "Filename: ./hello.deb"
		echo "Size: $(stat -c %s "$dir/hello.deb")"
		echo "SHA256: $(sha256sum "$dir/hello.deb" | cut -d' ' -f1)"
	} >"$dir/Packages"
	echo "deb [trusted=yes] file:$dir ./" >"$dir/sources.list"
}

# What bob does, one line of result for each: "NAME yes" or "NAME no: why".
work() {
	cat <<-'END'
		try() {
			local name=$1 said
			shift
			if said=$(eval "$*" 2>&1 </dev/null); then echo "$name yes"; else echo "$name no: ${said##*$'\n'}"; fi
		}
		rm -rf ~/trial && mkdir ~/trial && cd ~/trial || exit
		for one in a b c d; do echo "int $one(void) { return 0; }" >$one.c; done
		echo 'int main(void) { return 0; }' >main.c
		printf 'OBJECTS = a.o b.o c.o d.o main.o\nCFLAGS = -g\nmain: $(OBJECTS)\n\tgcc -g -o $@ $(OBJECTS)\n' >Makefile
		try make 'make -j4 && ./main'
		try git 'git init -q r && cd r && git config user.email b@b && git config user.name b && git add -A . &&
			git commit -q --allow-empty -m one && git clone -q . ../clone && git gc -q'
		try gdb 'gdb -q -batch -ex "break main" -ex run -ex bt ./main | grep -q "^#0 *main"'
		try strace 'strace -f -o trace sh -c "true; true" && grep -q execve trace'
		try python 'echo "
		import multiprocessing as m
		if __name__ == \"__main__\":
		    for kind in \"fork\", \"spawn\", \"forkserver\":
		        with m.get_context(kind).Pool(2) as pool: assert pool.map(abs, [-1, 2]) == [1, 2]
		" | tail -n +2 | sed "s/^\t*//" >pool.py; /usr/bin/python3 pool.py'
		try tmux 'tmux -L work new-session -d "sleep 60" && tmux -L work ls && tmux -L work kill-server'
		try rsync 'rsync -a r/ copy/ && test -d copy/.git'
		mkdir -p pages/man1 && printf '.TH TRIAL 1\n.SH NAME\ntrial \\- a page of one word: vestibule\n' >pages/man1/trial.1
		try man 'man -M $PWD/pages -P cat trial | grep -q vestibule'
		try apt 'mkdir -p apt/lists/partial && apt-get -qq -o Dir::Etc::sourcelist=/srv/repository/sources.list \
			-o Dir::Etc::sourceparts=/none -o Dir::State=$PWD/apt -o Dir::Cache=$PWD/apt update &&
			apt-get -qq -o Dir::Etc::sourcelist=/srv/repository/sources.list -o Dir::Etc::sourceparts=/none \
			-o Dir::State=$PWD/apt -o Dir::Cache=$PWD/apt download room-hello && ls *.deb'
		try ssh 'ssh $SSH_OPTIONS "$USER@127.0.0.1" true'
		try sftp 'echo "put main.c sent" >batch && sftp -q -b batch $SSH_OPTIONS "$USER@127.0.0.1" && cmp main.c ~/sent'
		try sudo 'test "$(sudo -n id -u)" = 0'
		try bwrap 'bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all true'
		try sshfs 'mkdir -p far && sshfs $SSHFS_OPTIONS "$USER@127.0.0.1:trial" far && test -e far/main.c && fusermount3 -u far'
		if [ -x /usr/bin/node ]; then
			try node 'node -e "require(\"child_process\").execSync(\"true\"); new (require(\"worker_threads\").Worker)(\"1\", { eval: true })"'
		fi
		if [ -x /usr/bin/java ]; then
			try java 'echo "class A { public static void main(String[] a) throws Exception {
				Thread t = new Thread(() -> {}); t.start(); t.join(); Runtime.getRuntime().exec(\"true\").waitFor(); } }" >A.java &&
				java A.java'
		fi
		rm -rf ~/trial ~/sent
	END
}

# at WALLS [NAME...]: everything works but these.
at() {
	local walls=$1 said name closed
	shift
	policy <<-END
		version = 1;
		rooms: { work-$walls: { walls = "$walls"; linger = "none"; }; };
		assign: ( { user = "bob"; room = "work-$walls"; } );
	END
	said=$({
		echo "SSH_OPTIONS='-F none -oPort=$port -i $key -oBatchMode=yes -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oLogLevel=ERROR'"
		echo "SSHFS_OPTIONS='-F none -o port=$port,IdentityFile=$key,BatchMode=yes,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null'"
		work
	} | feed bob 'cat >script; bash script; rm script' 2>&1)
	while read -r name closed; do
		case " $* " in
		*" $name "*) like "$walls: $name is what the wall takes away" "$closed" 'no:*' ;;
		*) is "$walls: $name" "$closed" yes ;;
		esac
	done <<<"$said"
	is "$walls: all of it was tried" "$(grep -cE '^[a-z]+ (yes|no: )' <<<"$said")" "$tried"
}

begin
repository
tried=14
for program in node java; do
	if [ -x "/usr/bin/$program" ]; then tried=$((tried + 1)); else note "$program is not installed, and not tried"; fi
done
# As udev leaves it on a host.
chmod 666 /dev/fuse
key=/home/bob/.key
install -m 600 -o bob "$STAGE/key" "$key"
echo 'bob ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/work
at glass
at brick sudo bwrap sshfs
# Without a network nothing goes to another machine, and the loopback is the room's.
at concrete ssh sftp sudo bwrap sshfs
rm -rf /srv/repository /etc/sudoers.d/work "$key"
finish work
