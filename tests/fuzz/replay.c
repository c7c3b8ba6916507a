/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Puts every file below the folders named on the command line to a harness, without a fuzzer.
 * Prints TAP; none is a failure.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "tests/fuzz/fuzz.h"

static size_t n_inputs;

static int replay(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char *data = NULL;
	size_t len = 0;

	(void)st, (void)ftw;
	if (fd < 0)
		return type == FTW_F;
	if (fd_read_all(fd, 1u << 20, &data, &len) == 0) {
		LLVMFuzzerTestOneInput((const uint8_t *)data, len);
		n_inputs++;
	}
	free(data);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	puts("1..1");
	for (int i = 1; i < argc; i++)
		failed |= nftw(argv[i], replay, 16, FTW_PHYS) != 0;
	failed |= n_inputs == 0;
	printf("%sok 1 - %zu inputs\n", failed ? "not " : "", n_inputs);
	return failed;
}
