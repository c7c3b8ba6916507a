/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Freezing by control groups (see freezer.h).
 */
#include "roomctl/freezer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/members.h"

#define GROUP_MAX 4096

static const char step[] = "freeze room";

int freezer_name(char name[FREEZER_NAME_MAX], struct why *why)
{
	uint64_t number;

	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return why_set(why, errno, step, "no random number");
	snprintf(name, FREEZER_NAME_MAX, "pam_room-frozen-%016" PRIx64, number);
	return 0;
}

bool freezer_find(const char *key, struct freezer *freezer)
{
	cleanup_fd int rooms_dfd = registry_open(0, NULL);
	cleanup_fd int room_dfd =
		rooms_dfd < 0 ? -1 : fd_open_beneath(rooms_dfd, key, O_RDONLY | O_DIRECTORY);

	return room_dfd >= 0 &&
		fd_read_small(room_dfd, REGISTRY_FROZEN, freezer->name, sizeof freezer->name) > 0;
}

void freezer_release(struct freezer *freezer)
{
	while (freezer->n_groups > 0)
		free(freezer->groups[--freezer->n_groups]);
	free(freezer->groups);
	freezer->groups = NULL;
}

static bool knows(const struct freezer *freezer, const char *group)
{
	for (size_t i = 0; i < freezer->n_groups; i++)
		if (strcmp(freezer->groups[i], group) == 0)
			return true;
	return false;
}

static int remember(struct freezer *freezer, const char *group)
{
	char **more;

	if (knows(freezer, group))
		return 0;
	more = reallocarray(freezer->groups, freezer->n_groups + 1, sizeof *more);
	if (!more)
		return -ENOMEM;
	freezer->groups = more;
	more[freezer->n_groups] = strdup(group);
	if (!more[freezer->n_groups])
		return -ENOMEM;
	freezer->n_groups++;
	return 0;
}

static int put(int root_fd, const char *group, const char *file, const char *text)
{
	cleanup_fd int dfd =
		*group ? fd_open_beneath(root_fd, group, O_RDONLY | O_DIRECTORY) : dup(root_fd);
	cleanup_fd int fd = dfd < 0 ? -1 : openat(dfd, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	if (dfd < 0)
		return *group ? dfd : -errno;
	return fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));
}

