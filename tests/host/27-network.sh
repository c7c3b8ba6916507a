#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# Rooms with a network of their own: loopback alone ("none"), and one with a way out by pasta ("private"). The server
# outside stands in a network namespace of the test's, behind a veth pair; no device of the machine is touched.
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# Addresses for tests of networks (RFC 2544). Another stage may stand beside this one.
net=$((RANDOM % 256))
ours=198.18.$net.1 theirs=198.18.$net.2 link=room27-$net
loopback=$(stage_free_port)
elsewhere=

networks() {
	policy <<-'END'
		version = 1;
		rooms: {
		  quiet: { walls = "brick"; network = "none"; };
		  away:  { walls = "brick"; network = "private"; };
		  brief: { walls = "brick"; network = "private"; linger = "none"; };
		};
		assign: ( { user = "bob"; room = "quiet"; }, { user = "carol"; room = "brief"; },
		          { user = "dave"; room = "outside"; }, { user = "alice"; room = "away"; } );
	END
}

# serve ADDRESS PORT TEXT: whoever connects is told the text. Sets server.
serve() {
	# shellcheck disable=SC2016
	${inside-} perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "$ARGV[0]:$ARGV[1]", Listen => 9,
		ReuseAddr => 1) or die "$!"; while (1) { my $c = $s->accept or next; print $c "$ARGV[2]\n"; close $c }' \
		"$1" "$2" "$3" &
	server=$!
}

# talk ADDRESS PORT: the command that connects, and says what it hears.
talk() {
	# shellcheck disable=SC2016
	printf '%s' "perl -MIO::Socket::INET -e '"'my $s = IO::Socket::INET->new(PeerAddr => "'"$1:$2"'", Timeout => 3)
		or do { print "closed\n"; exit }; print scalar(<$s>) // "closed\n"'"'"
}

abstract() {
	# shellcheck disable=SC2016
	printf '%s' "perl -MSocket -e '"'socket(S, PF_UNIX, SOCK_STREAM, 0);
		print connect(S, pack("S", AF_UNIX) . "\0room-27-'"$net"'") ? "open" : "closed"'"'"
}

# pasta_pids; wardens: those of the stage.
pasta_pids() { pgrep -x 'pasta.*|passt.*'; }
wardens() { pgrep -x room-network; }
nothing_runs() { [ -z "$(pasta_pids)$(wardens)" ]; }

# ended NAME: no way out is left, and no lock of one.
ended() {
	wait_for 10 nothing_runs
	is "$1: neither pasta nor its warden is left" "$(pasta_pids)$(wardens)" ""
}

set_up() {
	[ -c /dev/net/tun ] || { mkdir -p /dev/net && mknod /dev/net/tun c 10 200; }
	# As udev has it everywhere.
	chmod 666 /dev/net/tun
	unshare --net sleep 7290 &
	elsewhere=$!
	sleeper 7290 >/dev/null
	ip link add "$link" type veth peer name room27b netns "$elsewhere" || return 1
	ip addr add "$ours/30" dev "$link" && ip link set "$link" up
	nsenter -n -t "$elsewhere" sh -c "ip addr add $theirs/30 dev room27b && ip link set room27b up && ip link set lo up"
	inside="nsenter -n -t $elsewhere" serve "$theirs" 8027 elsewhere
	servers=("$server")
	serve 127.0.0.1 "$loopback" loopback
	servers+=("$server")
	# shellcheck disable=SC2016
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack("S", AF_UNIX) . "\0room-27-$ARGV[0]") or die; listen(S, 5);
		sleep 600' "$net" &
	servers+=("$!")
	sleep 0.5
}

take_down() {
	kill "${servers[@]}" "$elsewhere" 2>/dev/null
	ip link del "$link" 2>/dev/null
	wait "${servers[@]}" "$elsewhere" 2>/dev/null
}

# Could the trials tell? Outside everything is reached.
from_outside() {
	is "outside, the server elsewhere is reached" "$(as dave "$(talk "$theirs" 8027)")" elsewhere
	is "outside, the host's loopback is reached" "$(as dave "$(talk 127.0.0.1 "$loopback")")" loopback
	is "outside, an abstract socket is reached" "$(as dave "$(abstract)")" open
}

