#!/bin/bash
# su, sudo and login by root lead into the room of the user they lead to.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

hold alice 7201 || exit 0
cd /usr/share || exit 1

# Each in a subshell of its own, so that bash does not report how it ended.
(su - alice -c 'exec sleep 7202' &)
(su alice -c 'pwd >/home/alice/su.pwd; exec sleep 7203' &)
(sudo -n -u alice sleep 7204 &)
(sudo -n -i -u alice sleep 7205 &)
# login wants to lead the terminal's session, and throws away what was typed before it was ready: say it again.
(setsid script -q -c 'exec login -f alice' /dev/null < <(for _ in {1..9}; do sleep 2; echo 'exec sleep 7206'; done) >"$TEST_RUN/login.out" 2>&1 &)

in_room "su -: in the room" "$(sleeper 7202)" "$room"
in_room "su without a dash: in the room" "$(sleeper 7203)" "$room"
is "su without a dash: the working directory stays" "$(cat /home/alice/su.pwd)" /usr/share
in_room "sudo -u: in the room" "$(sleeper 7204)" "$room"
in_room "sudo -i -u: in the room" "$(sleeper 7205)" "$room"
pid=$(sleeper 7206)
in_room "login: in the room" "$pid" "$room"
[ -n "$pid" ] || tail -n 5 "$TEST_RUN/login.out" | cat -v | sed 's/^/#   /'

status=0
su - alice -c 'exit 9' || status=$?
is "su -: the exit status comes back" "$status" 9
end_sleepers 7202 7203 7204 7205 7206
is "su by root leaves root outside" "$(walls $$)" "$(outside)"
leave 7201
