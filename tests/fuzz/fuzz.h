/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the harnesses share. A harness answers a promise of the parser's header: what is taken means
 * something, what is refused changes nothing, and nothing is left open.
 */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, which is what a fuzzer takes for a finding. */
static inline void must(int condition)
{
	if (!condition)
		abort();
}

/* The next byte of the input, 0 at its end. */
static inline uint8_t next_byte(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return 0;
	(*size)--;
	return *(*data)++;
}

/* The input as text of at most size - 1 bytes; what follows a NUL byte is not seen. */
static inline char *as_text(const uint8_t *data, size_t len, char *buf, size_t size)
{
	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(buf, data, len);
	buf[len] = '\0';
	return buf;
}

/* How many descriptors are open. */
static inline int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}
