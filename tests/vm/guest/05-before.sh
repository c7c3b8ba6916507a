#!/bin/bash
# What the machine has before the first room: 90-clean.sh compares. And alice's cron job, which the next full minute
# starts while other tests run.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# A room's namespaces, mounts and descriptors of namespaces are all counted.
count_all >"$TEST_RUN/before"
note "$(tr '\n' ' ' <"$TEST_RUN/before")"

crontab -u alice - <<'CRON'
* * * * * [ -e cron.ns ] || { readlink /proc/self/ns/mnt /proc/self/ns/pid >cron.ns; exec sleep 7401; }
CRON
date +%s >"$TEST_RUN/cron.planted"