none() {
	is "none: loopback is the only device" "$(as bob 'ls /sys/class/net')" lo
	like "none: and it is up" "$(as bob 'ip -o addr show dev lo')" '*127.0.0.1/8*'
	is "none: the server elsewhere is not reached" "$(as bob "$(talk "$theirs" 8027)")" closed
	is "none: the host's loopback is not reached" "$(as bob "$(talk 127.0.0.1 "$loopback")")" closed
	is "none: an abstract socket is not reached" "$(as bob "$(abstract)")" closed
}

# The host's loopback, by every address that could stand for it.
private() {
	local gateway
	hold alice 7270 || return
	like "private: there is a device with an address" "$(as alice 'ip -o -4 addr show dev out0')" '*inet [0-9]*'
	is "private: the server elsewhere is reached" "$(as alice "$(talk "$theirs" 8027)")" elsewhere
	gateway=$(as alice 'ip -4 route show default' | sed -n 's/.* via \([0-9.]*\).*/\1/p')
	isnt "private: there is a gateway" "$gateway" ""
	is "private: the host's loopback is not reached" "$(as alice "$(talk 127.0.0.1 "$loopback")")" closed
	is "private: nor by the gateway" "$(as alice "$(talk "${gateway:-127.0.0.1}" "$loopback")")" closed
	is "private: nor by a device of the host" "$(as alice "$(talk "$ours" "$loopback")")" closed
	is "private: an abstract socket is not reached" "$(as alice "$(abstract)")" closed
	is "private: no process of the room is pasta's" "$(as alice 'ps -eo comm=' | grep -cE 'past|passt|room-network')" 0
	as alice 'kill -9 -1' 2>/dev/null
	isnt "private: pasta lives, whatever the user sends" "$(pasta_pids)" ""
	end_sleepers 7270
	wait "$held"
	ended "the last process leaves"
}

# What pasta and the warden are to the host.
powerless() {
	local one
	hold alice 7271 || return
	for one in $(pasta_pids) $(wardens); do
		is "$(cat "/proc/$one/comm") is nobody" "$(field "$one" Uid | tr '\t' ' ')" "65534 65534 65534 65534"
		is "$(cat "/proc/$one/comm") gets no new privilege" "$(field "$one" NoNewPrivs)" 1
		isnt "$(cat "/proc/$one/comm"): its capabilities are not the host's" "$(readlink "/proc/$one/ns/user")" \
			"$(readlink /proc/$$/ns/user)"
		is "$(cat "/proc/$one/comm") has no environment" "$(tr -d '\0' <"/proc/$one/environ" | grep -vc '^$')" 0
		is "$(cat "/proc/$one/comm"): its descriptors are its own" "$(readlink "/proc/$one/fd/"[012] | sort -u)" /dev/null
	done
	is "the warden has no capability" "$(field "$(wardens)" CapPrm)" 0000000000000000
	is "there are both" "$(pasta_pids | wc -l) $(wardens | wc -l)" "1 1"
	end_sleepers 7271
	wait "$held"
}

group_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

# login_elsewhere COMMAND: alice's, from a control group of its own.
group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/pam_room-stage27
login_elsewhere() {
	mkdir "$group"
	# shellcheck disable=SC2016
	sh -c 'echo $$ >"$1/cgroup.procs" && grep -q "^0::.*/pam_room-stage27" /proc/$$/cgroup && su alice -c "$2"' - "$group" "$1"
}

again() {
	hold alice 7272 || return
	pasta_pids | xargs -r kill -KILL
	is_ok "the warden ends with pasta" wait_for 5 nothing_runs
	is "pasta was killed: the next login has network" "$(as alice "$(talk "$theirs" 8027)")" elsewhere
	wardens | xargs -r kill -KILL
	is_ok "pasta ends with the warden" wait_for 5 nothing_runs
	is "the warden was killed: the next login has network" "$(login_elsewhere "$(talk "$theirs" 8027)")" elsewhere
	is "and the warden is where the keeper is" "$(group_of "$(wardens)")" "$(group_of "$(keeper_of "$room")")"
	is "and there is one of them" "$(pasta_pids | wc -l)" 1
	in_room "in the same room" "$pid" "$room"
	keeper_of "$room" | xargs -r kill -KILL
	wait "$held"
	ended "the keeper is killed"
	is_ok "the group of that login is empty" wait_for 5 rmdir "$group"
	is "a killed room: the next one has network" "$(as alice "$(talk "$theirs" 8027)")" elsewhere
	hold carol 7273 || return
	as carol 'setsid sleep 7274 >/dev/null 2>&1 & sleep 0.5'
	end_sleepers 7273
	wait "$held"
	ended "the last logout"
}

