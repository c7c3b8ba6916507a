/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Processes that run outside already (see strays.h). A process is in a room when its mount
 * namespace is that of a room's keeper, which the user can neither make nor enter otherwise;
 * everything else with the user's ids is a stray, whatever namespaces of its own it has. Names
 * (proc_pid_comm(5)) are the processes' own choice and only told.
 */
#include "helper/strays.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "config/policy.h"
#include "helper/cgroup.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

#define STRAYS_ROOMS_MAX 64
#define STRAYS_NAMED_MAX 4
#define STRAYS_PAUSE_MS 50
/* What is just starting or ending has gone by then; only for the word "refuse". */
#define STRAYS_PASSING_MS 300
/* Leaves the rest of the helper's time to the room. */
#define STRAYS_MANAGER_MS 6000

static const char step[] = "look outside";

/* The mount namespaces of the user's rooms. */
struct insides {
	ino_t list[STRAYS_ROOMS_MAX];
	size_t n;
};

struct strays {
	struct {
		pid_t pid;
		char name[20];
	} named[STRAYS_NAMED_MAX];
	size_t n;
	size_t n_managed; /* of them: the user manager's */
};

/* The value of a line "NAME:\tVALUE" of /proc/PID/status (proc_pid_status(5)), or NULL. */
static const char *status_value(const char *status, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1;
	}
	return NULL;
}

/*
 * One of its ids is the user's, and so it can be the user's whenever it likes (credentials(7)),
 * also while it runs a setuid program. One whose real id is root's was started by root: sshd, say,
 * as it reads the user's keys.
 */
static bool is_users(const char *status, uid_t uid)
{
	const char *ids = status_value(status, "Uid");
	const char *state = status_value(status, "State");
	unsigned int real, effective, saved;

	return ids && state && strncmp(state, "\tZ", 2) != 0 &&
		sscanf(ids, "%u %u %u", &real, &effective, &saved) == 3 && real != 0 &&
		(real == uid || effective == uid || saved == uid);
}

static bool is_roots(const char *status)
{
	const char *ids = status_value(status, "Uid");
	static const char all[] = "\t0\t0\t0\t";

	return ids && strncmp(ids, all, sizeof all - 1) == 0;
}

/* The inode number of a process's mount namespace; -ENOENT: it is gone. */
static int mount_ns_of(int proc_dfd, const char *pid, ino_t *ret)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "%.16s/ns/mnt", pid);
	if (fstatat(proc_dfd, path, &st, 0) < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	*ret = st.st_ino;
	return 0;
}

/* What the keeper's namespace is, if that pid is still the keeper's: it is root's and not here. */
static bool inside_of_keeper(int proc_dfd, const char *state, ino_t *ret)
{
	char pid[24], path[32], status[4096];
	const char *line = strstr(state, "\nkeeper=");
	struct stat here;
	uint64_t number;

	if (!line || sscanf(line, "\nkeeper=%23[0-9]", pid) != 1 ||
		text_u64(pid, INT32_MAX, &number) < 0)
		return false;
	snprintf(path, sizeof path, "%.16s/status", pid);
	return fd_read_small(proc_dfd, path, status, sizeof status) > 0 && is_roots(status) &&
		mount_ns_of(proc_dfd, pid, ret) == 0 &&
		fstatat(proc_dfd, "self/ns/mnt", &here, 0) == 0 && here.st_ino != *ret;
}

static int insides_read(
	int proc_dfd, const struct strays_request *request, struct insides *ret, struct why *why)
{
	cleanup_dir DIR *dir = registry_list(request->rooms_dfd, why);
	char key[REGISTRY_KEY_MAX], path[REGISTRY_KEY_MAX + 16], state[1024];
	int r = dir ? 0 : -errno;

	ret->n = 0;
	while (r == 0 && (r = registry_next(dir, request->uid, key, why)) == 1) {
		r = 0;
		snprintf(path, sizeof path, "%s/" REGISTRY_STATE, key);
		/* One that is just being made has no session yet. */
		if (fd_read_small(request->rooms_dfd, path, state, sizeof state) < 0 ||
			!inside_of_keeper(proc_dfd, state, &ret->list[ret->n]))
			continue;
		if (++ret->n == STRAYS_ROOMS_MAX)
			return why_set(why, E2BIG, step, "uid %u has too many rooms", request->uid);
	}
	return r;
}

static bool is_inside(const struct insides *insides, ino_t mnt)
{
	for (size_t i = 0; i < insides->n; i++)
		if (insides->list[i] == mnt)
			return true;
	return false;
}

