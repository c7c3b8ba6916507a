/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Looks for what a run has left (see aftermath.h).
 */
#include "tests/fault/aftermath.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "tests/fault/walls.h"

#define ROOMS ROOM_RUNDIR "/rooms"
#define LEFT_MS 5000
#define LOG_MS 1000

/* Whether the log has this text after its first bytes. */
static bool log_has(const struct aftermath *aftermath, const char *what)
{
	static char text[65536];
	cleanup_fd int fd = open(aftermath->log, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, aftermath->log_size);

	if (len <= 0)
		return false;
	text[len] = '\0';
	return strstr(text, what) != NULL;
}

/* A line of this program's own: when it has come, all that were sent before it have. */
static void wait_for_log(const struct aftermath *aftermath)
{
	static int n;
	int64_t deadline = deadline_in(LOG_MS);
	char mark[32];

	snprintf(mark, sizeof mark, "mark-%d-", n++);
	syslog(LOG_NOTICE, "%s", mark);
	while (!log_has(aftermath, mark) && deadline_left(deadline) > 0)
		usleep(200);
}

void aftermath_begin(struct aftermath *ret, const char *log)
{
	struct stat st = { 0 };

	stat(log, &st);
	*ret = (struct aftermath){ log, st.st_size };
	wait_for_log(ret);
	stat(log, &st);
	ret->log_size = st.st_size;
}

bool aftermath_logged(const struct aftermath *aftermath)
{
	wait_for_log(aftermath);
	return log_has(aftermath, "room-helper[") || log_has(aftermath, "pam_room(");
}

/* Calls visit for each process that is one of the product's; true when there was one. */
static bool each_process(void (*visit)(pid_t pid, const char *name))
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (dir && (entry = readdir(dir))) {
		char path[300], name[32] = "";
		cleanup_fd int fd = -1;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, name, sizeof name - 1) <= 0 ||
			strncmp(name, "room-", 5) != 0)
			continue;
		found = true;
		if (visit)
			visit(atoi(entry->d_name), name);
	}
	return found;
}

static bool has_rooms(void)
{
	cleanup_dir DIR *dir = opendir(ROOMS);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			return true;
	return false;
}

const char *aftermath_left(void)
{
	int64_t deadline = deadline_in(LEFT_MS);

	for (;;) {
		bool rooms = has_rooms(), processes = each_process(NULL);

		if (!rooms && !processes)
			return NULL;
		if (deadline_left(deadline) == 0)
			return processes ? "a process is left" : "a room is left";
		usleep(2000);
	}
}

static void end_keeper(pid_t pid, const char *name)
{
	if (strncmp(name, "room-keeper", 11) == 0)
		kill(pid, SIGTERM);
}

void aftermath_end_rooms(void)
{
	each_process(end_keeper);
}

static bool is_mode(const char *path, mode_t mode)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == 0 && st.st_gid == 0 &&
		(st.st_mode & 07777) == mode;
}

bool aftermath_is_closed(const char *key)
{
	char room[256], plan[300], state[300];

	snprintf(room, sizeof room, ROOMS "/%s", key);
	snprintf(plan, sizeof plan, "%s/plan", room);
	snprintf(state, sizeof state, "%s/state", room);
	return is_mode(ROOM_RUNDIR, 0700) && is_mode(ROOMS, 0700) && is_mode(room, 0700) &&
		is_mode(plan, 0600) && is_mode(state, 0600);
}

bool aftermath_manager_inside(const char *line, uid_t uid)
{
	struct walls inside = { 0 }, here;
	cleanup_fd int self_dfd = walls_open();
	uid_t got = 0;

	return walls_look(self_dfd, &here) && walls_read(line, &inside, &got) && got == uid &&
		walls_shared(&here, &inside) == 0 && inside.bounding != here.bounding &&
		inside.seccomp == 2 && inside.filtered && inside.core == 1 && inside.n_fds == 0;
}
