#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# ssh -Y: a program in the room reaches the display of whoever logs in, with the cookie that sshd has put into the home, in a
# room with the host's network and in rooms with one of their own. A listener that knows the X protocol's first message stands
# for the X server.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

display=$((1000 + RANDOM % 9000))
cookie=$(head -c 16 /dev/urandom | od -An -vtx1 | tr -d ' \n')

# Says who came with which cookie: right or wrong.
x_server() {
	mkdir -p /tmp/.X11-unix
	# shellcheck disable=SC2016
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) && listen(S, 9) or die $!;
		while (accept(C, S)) {
			sysread C, my $hello, 48;
			syswrite C, unpack("H*", substr($hello, 32)) eq $ARGV[1] ? "right\n" : "wrong\n";
			close C;
		}' "/tmp/.X11-unix/X$display" "$cookie" &
	server=$!
	wait_for 10 [ -S "/tmp/.X11-unix/X$display" ]
	export XAUTHORITY=$STAGE/display
	xauth -q add ":$display" . "$cookie" 2>/dev/null
}

# What runs in the session: the first message, as every X client sends it.
# shellcheck disable=SC2016
client='perl -MIO::Socket::INET -e '\''
	my ($host, $number) = $ENV{DISPLAY} =~ /^([^:]*):([0-9]+)/ or do { print "no display\n"; exit };
	my ($hex) = `xauth list $ENV{DISPLAY}` =~ /([0-9a-f]{32})/ or do { print "no cookie\n"; exit };
	my $s = IO::Socket::INET->new(PeerAddr => "$host:" . (6000 + $number), Timeout => 10)
		or do { print "cannot connect: $!\n"; exit };
	print $s "l\0", pack("v5", 11, 0, 18, 16, 0), "MIT-MAGIC-COOKIE-1\0\0", pack("H*", $hex);
	$s->flush;
	print scalar(<$s>) // "hung up\n"'\'

# xauth says that it makes a file.
shows() { DISPLAY=:$display timeout 60 ssh -Y "${ssh_options[@]}" "$1@127.0.0.1" "$client" </dev/null 2>&1 | tail -n 1; }

begin
# As udev has it everywhere: for the private network.
[ -c /dev/net/tun ] || { mkdir -p /dev/net && mknod /dev/net/tun c 10 200; }
chmod 666 /dev/net/tun
policy <<-'END'
	version = 1;
	rooms: {
	  plain: { walls = "brick"; };
	  quiet: { walls = "brick"; network = "none"; };
	  away:  { walls = "brick"; network = "private"; };
	};
	assign: ( { user = "alice"; room = "plain"; }, { user = "bob"; room = "quiet"; }, { user = "carol"; room = "away"; },
	          { user = "dave"; room = "outside"; } );
END
x_server
is "display: outside" "$(shows dave)" right
is "display: in a room with the host's network" "$(shows alice)" right
is "display: in one with a network of its own" "$(shows carol)" right
is "display: in one with loopback alone" "$(shows bob)" right
is "display: without -Y there is none" "$(as alice "$client" 2>&1)" "no display"
kill "$server"
rm -f "/tmp/.X11-unix/X$display"
finish "display"