static bool is_roots(int root_fd, const char *group)
{
	struct stat st;

	return fstatat(root_fd, group, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_uid == 0;
}

/*
 * Where the group's name becomes that of the room's frozen ones, or NULL when it is none: "" when
 * it is "/NAME". Whoever was not stopped yet sees the name in others' /proc, and where groups are
 * delegated makes one like it, which is his.
 */
static const char *frozen_part(const struct freezer *freezer, int root_fd, const char *group)
{
	const char *slash = strrchr(group, '/');

	return slash && strcmp(slash + 1, freezer->name) == 0 && is_roots(root_fd, group + 1) ?
		slash :
		NULL;
}

/* A group in which nothing runs. -ENOENT: the one above it has just gone; -ENOSYS: the kernel has
 * no such thing. */
static int make_still(struct freezer *freezer, int root_fd, const char *below)
{
	int r = mkdirat(root_fd, below, 0755) == 0 ? 0 : -errno;

	if (r < 0 && (r != -EEXIST || !is_roots(root_fd, below)))
		return r;
	r = put(root_fd, below, "cgroup.freeze", "1");
	if (r == 0)
		r = remember(freezer, below);
	if (r == 0)
		return 0;
	/* Where groups are delegated an empty one may have been taken away. */
	if (r == -ENOENT && is_roots(root_fd, below))
		r = -ENOSYS;
	unlinkat(root_fd, below, AT_REMOVEDIR);
	return r;
}

/*
 * Makes the group below the one that the process is in, and it stands still there; of a group of
 * threads, which can have none for processes, below the next one up. "/user.slice/session-1.scope"
 * is opened beneath the root, "/" is the root.
 */
static int freeze_one(
	struct freezer *freezer, int root_fd, const char *group, const char *pid, struct why *why)
{
	char above[GROUP_MAX], below[GROUP_MAX + FREEZER_NAME_MAX], *slash;
	int r;

	snprintf(above, sizeof above, "%s", group + 1);
	for (;;) {
		snprintf(below, sizeof below, "%s%s%s", above, *above ? "/" : "", freezer->name);
		r = make_still(freezer, root_fd, below);
		if (r == 0)
			r = put(root_fd, below, "cgroup.procs", pid);
		if (r != -EOPNOTSUPP || !*above)
			break;
		unlinkat(root_fd, below, AT_REMOVEDIR);
		slash = strrchr(above, '/');
		*(slash ? slash : above) = '\0';
	}
	/* It has ended meanwhile, or its group has: another round tells. */
	if (r == -ESRCH || r == -ENOENT)
		return r == -ENOENT;
	if (r == -ENOSYS)
		return why_set(why, ENOTSUP, step,
			"this kernel's control groups cannot freeze (cgroup.freeze)");
	return r < 0 ? why_set(why, -r, step, "process %s in %.150s", pid, group) : 1;
}

/* Of each process of the room. */
typedef int (*member_fn)(
	struct freezer *freezer, int root_fd, const char *group, const char *pid, struct why *why);

/* Not a dead process's, nor one that is ending: those cannot be moved, and hold a place only. */
static bool thread_lives(int proc_dfd, const char *path)
{
	char name[64], text[1024];
	const char *at;

	snprintf(name, sizeof name, "%s/stat", path);
	if (fd_read_small(proc_dfd, name, text, sizeof text) < 0)
		return false;
	at = strrchr(text, ')');
	return at && at[1] == ' ' && !strchr("ZX", at[2]);
}

/* The id of a thread that lives, which need not be the first one; or 0. */
static pid_t living_thread(int proc_dfd, const char *pid)
{
	char path[48];
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;
	int fd;

	if (thread_lives(proc_dfd, pid))
		return atoi(pid);
	snprintf(path, sizeof path, "%.16s/task", pid);
	fd = openat(proc_dfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof path, "%.16s/task/%.16s", pid, entry->d_name);
		if (entry->d_name[0] != '.' && thread_lives(proc_dfd, path))
			return atoi(entry->d_name);
	}
	return 0;
}

/*
 * The sum of what fn returns, or -errno. Between the look at a process and its move its number may
 * be given to another one, which cannot be told from here: whoever came into a frozen group so goes
 * on when the group is given up (freezer_sweep()).
 */
static int each_member(struct freezer *freezer, int root_fd, member_fn fn, struct why *why)
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char keeper[16], group[GROUP_MAX];
	uint64_t number;
	ino_t own;
	int sum = 0;

	snprintf(keeper, sizeof keeper, "%d", freezer->keeper);
	own = dir ? members_namespace(dirfd(dir), keeper) : 0;
	if (!own)
		return why_set(why, ESRCH, step, "its keeper is gone");
	while ((entry = readdir(dir))) {
		pid_t thread;
		int r;

		if (text_u64(entry->d_name, INT32_MAX, &number) < 0 ||
			(pid_t)number == freezer->keeper ||
			!members_has(dirfd(dir), entry->d_name, own))
			continue;
		thread = living_thread(dirfd(dir), entry->d_name);
		r = thread ? cgroup_of(thread, group, sizeof group, why) : -ESRCH;
		if (r == -ENOENT || r == -ESRCH)
			continue;
		r = r < 0 ? r : fn(freezer, root_fd, group, entry->d_name, why);
		if (r < 0)
			return r;
		sum += r;
	}
	return sum;
}

static int freeze_running(
	struct freezer *freezer, int root_fd, const char *group, const char *pid, struct why *why)
{
	return frozen_part(freezer, root_fd, group) ? 0 :
						      freeze_one(freezer, root_fd, group, pid, why);
}

static int count_frozen(
	struct freezer *freezer, int root_fd, const char *group, const char *pid, struct why *why)
{
	int r = frozen_part(freezer, root_fd, group) ? remember(freezer, group + 1) : -EAGAIN;

