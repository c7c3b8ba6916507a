/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Cleanup by attribute. A variable marked cleanup_x is released when its scope ends; ownership
 * leaves a scope only through take_fd() or take_ptr(). Every fd variable starts at -1.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Closes *fdp if it is open and sets it to -1. errno stays as it was. */
static inline void fd_closep(int *fdp)
{
	int saved = errno;

	if (*fdp >= 0)
		close(*fdp);
	*fdp = -1;
	errno = saved;
}

static inline void ptr_freep(void *ptr)
{
	free(*(void **)ptr);
}

static inline void file_closep(FILE **filep)
{
	if (*filep)
		fclose(*filep);
}

static inline void dir_closep(DIR **dirp)
{
	if (*dirp)
		closedir(*dirp);
}

#define cleanup_with(f) __attribute__((cleanup(f)))
#define cleanup_fd cleanup_with(fd_closep)
#define cleanup_free cleanup_with(ptr_freep)
#define cleanup_file cleanup_with(file_closep)
#define cleanup_dir cleanup_with(dir_closep)

/* Hands the fd to the caller; the variable no longer owns it. */
static inline int take_fd(int *fdp)
{
	int fd = *fdp;

	*fdp = -1;
	return fd;
}

/* Hands the pointer to the caller; the variable no longer owns it. */
#define take_ptr(p)                                                                                \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})
