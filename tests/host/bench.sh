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
ok "the figures were taken"