	(void)pid;
	if (r == -EAGAIN)
		return 0;
	return r < 0 ? why_set(why, -r, step, "no memory") : 1;
}

/* Until each group says that all in it stand still (cgroup.events). */
static int await_still(struct freezer *freezer, int root_fd, int64_t deadline, struct why *why)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	char text[256], path[GROUP_MAX + FREEZER_NAME_MAX + 16];

	for (size_t i = 0; i < freezer->n_groups; i++)
		for (;;) {
			snprintf(path, sizeof path, "%s/cgroup.events", freezer->groups[i]);
			/* One that its last process has left may be gone. */
			if (fd_read_small(root_fd, path, text, sizeof text) < 0 ||
				strstr(text, "frozen 1") || strstr(text, "populated 0"))
				break;
			if (deadline_left(deadline) == 0)
				return why_set(why, ETIMEDOUT, step,
					"a process in %.150s does not come to a stop",
					freezer->groups[i]);
			nanosleep(&pause, NULL);
		}
	return 0;
}

static int open_root(struct why *why)
{
	int root_fd = cgroup_root();

	return root_fd < 0 ?
		why_set(why, ENOTSUP, step, "there is no unified hierarchy of control groups") :
		root_fd;
}

/*
 * A round that finds nobody running is the last: what was seen still cannot have moved anything
 * since, and nobody but root moves a process into these groups.
 */
int freezer_freeze(struct freezer *freezer, int64_t deadline, struct why *why)
{
	cleanup_fd int root_fd = open_root(why);
	int r = root_fd < 0 ? root_fd : 1;

	while (r > 0) {
		if (deadline_left(deadline) == 0)
			return why_set(why, ETIMEDOUT, step,
				"not all of its processes can be stopped in time");
		r = each_member(freezer, root_fd, freeze_running, why);
		if (r >= 0 && await_still(freezer, root_fd, deadline, why) < 0)
			r = -ETIMEDOUT;
	}
	return r < 0 ? r : each_member(freezer, root_fd, count_frozen, why);
}

int freezer_look(struct freezer *freezer, struct why *why)
{
	cleanup_fd int root_fd = open_root(why);

	return root_fd < 0 ? root_fd : each_member(freezer, root_fd, count_frozen, why);
}

/* What stands still starts nothing, so each that is moved out goes on, and none is added. */
static int thaw_one(
	struct freezer *freezer, int root_fd, const char *group, const char *pid, struct why *why)
{
	const char *slash = frozen_part(freezer, root_fd, group);
	char above[GROUP_MAX];
	int r;

	if (!slash)
		return 0;
	r = remember(freezer, group + 1);
	snprintf(above, sizeof above, "%.*s", slash == group ? 0 : (int)(slash - group - 1),
		group + 1);
	if (r >= 0)
		r = put(root_fd, above, "cgroup.procs", pid);
	if (r == -ESRCH)
		return 0;
	/* Where it cannot go back, as the group above has been divided since, it goes on here. */
	if (r < 0)
		r = put(root_fd, group + 1, "cgroup.freeze", "0");
	return r < 0 ? why_set(why, -r, "thaw room", "process %s in %.150s", pid, group) : 1;
}

int freezer_thaw(struct freezer *freezer, struct why *why)
{
	cleanup_fd int root_fd = open_root(why);
	int r = root_fd < 0 ? root_fd : each_member(freezer, root_fd, thaw_one, why);

	if (r >= 0)
		freezer_sweep(freezer);
	return r;
}

void freezer_sweep(struct freezer *freezer)
{
	cleanup_fd int root_fd = cgroup_root();

	/* Who is in there still is none of the room's. */
	for (size_t i = 0; i < freezer->n_groups && root_fd >= 0; i++)
		if (unlinkat(root_fd, freezer->groups[i], AT_REMOVEDIR) < 0 && errno == EBUSY)
			put(root_fd, freezer->groups[i], "cgroup.freeze", "0");
	freezer_release(freezer);
}
