#!/bin/bash
# The tests of a machine without systemd, which has control groups all the same: our own groups hold the limits.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export TEST_RUN=/run/room-test
mkdir -p "$TEST_RUN"
# shellcheck source=../guest/lib.sh
. "$here/../guest/lib.sh"
# shellcheck source=../guest/setup.sh
. "$here/../guest/setup.sh"

root=/sys/fs/cgroup
groups=$root/pam_room/rooms
policy=/etc/pam_room/room.conf
cell() { cat "$groups/$1" 2>/dev/null; }
is_full() { [ "$(cell "$1/pids.current")" -ge "$(cell "$1/pids.max")" ]; }
no_rooms() { [ -z "$(ls /run/pam_room/rooms)" ]; }

limits() {
	cat >"$policy" <<-END
		version = 1;
		rooms: { small: { walls = "brick"; limits: { $1 }; }; };
		assign: ( { user = "alice"; room = "small"; } );
	END
}

note "Linux $(uname -r), process 1 is $(cat /proc/1/comm)"
is "systemd does not run" "$(ls -d /run/systemd/system 2>/dev/null)" ""
install_product
make_users
printf 'MaxStartups 100\n' >/etc/ssh/sshd_config.d/room-test.conf
/usr/sbin/sshd
/usr/sbin/cron
is_ok "an ssh login works before enable" on alice true
is_ok "roomctl enable" roomctl enable
is_ok "roomctl check" roomctl check

# --- an ordinary room ----------------------------------------------------------------------------------------------
hold bob 7501 || exit 0
differs_in_all "a session is in a room" "$pid"
is "a room without limits has no group" "$(ls -d "$root/pam_room" 2>/dev/null)" ""
is "scp comes through" "$(scp -q "${ssh_options[@]}" /etc/hostname bob@localhost:name && cat /home/bob/name)" "$(cat /etc/hostname)"
is_ok "su leads into the same room" test "$(su bob -c 'readlink /proc/self/ns/mnt')" = "$(readlink "/proc/$pid/ns/mnt")"
end_sleepers 7501
wait_for 20 no_rooms
is "the room ends with its last process" "$(ls /run/pam_room/rooms)" ""

# --- limits --------------------------------------------------------------------------------------------------------
disk=$(lsblk -no MAJ:MIN "$(findmnt -no SOURCE -T /home)" | tr -d ' ')
uid=$(id -u alice)
key=$uid.small
limits 'memory = "200M"; memory_high = "180M"; swap = "0"; cpu = "50%"; cpu_weight = 50; io_weight = 50; tasks = 40;
	cpus = "0"; io = ( { path = "/home"; read = "20M"; write = "10M"; } );'
is "limits: a login gets in" "$(on alice echo in 2>&1)" in
hold alice 7502 || exit 0
seen=
for file in memory.max memory.high memory.swap.max cpu.max cpu.weight io.weight pids.max cpuset.cpus io.max; do
	seen="$seen$file $(cell "$key/$file" | tr '\n' ' ')/ "
done
is "limits: each is in the room's group" "$seen" "memory.max 209715200 / memory.high 188743680 / memory.swap.max 0 / \
cpu.max 50000 100000 / cpu.weight 50 / io.weight default 50 / pids.max 40 / cpuset.cpus 0 / \
io.max $disk rbps=20971520 wbps=10485760 riops=max wiops=max / "
is "limits: the session is in it" "$(cgroup_of "$pid")" "/pam_room/rooms/$key"
is "limits: audit --user tells them" "$(roomctl audit --user alice --lines | grep -E '^(memory|tasks|cpu)	' | grep -o 'no	.* [(].*[)]')" \
	$'no\tIts memory is limited (memory.max 209715200)\nno\tThe number of its processes is limited (pids.max 40)
no\tIts processor time is limited (cpu.max 50000 100000)'
is "limits: the keeper is not" "$(cgroup_of "$(keeper_of "$room")")" "/"
echo '* * * * * alice sleep 7503' >/etc/cron.d/room-test
is "limits: a cron job counts" "$(cgroup_of "$(sleeper 7503 90)")" "/pam_room/rooms/$key"
rm /etc/cron.d/room-test
limits 'memory = "300M"; tasks = 50;'
like "change: status tells" "$(roomctl status)" "*its limits have changed: roomctl reload*"
is_ok "change: reload" roomctl reload
is "change: what changed, and what went" "$(cell "$key/memory.max") $(cell "$key/pids.max") $(cell "$key/memory.high") \
$(cell "$key/cpu.max") $(cell "$key/cpu.weight") $(cell "$key/cpuset.cpus") $(cell "$key/io.max")" \
	"314572800 50 max max 100000 100 0-1 "
