#!/bin/bash
# A batch system's job: what has put the login into the job's control group, as pam_slurm_adopt does, has the last word there;
# the login is in the room all the same. A user's own group of that name is none.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

stack=/etc/pam.d/sshd
uid=$(id -u alice)
job=/system.slice/guest_slurmstepd.scope/job_7/step_extern

# adopted GROUP: from now on each ssh login is moved there before pam_room is asked.
adopted() {
	# shellcheck disable=SC2016 # the script expands it
	printf '#!/bin/sh\necho "$PPID" >"/sys/fs/cgroup%s/cgroup.procs"\n' "$1" >"$TEST_RUN/adopt"
	cp "$stack" "$TEST_RUN/stack"
	sed -i "0,/^# pam_room: begin/s||session required pam_exec.so /bin/sh $TEST_RUN/adopt\n&|" "$stack"
	is "job: the stack has the line" "$(grep -c pam_exec.so "$stack")" 1
}

left() { cp "$TEST_RUN/stack" "$stack"; }

# Not a child of this shell, which waits for all of them when somebody leaves.
(systemd-run --quiet --scope --unit=guest_slurmstepd sleep 7361 &)
wait_for 60 test -d "/sys/fs/cgroup${job%%/job_7*}" || not_ok "job: its scope starts"
mkdir -p "/sys/fs/cgroup$job"
adopted "$job"
if hold alice 7362; then
	is "job: the login stays in it" "$(cgroup_of "$pid")" "$job"
	in_room "job: and is in the room" "$pid" "$room"
	like "job: the keeper is not in it" "$(cgroup_of "$(keeper_of "$room")")" "/system.slice/pam_room-*.scope"
fi
left
leave 7362

# What a user could call so is in the user's slice, and a group that is no job's keeps nobody.
mkdir -p /sys/fs/cgroup/system.slice/guest_slurm.scope
adopted /system.slice/guest_slurm.scope
if hold alice 7363; then
	like "another group: the login is counted to the user" "$(cgroup_of "$pid")" "/user.slice/user-$uid.slice/*"
	in_room "another group: and is in the room" "$pid" "$room"
fi
left
leave 7363
rmdir /sys/fs/cgroup/system.slice/guest_slurm.scope
end_sleepers 7361