/* Whether it is counted to the user manager's service. */
static bool is_managed(int proc_dfd, const char *pid, uid_t uid)
{
	char path[32], group[4096], service[48];

	snprintf(path, sizeof path, "%.16s/cgroup", pid);
	snprintf(service, sizeof service, "/user@%u.service/", uid);
	return fd_read_small(proc_dfd, path, group, sizeof group) > 0 && strstr(group, service);
}

/* One process: counted when it is a stray. */
static int look_at(int proc_dfd, const char *pid, const struct strays_request *request,
	const struct insides *insides, struct strays *strays)
{
	char path[32], status[4096], *name = status;
	ino_t mnt;
	int r;

	snprintf(path, sizeof path, "%.16s/status", pid);
	if (fd_read_small(proc_dfd, path, status, sizeof status) <= 0 ||
		!is_users(status, request->uid))
		return 0;
	r = mount_ns_of(proc_dfd, pid, &mnt);
	if (r < 0 || is_inside(insides, mnt))
		return r == -ENOENT ? 0 : r;
	strsep(&name, "\t");
	name = strsep(&name, "\n");
	if (is_managed(proc_dfd, pid, request->uid)) {
		/* What systemd keeps beside a manager, inside or not: it runs nothing of the
		 * user's.
		 */
		if (strcmp(name, "(sd-pam)") == 0)
			return 0;
		strays->n_managed++;
	}
	if (strays->n < STRAYS_NAMED_MAX) {
		strays->named[strays->n].pid = (pid_t)strtol(pid, NULL, 10);
		snprintf(strays->named[strays->n].name, sizeof strays->named[0].name, "%s", name);
		text_tame(strays->named[strays->n].name);
	}
	strays->n++;
	return 0;
}

static int strays_find(const struct strays_request *request, struct strays *ret, struct why *why)
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	struct insides insides;
	uint64_t number;
	int r = dir ? insides_read(dirfd(dir), request, &insides, why) :
		      why_set(why, errno, step, "/proc");

	if (r < 0)
		return r;
	*ret = (struct strays){ .n = 0 };
	while ((errno = 0, entry = readdir(dir))) {
		if (text_u64(entry->d_name, INT32_MAX, &number) < 0)
			continue;
		r = look_at(dirfd(dir), entry->d_name, request, &insides, ret);
		if (r < 0)
			return why_set(why, -r, step, "process %s", entry->d_name);
	}
	return errno ? why_set(why, errno, step, "/proc") : 0;
}

static void strays_print(const struct strays *strays, char note[STRAYS_NOTE_MAX])
{
	size_t at = 0;

	*note = '\0';
	for (size_t i = 0; i < strays->n && i < STRAYS_NAMED_MAX; i++)
		at += (size_t)snprintf(note + at, STRAYS_NOTE_MAX - at, "%s%d (%s)",
			i > 0 ? ", " : "", strays->named[i].pid, strays->named[i].name);
	if (strays->n > STRAYS_NAMED_MAX)
		snprintf(note + at, STRAYS_NOTE_MAX - at, " and %zu more",
			strays->n - STRAYS_NAMED_MAX);
}

/* Looks until none of them, or none of the manager's, is left; -EBUSY at the deadline. */
static int strays_wait(const struct strays_request *request, bool managed, int64_t deadline,
	struct strays *ret, struct why *why)
{
	const struct timespec pause = { .tv_nsec = STRAYS_PAUSE_MS * 1000000 };

	for (;;) {
		int r = strays_find(request, ret, why);

		if (r < 0 || (managed ? ret->n_managed : ret->n) == 0)
			return r;
		if (deadline_left(deadline) == 0)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
}

int strays_settle(const struct strays_request *request, int64_t deadline,
	char note[STRAYS_NOTE_MAX], struct why *why)
{
	unsigned int word = request->spec->strays;
	bool managed = word == STRAYS_RESTART && !request->for_manager;
	struct strays strays;
	int r = strays_find(request, &strays, why);

	*note = '\0';
	if (r == 0 && managed && strays.n_managed > 0) {
		r = cgroup_restart_manager(request->uid, deadline, why);
		if (r < 0)
			return r;
		r = strays_wait(
			request, true, deadline_sooner(deadline, STRAYS_MANAGER_MS), &strays, why);
	}
	if (r == 0 && word == STRAYS_REFUSE && strays.n > 0)
		r = strays_wait(
			request, false, deadline_sooner(deadline, STRAYS_PASSING_MS), &strays, why);
	strays_print(&strays, note);
	if (r == -EBUSY)
		why_set(why, 0, step,
			managed ? "the user manager outside is being restarted, and these have not "
				  "ended: %s" :
				  "these processes of the user run outside: %s",
			note);
	return r;
}
