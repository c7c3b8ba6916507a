#!/bin/bash
# Many logins and logouts of ten users at once, some lingering, some with cron jobs: all inside, nothing fails, nothing
# stays. How many logins is the host's to say (ROOM_VM_CROWD of tests/vm/run), and by default none in an emulated machine: there
# a hundred take half an hour.
set -u
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

read -r logins </payload/crowd
[ -n "$logins" ] || logins=$(if is_native; then echo 100; else echo 0; fi)
[ "$logins" -gt 0 ] || { note "crowd: not asked for"; exit 0; }
at_once=10
said=$TEST_RUN/crowd

make_crowd() {
	local n home
	mkdir "$said"
	for n in {0..9}; do
		useradd --create-home --shell /bin/bash "crowd$n"
		home=/home/crowd$n
		install -d -m 700 -o "crowd$n" -g "crowd$n" "$home/.ssh"
		install -m 600 -o "crowd$n" -g "crowd$n" "$TEST_RUN/key.pub" "$home/.ssh/authorized_keys"
	done
	for n in 0 1 2; do loginctl enable-linger "crowd$n"; done
	for n in 2 3; do echo '* * * * * readlink /proc/self/ns/pid >>cron' | crontab -u "crowd$n" -; done
}

# Every at_once-th login from number $1 on.
some_logins() {
	local n
	for ((n = $1; n < logins; n += at_once)); do
		on "crowd$((n % 10))" 'readlink /proc/self/ns/pid; systemctl --user is-system-running --wait' >"$said/$n" 2>"$said/$n.err"
	done
}

no_crowd() { ! pgrep -u "$(seq -s, -f 'crowd%g' 0 9)" >/dev/null; }
no_rooms_of() { ! find /run/pam_room/rooms -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -qE "^($1)\."; }

end_crowd() {
	local n uids
	for n in 2 3; do crontab -u "crowd$n" -r; done
	for n in 0 1 2; do loginctl disable-linger "crowd$n"; done
	for n in {0..9}; do loginctl terminate-user "crowd$n" 2>/dev/null; done
	uids=$(for n in {0..9}; do id -u "crowd$n"; done | paste -sd'|')
	is_ok "crowd: all of theirs ends" wait_for 60 no_crowd
	is_ok "crowd: and all rooms" wait_for 20 no_rooms_of "$uids"
	for n in {0..9}; do userdel -r "crowd$n" 2>/dev/null; done
}

make_crowd
begun=$SECONDS
for ((worker = 0; worker < at_once; worker++)); do
	some_logins "$worker" &
done
wait
note "crowd: $logins logins in $((SECONDS - begun)) s"
is "crowd: every login got in" "$(grep -l '^pid:' "$said"/[0-9]* | grep -vc err)" "$logins"
is "crowd: none was outside" "$(grep -lF "$(readlink /proc/1/ns/pid)" "$said"/* | wc -l)" 0
is "crowd: every user manager answered" "$(grep -lE '^(running|degraded)$' "$said"/* | wc -l)" "$logins"
[ "$(grep -lE '^(running|degraded)$' "$said"/* | wc -l)" -eq "$logins" ] || tail -n 3 "$said"/* | head -n 60 | sed 's/^/# /'
is_ok "crowd: cron ran meanwhile" wait_for 70 test -s /home/crowd3/cron
is "crowd: inside" "$(cat /home/crowd[23]/cron 2>/dev/null | grep -cF "$(readlink /proc/1/ns/pid)")" 0
is "crowd: no unit has failed" "$(systemctl --failed --plain --no-legend)" ""
end_crowd
is "crowd: no unit has failed in the end" "$(systemctl --failed --plain --no-legend)" ""
