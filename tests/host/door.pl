#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: pam_room contributors
#
# A process outside that would be reached through doors (22-doors.sh): it says "reached" to whoever comes.
# usage: door.pl NAME HOME, with DOOR=reached in the environment
use strict;
use warnings;
use Fcntl qw(:flock);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(pack_sockaddr_un);

my ($name, $home) = @ARGV;
umask 0;

sub unix_socket {
	socket(my $socket, Socket::PF_UNIX, Socket::SOCK_STREAM, 0) or die $!;
	bind($socket, pack_sockaddr_un($_[0])) or die "$_[0]: $!";
	listen($socket, 9) or die $!;
	return $socket;
}

sub put {
	open(my $file, '>', $_[0]) or die "$_[0]: $!";
	print $file $_[1];
	close $file;
}

my @sockets = (unix_socket("\0door-$name"), unix_socket("/tmp/door-$name"), unix_socket("$home/door"));
my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 9) or die $!;
put("/dev/shm/door-$name", "reached\n");
put("/tmp/door-$name.txt", "reached\n");
put("$home/door.port", $tcp->sockport);
my $shared = shmget($<, 16, 0666 | 01000) // die $!;
shmwrite($shared, "reached", 0, 7) or die $!;
open(my $lock, '>', "$home/door.lock") or die $!;
flock($lock, LOCK_EX) or die $!;
$SIG{USR1} = sub { put("$home/door.signal", "reached\n") };
$SIG{TERM} = sub { shmctl($shared, 0, 0); exit 0 };
$SIG{PIPE} = 'IGNORE';
put("$home/door.pid", $$);

my $select = IO::Select->new(@sockets, $tcp);
while (1) {
	for my $socket ($select->can_read(3600)) {
		accept(my $peer, $socket) or next;
		syswrite $peer, "reached\n";
	}
}
