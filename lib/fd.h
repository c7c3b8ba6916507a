/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Small things done to file descriptors. All fds made here are close-on-exec.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct why;

/*
 * Opens name below dfd without following any symbolic link and without leaving dfd's subtree
 * (openat2(2): RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS). Never blocks on a FIFO. Returns the fd or
 * -errno.
 */
int fd_open_beneath(int dfd, const char *name, int flags);

/* As fd_open_beneath(), and without crossing into another mount (RESOLVE_NO_XDEV): what answers is
 * the file system of dfd and not, say, a user's own (fuse(4)). */
int fd_open_on_mount(int dfd, const char *name, int flags);

/*
 * Makes the directory name below dfd with that mode, whatever the umask; one that is there stays as
 * it is. Returns an O_RDONLY fd, opened as by fd_open_beneath(), or -errno.
 */
int fd_make_dir(int dfd, const char *name, mode_t mode);

/*
 * Checks that an open file or directory can only have been written by root: owner uid 0, not
 * writable by group or others, and of the given type (S_IFREG, S_IFDIR). what names it in the
 * reason.
 */
int fd_check_root_owned(int fd, mode_t type, const char *what, struct why *why);

/*
 * Opens a directory by its absolute path, component by component: no link is followed, and each
 * component must pass fd_check_root_owned(), so that none but root chose what is opened. Returns an
 * O_RDONLY fd or -errno.
 */
int fd_open_trusted_dir(const char *path, struct why *why);

/* Reads to the end, at most max bytes; more is -EFBIG. *ret is malloc'ed, one NUL byte added. */
int fd_read_all(int fd, size_t max, char **ret, size_t *ret_len);

/* Writes everything or returns -errno. */
int fd_write_all(int fd, const void *data, size_t len);

/* Replaces the file name in dfd by a rename(2) of a complete new one, mode 0600. */
int fd_replace_file(int dfd, const char *name, const void *data, size_t len);

/* Reads the small file name in dfd into buf, NUL-terminated. Returns the length or -errno. */
ssize_t fd_read_small(int dfd, const char *name, char *buf, size_t size);
