/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What several unit tests need: a directory of their own, a count of open fds, and children. A
 * child never uses cmocka's assertions (they would jump back into the parent's list of tests): it
 * calls unit_must() and its exit status is what the parent asserts.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define unit_must(condition)                                                                       \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			dprintf(2, "# %s:%d: %s: %s\n", __FILE__, __LINE__, #condition,            \
				strerror(errno));                                                  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

#define unit_need_root()                                                                           \
	do {                                                                                       \
		if (geteuid() != 0)                                                                \
			skip();                                                                    \
	} while (0)

/* How many fds this process has open, the one that counts not counted. */
static inline int unit_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3;
}

/* Runs run(arg) in a child; returns its exit status, 128 + signal when one ended it. */
static inline int unit_child(void (*run)(void *), void *arg)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		run(arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 255;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int unit_remove_one(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void unit_dir_remove(const char *path)
{
	nftw(path, unit_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

#define UNIT_DIRS_MAX 64

/* The directories that were made here: a test that fails removes nothing. */
static struct {
	pid_t pid;
	size_t n;
	char paths[UNIT_DIRS_MAX][64];
} unit_dirs;

/* Not by a child that ends as its parent would. */
static inline void unit_dirs_remove(void)
{
	for (size_t i = 0; unit_dirs.pid == getpid() && i < unit_dirs.n; i++)
		unit_dir_remove(unit_dirs.paths[i]);
}

/* Makes a directory, in $TMPDIR when that is short, and returns its fd; path is filled. */
static inline int unit_dir_make(char path[64])
{
	const char *above = getenv("TMPDIR");

	if (!above || !*above || strlen(above) >= 40)
		above = "/tmp";
	snprintf(path, 64, "%s/pam_room_unit.XXXXXX", above);
	if (!mkdtemp(path))
		return -1;
	if (unit_dirs.n == 0) {
		unit_dirs.pid = getpid();
		atexit(unit_dirs_remove);
	}
	if (unit_dirs.n < UNIT_DIRS_MAX && unit_dirs.pid == getpid())
		memcpy(unit_dirs.paths[unit_dirs.n++], path, 64);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Makes the file name in dfd with this text; mode as said, whatever the umask. */
static inline void unit_file(int dfd, const char *name, const char *text, mode_t mode)
{
	int fd = openat(dfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
		fchmod(fd, mode) < 0)
		abort();
	close(fd);
}

/* A handler that does nothing, without SA_RESTART: every waiting call returns EINTR. */
static inline void unit_nothing(int sig)
{
	(void)sig;
}

static inline void unit_interrupt_by(int sig)
{
	const struct sigaction action = { .sa_handler = unit_nothing };

	sigaction(sig, &action, NULL);
}

/* A child that sends sig to this process after ms milliseconds, n times. */
static inline pid_t unit_pester(int sig, int ms, int n)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	for (int i = 0; i < n; i++) {
		usleep((useconds_t)ms * 1000);
		kill(parent, sig);
	}
	_exit(0);
}
