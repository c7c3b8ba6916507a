/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Looks at the calling process (see walls.h).
 */
#include "tests/fault/walls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"

static const char *const names[N_WALLS] = { "ns/mnt", "ns/pid_for_children", "ns/ipc", "ns/uts" };

int walls_open(void)
{
	return open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static uint64_t bounding_set(void)
{
	uint64_t set = 0;

	for (unsigned int cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1)
			set |= UINT64_C(1) << cap;
	return set;
}

static int count_fds(int self_dfd)
{
	int fd = openat(self_dfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int n = 0;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		n += atoi(entry->d_name) > 2 && atoi(entry->d_name) != dirfd(dir);
	return n;
}

bool walls_look(int self_dfd, struct walls *ret)
{
	struct rlimit limit = { 0 };
	struct stat st;

	*ret = (struct walls){ .bounding = bounding_set(),
		.seccomp = prctl(PR_GET_SECCOMP),
		/* Refused at all walls, and by nobody but a filter: this is no descriptor. */
		.filtered = ioctl(-1, TIOCSTI, "") < 0 && errno == EPERM,
		.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
		.n_fds = count_fds(self_dfd) };
	for (int i = 0; i < N_WALLS; i++) {
		if (fstatat(self_dfd, names[i], &st, 0) < 0)
			return false;
		ret->ns[i] = st.st_ino;
	}
	if (getrlimit(RLIMIT_CORE, &limit) < 0 || stat("/", &st) < 0)
		return false;
	ret->core = limit.rlim_max;
	ret->root = st.st_ino;
	ret->cwd = stat(".", &st) < 0 ? 0 : st.st_ino;
	return ret->n_fds >= 0;
}

int walls_shared(const struct walls *a, const struct walls *b)
{
	int n = 0;

	for (int i = 0; i < N_WALLS; i++)
		n += a->ns[i] == b->ns[i];
	return n;
}

void walls_print(const struct walls *walls)
{
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIx64 " %d %d %d %" PRIu64
	       " %d %u\n",
		walls->ns[0], walls->ns[1], walls->ns[2], walls->ns[3], walls->bounding,
		walls->seccomp, walls->filtered, walls->no_new_privs, walls->core, walls->n_fds,
		(unsigned int)getuid());
}

bool walls_read(const char *line, struct walls *ret, uid_t *ret_uid)
{
	return sscanf(line,
		       "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNx64
		       " %d %d %d %" SCNu64 " %d %u",
		       &ret->ns[0], &ret->ns[1], &ret->ns[2], &ret->ns[3], &ret->bounding,
		       &ret->seccomp, &ret->filtered, &ret->no_new_privs, &ret->core, &ret->n_fds,
		       ret_uid) == 11;
}
