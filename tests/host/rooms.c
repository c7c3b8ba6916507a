/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Rooms by the thousand, for tests/host/rooms.sh: of each the record in the registry, and a process
 * that listens there as a keeper does, is process 1 of a pid namespace of its own, and has a child.
 * There are no walls. They end with this process. usage: rooms NUMBER
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void keep(int fd)
{
	struct pollfd polls = { fd, POLLIN, 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fork() == 0)
		for (;;)
			pause();
	if (listen(fd, 128) < 0 || write(1, ".", 1) != 1)
		_exit(1);
	for (;;)
		if (poll(&polls, 1, -1) == 1)
			close(accept(fd, NULL, NULL));
}

static void make(int n)
{
	struct clone_args args = { .flags = CLONE_NEWPID, .exit_signal = SIGCHLD };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char dir[64], path[96];
	FILE *file;
	long pid;

	snprintf(dir, sizeof dir, "/run/pam_room/rooms/%d.staff", 10000 + n);
	mkdir(dir, 0700);
	snprintf(path, sizeof path, "%s/state", dir);
	file = fopen(path, "w");
	if (!file)
		exit(1);
	fprintf(file,
		"room=staff\nuser=user%d\nuid=%d\ncreated=%ld\nrule=/etc/pam_room/room.conf:1\n"
		"policy=0000000000000000\nspec=0000000000000000\n",
		n, 10000 + n, (long)time(NULL));
	fclose(file);
	snprintf(addr.sun_path, sizeof addr.sun_path, "%s/keeper", dir);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
		exit(1);
	pid = syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0)
		keep(fd);
	if (pid < 0)
		exit(1);
	close(fd);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;

	mkdir("/run/pam_room", 0700);
	mkdir("/run/pam_room/rooms", 0700);
	for (int i = 0; i < n; i++)
		make(i);
	pause();
}
