/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * An unprivileged process that traces every other one it can, and opens whatever /proc has of each,
 * until SIGTERM. Prints a line for everything that it got of a program of pam_room's, and at the
 * end how many of them it met and how many other files it opened.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t told;
static unsigned long n_met, n_opened;

static void stop(int sig)
{
	(void)sig;
	told = 1;
}

/* A link is reached when it can be read, a directory or the memory when it can be opened, and of
 * the rest a byte must come: some may be opened by anybody. */
static int reach(const char *pid, const char *what)
{
	char path[64], text[64];
	int fd, got;

	snprintf(path, sizeof path, "/proc/%.16s/%.16s", pid, what);
	if (readlink(path, text, sizeof text) > 0)
		return 1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	n_opened++;
	got = strcmp(what, "fd") == 0 || strcmp(what, "mem") == 0 || read(fd, text, 1) > 0;

	close(fd);
	return got;
}

static int trace(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return 0;
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 1;
}

/* The process's name; a program may have gone meanwhile. */
static int is_ours(const char *pid, char *name, size_t size)
{
	char path[64];
	int fd;
	ssize_t len;

	snprintf(path, sizeof path, "/proc/%.16s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, name, size - 1);
	if (fd >= 0)
		close(fd);
	name[len > 0 ? len : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return strcmp(name, "room-helper") == 0 || strcmp(name, "room-keeper") == 0;
}

static void hunt(const char *pid)
{
	static const char *const secrets[] = { "mem", "environ", "maps", "auxv", "fd", "exe",
		"root", "cwd", "ns/mnt", "syscall", "stack", "io" };
	char name[32];
	int ours = is_ours(pid, name, sizeof name);

	n_met += (unsigned int)ours;
	if (trace((pid_t)atoi(pid)) && ours)
		printf("traced %s\n", name);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (reach(pid, secrets[i]) && ours && is_ours(pid, name, sizeof name))
			printf("%s of %s\n", secrets[i], name);
}

int main(void)
{
	signal(SIGTERM, stop);
	while (!told) {
		DIR *dir = opendir("/proc");
		const struct dirent *entry;

		while (dir && (entry = readdir(dir)) && !told)
			if (isdigit((unsigned char)entry->d_name[0]) &&
				atoi(entry->d_name) != getpid())
				hunt(entry->d_name);
		if (dir)
			closedir(dir);
	}
	printf("met %lu, opened %lu\n", n_met, n_opened);
	return 0;
}
