#!/bin/bash
# Limits: they stand in the user's slice, hold for every way in, follow the policy, and leave nothing behind.
# only: vm, because it takes the controllers of control groups, and a disk.
# shellcheck disable=SC2016
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=limits.sh
. "${0%/*}/limits.sh"

control=/run/systemd/system.control/user-$uid.slice.d
disk=$(lsblk -no MAJ:MIN "$(findmnt -no SOURCE -T /home)" | tr -d ' ')

cp "$policy" "$TEST_RUN/room.conf"
everybody_out alice bob
defaults=$(systemctl show -p TasksMax --value "user-$uid.slice")

# --- where they stand ----------------------------------------------------------------------------------------------
limits 'memory = "200M"; memory_high = "180M"; swap = "0"; cpu = "50%"; cpu_weight = 50; io_weight = 50; tasks = 80;
	cpus = "0"; io = ( { path = "/home"; read = "20M"; write = "10M"; } ); ptys = 4;'
hold alice 7471 || exit 0
seen=
for file in memory.max memory.high memory.swap.max cpu.max cpu.weight io.weight pids.max cpuset.cpus io.max; do
	seen="$seen$file $(cell "$file" | tr '\n' ' ')/ "
done
is "limits: each is in the slice" "$seen" "memory.max 209715200 / memory.high 188743680 / memory.swap.max 0 / \
cpu.max 50000 100000 / cpu.weight 50 / io.weight default 50 / pids.max 80 / cpuset.cpus 0 / \
io.max $disk rbps=20971520 wbps=10485760 riops=max wiops=max / "
is_ok "limits: the session counts" in_slice "$pid"
wait_for 60 manager_of alice >/dev/null
is "limits: audit --user tells them" "$(roomctl audit --user alice --lines | grep -E '^(memory|tasks|cpu)	' | grep -o 'no	.* [(].*[)]')" \
	$'no\tIts memory is limited (memory.max 209715200)\nno\tThe number of its processes is limited (pids.max 80)
no\tIts processor time is limited (cpu.max 50000 100000)'
is_ok "limits: the manager counts" in_slice "$(manager_of alice)"
like "limits: the keeper does not" "$(cgroup_of "$(keeper_of "$room")")" "/system.slice/pam_room-*.scope"
(su - alice -c 'exec sleep 7472' &)
is_ok "limits: su by root counts" in_slice "$(sleeper 7472)"
(su alice -s /bin/sh -c 'exec sleep 7473' </dev/null &)
is_ok "limits: so does a job without a session" in_slice "$(sleeper 7473)"
is "limits: pseudo-terminals" "$(on alice 'perl -e "my @all;
	while (open(my \$f, \"+<\", \"/dev/ptmx\")) { push @all, \$f } print scalar @all"')" 4
is "limits: status" "$(roomctl status --json | grep -c '"policy": "current"')" 1

# --- the policy changes --------------------------------------------------------------------------------------------
limits 'memory = "300M"; tasks = 90; ptys = 4;'
like "change: status tells" "$(roomctl status)" "*its limits have changed: roomctl reload*"
is_ok "change: reload" roomctl reload
is "change: what changed" "$(cell memory.max) $(cell pids.max)" "314572800 90"
is "change: what went is as it was" \
	"$(cell memory.high) $(cell cpu.max) $(cell cpu.weight) $(cell cpuset.cpus) $(cell io.max)" "max max 100000 100  "
is "change: and systemd keeps no more of it" "$(find "$control" -type f -printf '%f\n' | sort | tr '\n' ' ')" \
	"50-MemoryMax.conf 50-TasksMax.conf "
unlike=$(roomctl status | grep -c 'have changed')
is "change: status tells no more" "$unlike" 0
limits 'memory = "250M"; tasks = 90; ptys = 4;'
is "change: without reload the next login brings it" "$(on alice cat "$slice/memory.max")" 262144000
systemctl daemon-reload
is "change: systemd's reload leaves it" "$(cell memory.max)" 262144000
cat >"$policy" <<-'END'
	version = 1;
	rooms: { small: { walls = "brick"; }; };
END
is_ok "gone: reload" roomctl reload
is "gone: all is as before" "$(cell memory.max) $(systemctl show -p TasksMax --value "user-$uid.slice")" "max $defaults"
is "gone: no file of systemd's is left" "$(find "$control" -type f 2>/dev/null)" ""
is "gone: and none of ours" "$(ls /run/pam_room/limits)" ""
end_sleepers 7471 7472 7473
everybody_out alice

# A user whose rule leads outside now has no limits any more.
limits 'tasks = 70;'
on alice true
everybody_out alice
echo 'version = 1; assign: ( { user = "alice"; room = "outside"; } );' >"$policy"
is "outside: no limit is left" "$(on alice cat "$slice/pids.max")" "$(on bob cat "/sys/fs/cgroup/user.slice/user-$(id -u bob).slice/pids.max")"
everybody_out alice bob

# --- what cannot be set --------------------------------------------------------------------------------------------
limits 'io = ( { path = "/run"; write = "1M"; } );'
like "a limit of no disk: refused, and why" "$(on alice true 2>&1)" "*/run lies on no disk*"
is_ok "a limit of no disk: no room is left" wait_for 20 no_room small
is_ok "a limit of no disk: root logs in" on root true

cat >"$policy" <<-'END'
	version = 1;
	rooms: { lab: { share = "group"; limits: { tasks = 50; }; }; };
	assign: ( { user = [ "alice", "bob" ]; room = "lab"; } );
END
like "limits of a group: refused, and why" "$(on alice true 2>&1)" "*a room that a group shares has no limits where systemd runs*"
like "limits of a group: check says so" "$(roomctl check 2>&1)" "*the limits of room 'lab' cannot be set, and its logins are refused: a room that a group shares*"
is_ok "limits of a group: root logs in" on root true

# --- a full room ---------------------------------------------------------------------------------------------------
limits 'tasks = 60;'
hold alice 7474 || exit 0
on alice 'perl -e "while (defined(my \$p = fork)) { if (!\$p) { sleep 600; exit } } sleep 600" flood-mark' >/dev/null 2>&1 &
sleep 5
like "a full room: told" "$(on alice true 2>&1)" "*your room is full (tasks * of 60)*"
is "a full room: root logs in" "$(on root echo in)" in
end_flood
is "a full room: emptied, the next login works" "$(on alice echo in)" in
end_sleepers 7474
everybody_out alice bob
cp "$TEST_RUN/room.conf" "$policy"
on alice true
is "the usual policy: no limit is left" "$(cell pids.max)" "$(on bob cat "/sys/fs/cgroup/user.slice/user-$(id -u bob).slice/pids.max")"
