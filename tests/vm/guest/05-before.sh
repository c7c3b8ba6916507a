#!/bin/bash
# What the machine has before the first room: 90-clean.sh compares. And alice's cron job, which the next full minute
# starts while other tests run.
# also: vm, where the kernel is Debian's own.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# A room's namespaces, mounts and descriptors of namespaces are all counted.
wait_for 30 no_runtime_dirs
count_all >"$TEST_RUN/before"
note "$(tr '\n' ' ' <"$TEST_RUN/before")"

crontab -u alice - <<'CRON'
* * * * * [ -e cron.ns ] || { readlink /proc/self/ns/mnt /proc/self/ns/pid >cron.ns; exec sleep 7401; }
CRON
date +%s >"$TEST_RUN/cron.planted"
