#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# What a room costs a login, as ratios within one run. Not a test of the suite: tests/host/run bench
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

rounds=${ROOM_BENCH_ROUNDS:-40}

# In turn, so that a slow moment of the machine meets all alike: medians in ms, and ratios to the first.
# shellcheck disable=SC2016
measure='
	use Time::HiRes qw(time usleep);
	my ($rounds, @rows) = @ARGV;
	my %times;
	for (1 .. $rounds) {
		for my $row (@rows) {
			my ($name, $command) = split /=/, $row, 2;
			# A room of before is gone, if the row is about a new one.
			if ($name =~ /new room/) { usleep(20000) while -e "/run/pam_room/rooms/$ENV{fresh}.brief"; }
			my $begun = time;
			system("$command </dev/null >/dev/null 2>&1") == 0 or die "$command: $?";
			push @{$times{$name}}, 1000 * (time - $begun);
		}
	}
	my $first;
	for my $row (@rows) {
		my ($name) = split /=/, $row, 2;
		my @all = sort { $a <=> $b } @{$times{$name}};
		$first //= $all[@all / 2];
		printf "# %-44s %6.1f ms  x%.2f\n", $name, $all[@all / 2], $all[@all / 2] / $first;
	}'

usual_policy
policy <<-'END'
	version = 1;
	rooms: { brief: { walls = "brick"; linger = "none"; }; };
	assign: ( { user = "carol"; room = "brief"; }, { user = "dave"; room = "outside"; } );
END
fresh=$(id -u carol)
export fresh
hold alice 7901 || exit 1
ssh="ssh ${ssh_options[*]}"
note "ssh USER true, $rounds times each, in turn"
perl -e "$measure" "$rounds" \
	"ssh: outside=$ssh dave@127.0.0.1 true" \
	"ssh: into the user's living room=$ssh alice@127.0.0.1 true" \
	"ssh: into a new room=$ssh carol@127.0.0.1 true"
note "pamtester open_session close_session, $((rounds * 5)) times each, in turn"
perl -e "$measure" "$((rounds * 5))" \
	"pam: root, who is never asked about=pamtester roomtest root open_session close_session" \
	"pam: outside=pamtester roomtest dave open_session close_session" \
	"pam: into the user's living room=pamtester roomtest alice open_session close_session" \
	"pam: into a new room=pamtester roomtest carol open_session close_session"
end_sleepers 7901
wait

# rules N: a policy of so many rules, of which the last one decides about dave; no group is asked about.
rules() {
	local i
	echo 'rooms: { a: { }; }; assign: ('
	for ((i = 1; i < $1; i++)); do
		echo "  { user = \"user$i\"; service = \"sshd\"; room = \"a\"; },"
	done
	echo '  { user = "dave"; room = "outside"; } );'
}

# The bare parser, for the part of the time that is not ours.
cat >"$STAGE/bare.c" <<-'END'
	#include <libconfig.h>
	int main(int argc, char **argv)
	{
		config_t config;
		config_init(&config);
		return argc != 2 || config_read_file(&config, argv[1]) != CONFIG_TRUE;
	}
END
gcc -O2 -o "$STAGE/bare" "$STAGE/bare.c" -lconfig
rows=()
for n in 1 1000 10000 100000; do
	rules "$n" >"$STAGE/rules.$n"
	chmod 644 "$STAGE/rules.$n"
	rows+=("outside by rule $n=cp $STAGE/rules.$n /etc/pam_room/room.conf=pamtester roomtest dave open_session close_session"
		"libconfig alone, $n rules=true=$STAGE/bare $STAGE/rules.$n")
done
note "a policy of many rules, $rounds times each, in turn"
# shellcheck disable=SC2016
perl -e '
	use Time::HiRes qw(time);
	my ($rounds, @rows) = @ARGV;
	my %times;
	for (1 .. $rounds) {
		for my $row (@rows) {
			my ($name, $before, $command) = split /=/, $row, 3;
			system($before) == 0 or die $before;
			my $begun = time;
			system("$command </dev/null >/dev/null 2>&1") == 0 or die "$command: $?";
			push @{$times{$name}}, 1000 * (time - $begun);
		}
	}
	for my $row (@rows) {
		my ($name) = split /=/, $row;
		my @all = sort { $a <=> $b } @{$times{$name}};
		printf "# %-44s %6.1f ms, fastest %6.1f ms\n", $name, $all[@all / 2], $all[0];
	}' "$rounds" "${rows[@]}"
ok "the figures were taken"
