/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/* System calls that do nothing, one that a filter lets pass and one that it looks at.
 * usage: calls number|argument TIMES */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long times = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	for (long i = 0; i < times; i++)
		if (strcmp(argv[1], "argument") == 0)
			syscall(SYS_ioctl, -1, FIONREAD, 0);
		else
			syscall(SYS_getppid);
	return times <= 0;
}
