/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Exchanges what two names stand for (renameat2(2), RENAME_EXCHANGE), over and over, until SIGTERM:
 * whoever looks at one of them and then uses it finds the other. Prints how often it did.
 * usage: swap NAME NAME [NAME NAME...]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t told;

static void stop(int sig)
{
	(void)sig;
	told = 1;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;

	signal(SIGTERM, stop);
	while (!told)
		for (int i = 1; i + 1 < argc; i += 2)
			n += renameat2(AT_FDCWD, argv[i], AT_FDCWD, argv[i + 1], RENAME_EXCHANGE) ==
				0;
	printf("%lu\n", n);
	return n == 0;
}
