/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mounts a file system at the named directory that never answers, and waits to be killed: what a
 * server that is gone looks like.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR);

	if (argc != 2 || fd < 0)
		return 1;
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		fd);
	if (mount("hung", argv[1], "fuse", 0, options) < 0) {
		perror(argv[1]);
		return 1;
	}
	pause();
	return 0;
}