# What ssh forwards, it does in the room.
forwards() {
	local client port_l
	hold alice 7275 || return
	as alice "nohup perl -MIO::Socket::INET -e '\$s = IO::Socket::INET->new(LocalAddr => \"127.0.0.1:8029\", Listen => 5);
		while (\$c = \$s->accept) { print \$c \"in the room\\n\"; close \$c }' >/dev/null 2>&1 &"
	port_l=$(stage_free_port)
	ssh -n "${ssh_options[@]}" -o ExitOnForwardFailure=yes -L "127.0.0.1:$port_l:127.0.0.1:8029" \
		-R "127.0.0.1:8030:127.0.0.1:$loopback" alice@127.0.0.1 exec sleep 7276 &
	client=$!
	sleeper 7276 >/dev/null
	is "ssh -L leads to a port of the room" "$(bash -c "$(talk 127.0.0.1 "$port_l")")" "in the room"
	is "which the host does not have" "$(bash -c "$(talk 127.0.0.1 8029)")" closed
	is "ssh -R leads from a port of the room" "$(as alice "$(talk 127.0.0.1 8030)")" loopback
	is "which the host does not have either" "$(bash -c "$(talk 127.0.0.1 8030)")" closed
	end_sleepers 7275 7276
	wait "$held" "$client"
	pkill -u alice perl
	ended "the last program"
}

refusals() {
	local mark out
	mv /usr/bin/pasta /usr/bin/pasta.away
	mark=$(log_now)
	out=$(as alice true 2>&1)
	isnt "without pasta the login is refused" "$?" 0
	like "with a reason" "$out" '*room*'
	like "and the log has its path" "$(log_since "$mark")" '*network = private needs /usr/bin/pasta*'
	is "nothing is left" "$(rooms; keepers; wardens)" ""
	printf '#!/bin/sh\nexec sleep 7277\n' >/usr/bin/pasta
	chmod 755 /usr/bin/pasta
	mark=$(log_now)
	as alice true >/dev/null 2>&1
	isnt "a pasta that hangs: the login is refused" "$?" 0
	like "with the reason in the log" "$(log_since "$mark")" '*does not come up in time*'
	is "and nothing of it is left" "$(rooms; keepers; wardens; find_sleeper 7277)" ""
	printf '#!/bin/sh\necho no route >&2\nexit 1\n' >/usr/bin/pasta
	mark=$(log_now)
	as alice true >/dev/null 2>&1
	isnt "a pasta that fails: the login is refused" "$?" 0
	like "with its own reason" "$(log_since "$mark")" '*no route*'
	mv -f /usr/bin/pasta.away /usr/bin/pasta
	is "with pasta again, there is a room" "$(as alice "$(talk "$theirs" 8027)")" elsewhere
}

# The resolver that stands on the host's loopback is not the room's.
names() {
	mkdir -p /run/systemd/resolve
	echo nameserver 127.0.0.53 >/run/systemd/resolve/stub-resolv.conf
	echo nameserver 192.0.2.53 >/run/systemd/resolve/resolv.conf
	is "private: the resolver's own servers are asked" "$(as alice cat /run/systemd/resolve/stub-resolv.conf)" \
		"nameserver 192.0.2.53"
	is "none: nothing is changed" "$(as bob cat /run/systemd/resolve/stub-resolv.conf)" "nameserver 127.0.0.53"
}

begin
networks
if set_up; then
	from_outside
	none
	private
	powerless
	again
	forwards
	refusals
	[ -d /run/systemd/resolve ] || names
else
	not_ok "a veth pair for the test"
fi
take_down
finish network