# shellcheck disable=SC2016
on alice 'perl -e "while (defined(my \$p = fork)) { if (!\$p) { sleep 600; exit } } sleep 600" flood-mark' >/dev/null 2>&1 &
wait_for 60 is_full "$key"
like "a full room: told" "$(on alice true 2>&1)" "*your room is full (tasks * of 50)*"
is "a full room: root logs in" "$(on root echo in)" in
is "a full room: so does bob" "$(on bob echo in)" in
echo 1 >"$groups/$key/cgroup.kill"
wait
is "a full room: emptied, the next login works" "$(on alice echo in)" in
# shellcheck disable=SC2016
is "memory: the kernel ends what wants more" "$(on alice 'perl -e "\$x = \"a\" x 600e6; print 1"; echo $?')" 137
wait_for 30 no_rooms
limits 'cpus = "900";'
like "a processor that is not there: refused, and why" "$(on alice true 2>&1)" "*limits.cpus*"
cp "$here/../guest/room.conf" "$policy"
wait_for 30 no_rooms
on alice true
limits 'tasks = 60;'
wait_for 30 no_rooms
cat >"$policy" <<-'END'
	version = 1;
	rooms: { other: { limits: { tasks = 60; }; }; };
	assign: ( { user = "alice"; room = "other"; } );
END
on alice true
is "the next room's login takes away the group of one that has ended" "$(cell "$key/pids.max")" ""

# --- a living room that nobody is in -------------------------------------------------------------------------------
wait_for 30 no_rooms
cat >"$policy" <<-'END'
	version = 1;
	rooms: { waits: { linger = "10m"; limits: { tasks = 60; }; }; other: { linger = "none"; limits: { tasks = 60; }; }; };
	assign: ( { user = "alice"; room = "waits"; }, { user = "bob"; room = "other"; } );
END
nobody_in() { [ "$(cell "$1/pids.current")" = 0 ]; }
on alice true
is_ok "nobody in it: its group is empty" wait_for 30 nobody_in "$uid.waits"
is "nobody in it: another user gets in" "$(on bob echo in)" in
is "nobody in it: and leaves the group" "$(cell "$uid.waits/pids.max")" 60
is "nobody in it: its user gets in" "$(on alice echo in 2>&1)" in
wait_for 30 nobody_in "$uid.waits" && rmdir "$groups/$uid.waits"
like "removed by hand: it is made again" "$(on alice cat /proc/self/cgroup 2>&1)" "*/pam_room/rooms/$uid.waits"
is "removed by hand: with its limits" "$(cell "$uid.waits/pids.max")" 60
is_ok "nobody in it: kill" roomctl kill alice

# --- a room that a group shares ------------------------------------------------------------------------------------
wait_for 30 no_rooms
group() {
	cat >"$policy" <<-END
		version = 1;
		rooms: { lab: { share = "group"; limits: { $1 }; }; };
		assign: ( { user = [ "alice", "bob" ]; room = "lab"; } );
	END
}
group 'tasks = 40; memory = "200M";'
is_ok "group: check is content" roomctl check
hold alice 7504 || exit 0
is "group: the first member is in the room's group" "$(cgroup_of "$pid")" "/pam_room/rooms/0.lab"
keeper=$(keeper_of "$room")
hold bob 7505 || exit 0
is "group: and so is the second" "$(cgroup_of "$pid")" "/pam_room/rooms/0.lab"
is "group: the keeper is not" "$(cgroup_of "$keeper")" "/"
is "group: its limits" "$(cell 0.lab/pids.max) $(cell 0.lab/memory.max)" "40 209715200"
group 'tasks = 45;'
is_ok "group: reload" roomctl reload
is "group: the changed ones" "$(cell 0.lab/pids.max) $(cell 0.lab/memory.max)" "45 max"
# shellcheck disable=SC2016
on alice 'perl -e "while (defined(my \$p = fork)) { if (!\$p) { sleep 600; exit } } sleep 600" flood-mark' >/dev/null 2>&1 &
wait_for 60 is_full 0.lab
like "group: what one of them fills is full for the other" "$(on bob true 2>&1)" "*your room is full (tasks * of 45)*"
is "group: whoever is in no group gets in" "$(on carol echo in)" in
echo 1 >"$groups/0.lab/cgroup.kill"
wait
wait_for 30 no_rooms

is_ok "roomctl disable" roomctl disable
is "after it: a login is outside" "$(on alice readlink /proc/self/ns/mnt)" "$(readlink /proc/1/ns/mnt)"
echo "1..$(results)"
