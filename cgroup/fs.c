/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Control groups on a machine without systemd (see cgroup.h): pam_room/rooms/KEY in the unified
 * hierarchy, made for rooms that have limits and for no other. The group of a room that has ended
 * is removed when the next one is made: while its last process ends, nobody could. That of a living
 * room stays while nobody is in it: the room may wait for its user (linger).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

#define FS_ROOMS "pam_room/rooms"
#define FS_KEEPERS "pam_room/keepers"

static const char step[] = "control group";

static void fs_path(const struct cgroup_room *room, char *buf, size_t size)
{
	snprintf(buf, size, FS_ROOMS "/%s", room->key);
}

static int put(int dfd, const char *name, const char *text)
{
	cleanup_fd int fd = openat(dfd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));
}

/* Opens name below dfd, making it. */
static int make_group(int dfd, const char *name, struct why *why)
{
	int fd = fd_make_dir(dfd, name, 0755);

	return fd < 0 ? why_set(why, -fd, step, "cannot make %s", name) : fd;
}

/*
 * pam_room itself. The hierarchy's root lets nobody write to it who has not CAP_DAC_OVERRIDE, which
 * the helper has given away by now; but its owner may let himself.
 */
static int make_own(int root_fd, struct why *why)
{
	cleanup_fd int fd = fd_make_dir(root_fd, "pam_room", 0755);
	struct stat st;

	if (fd == -EACCES) {
		if (fstat(root_fd, &st) < 0 || fchmod(root_fd, st.st_mode | S_IWUSR) < 0)
			return why_set(why, errno, step, "the root of the hierarchy");
		fd = fd_make_dir(root_fd, "pam_room", 0755);
		if (fchmod(root_fd, st.st_mode & 07777) < 0)
			return why_set(why, errno, step, "the root of the hierarchy");
	}
	return fd < 0 ? why_set(why, -fd, step, "cannot make pam_room") : take_fd(&fd);
}

/* Hands the controllers on to the groups below dfd (cgroup.subtree_control). */
static int hand_on(int dfd, const struct limits *limits, struct why *why)
{
	const char *needed[N_LIMITS];
	size_t n = limits_controllers(limits, needed);
	char text[32];
	int r;

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "+%s", needed[i]);
		r = put(dfd, "cgroup.subtree_control", text);
		if (r < 0)
			return why_set(why, -r, step, "controller %s cannot be had", needed[i]);
	}
	return 0;
}

/* pam_room/rooms, with these controllers for what is below. */
static int open_rooms(const struct limits *limits, struct why *why)
{
	cleanup_fd int root_fd = cgroup_root();
	cleanup_fd int own_fd = -1;
	cleanup_fd int rooms_fd = -1;
	int r = cgroup_check_controllers(root_fd, limits, why);

	if (r == 0)
		r = hand_on(root_fd, limits, why);
	if (r == 0)
		own_fd = r = make_own(root_fd, why);
	if (r >= 0)
		r = hand_on(own_fd, limits, why);
	if (r == 0)
		rooms_fd = r = make_group(own_fd, "rooms", why);
	if (r >= 0)
		r = hand_on(rooms_fd, limits, why);
	return r < 0 ? r : take_fd(&rooms_fd);
}

/* One that has processes stays (EBUSY). The room's lock keeps a login from making the room again
 * meanwhile. */
static void sweep_one(int groups_fd, int rooms_dfd, const char *key)
{
	cleanup_fd int room_dfd = -1;

	if (faccessat(rooms_dfd, key, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		return;
	room_dfd = registry_lock_room(rooms_dfd, key, deadline_in(0), NULL);
	if (room_dfd < 0)
		return;
	/* Made between the look and the lock. */
	if (faccessat(room_dfd, REGISTRY_SOCKET, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	unlinkat(groups_fd, key, AT_REMOVEDIR);
	unlinkat(rooms_dfd, key, AT_REMOVEDIR);
}

/* The groups of rooms that the registry has no more; without it nothing is known of any. */
static void sweep(int groups_fd, const char *but)
{
	cleanup_fd int rooms_dfd = registry_open(0, NULL);
	int fd = openat(groups_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		fd_closep(&fd);
	while (dir && rooms_dfd >= 0 && (entry = readdir(dir)))
		if (text_is_room_key(entry->d_name) && strcmp(entry->d_name, but) != 0)
			sweep_one(groups_fd, rooms_dfd, entry->d_name);
}

/* 0, or what the kernel says of it; a limit that is none needs no file. */
static int put_limit(
	int dfd, const char *name, const char *text, bool none, const char *key, struct why *why)
{
	int r = put(dfd, name, text);

	if (r == 0 || (r == -ENOENT && none))
		return 0;
	return why_set(why, -r, step, "limits.%s: %s to %s", key, text, name);
}

static int put_numbers(int dfd, const struct limits *limits, struct why *why)
{
	char text[64];
	int r = 0;

	for (size_t i = 0; i < N_LIMITS && r == 0; i++) {
		const struct limit_row *row = &limit_rows[i];
		bool none = limits->values[i] == LIMITS_NONE;

		snprintf(text, sizeof text, "%s%" PRIu64 "%s", row->before,
			limits->values[i] * row->file_scale, row->after);
		r = put_limit(dfd, row->file, none ? row->none : text, none, row->key, why);
	}
	return r;
}

static int put_rate(int dfd, const struct io_rate *rate, struct why *why)
{
	const uint64_t values[] = { rate->read, rate->write };
	static const char *const names[] = { "rbps", "wbps" };
	char text[96];
	int len = snprintf(text, sizeof text, "%u:%u", major(rate->disk), minor(rate->disk));

	for (size_t i = 0; i < 2; i++)
		len += values[i] == LIMITS_NONE ?
			snprintf(text + len, sizeof text - (size_t)len, " %s=max", names[i]) :
			snprintf(text + len, sizeof text - (size_t)len, " %s=%" PRIu64, names[i],
				values[i]);
	return put_limit(dfd, "io.max", text, false, "io", why);
}

/* The disks that had a rate and have none now. */
static int clear_rates(int dfd, const struct limits *limits, struct why *why)
{
	char text[4096], *rest = text, *line;
	unsigned int maj, min;
	int r = 0;

	if (fd_read_small(dfd, "io.max", text, sizeof text) < 0)
		return 0;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		struct io_rate rate = { .read = LIMITS_NONE, .write = LIMITS_NONE };
		bool wanted = false;

		if (sscanf(line, "%u:%u ", &maj, &min) != 2)
			continue;
		rate.disk = makedev(maj, min);
		for (size_t i = 0; i < limits->n_io; i++)
			wanted = wanted || limits->io[i].disk == rate.disk;
		r = wanted ? 0 : put_rate(dfd, &rate, why);
	}
	return r;
}

/* A group with processes in it does not take "none" again: it gets all that there are above it. */
static int put_cpus(int dfd, const struct limits *limits, struct why *why)
{
	char cpus[UNITS_CPUS_TEXT];
	ssize_t len = fd_read_small(dfd, "cpuset.cpus", cpus, sizeof cpus);

	if (limits->has_cpus)
		units_print_cpus(&limits->cpus, cpus);
	else if (len <= 1 || fd_read_small(dfd, "../cpuset.cpus.effective", cpus, sizeof cpus) < 0)
		return 0;
	cpus[strcspn(cpus, "\n")] = '\0';
	return put_limit(dfd, "cpuset.cpus", cpus, false, "cpus", why);
}

static int put_all(int dfd, const struct limits *limits, struct why *why)
{
	int r = put_numbers(dfd, limits, why);

	if (r == 0)
		r = put_cpus(dfd, limits, why);
	if (r == 0)
		r = clear_rates(dfd, limits, why);
	for (size_t i = 0; i < limits->n_io && r == 0; i++)
		r = put_rate(dfd, &limits->io[i], why);
	return r;
}

static int fs_limit(const struct cgroup_room *room, const struct limits *limits, int64_t deadline,
	struct why *why)
{
	cleanup_fd int rooms_fd = -1;
	cleanup_fd int dfd = cgroup_open(room);

	(void)deadline;
	/* Made for limits only; one that had some keeps its group. */
	if (dfd < 0 && limits_are_none(limits))
		return 0;
	rooms_fd = open_rooms(limits, why);
	if (rooms_fd < 0)
		return rooms_fd;
	sweep(rooms_fd, room->key);
	fd_closep(&dfd);
	dfd = make_group(rooms_fd, room->key, why);
	return dfd < 0 ? dfd : put_all(dfd, limits, why);
}

static int move(int dfd, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof text, "%d", pid);
	return put(dfd, "cgroup.procs", text);
}

static int fs_place_login(const struct cgroup_room *room, pid_t login, bool limited,
	int64_t deadline, struct why *why)
{
	cleanup_fd int dfd = cgroup_open(room);
	int r;

	(void)deadline;
	if (cgroup_holds_job(login, room->uid))
		return 0;
	if (dfd < 0)
		return limited ? why_set(why, -dfd, step, "that of room %s", room->key) : 0;
	r = move(dfd, login);
	return r < 0 ? why_set(why, -r, step, "cannot move the login into it") : 0;
}

/* It is moved when nothing can refuse it any more. */
static int fs_release_login(
	const struct cgroup_room *room, pid_t login, int64_t deadline, struct why *why)
{
	(void)room, (void)login, (void)deadline, (void)why;
	return 0;
}

static int fs_place_keeper(
	const struct cgroup_room *room, pid_t keeper, int64_t deadline, struct why *why)
{
	cleanup_fd int root_fd = cgroup_root();
	cleanup_fd int own_fd = -1;
	cleanup_fd int dfd = -1;
	char group[1024];
	int r;

	(void)room, (void)deadline;
	if (root_fd < 0)
		return 0;
	r = cgroup_of(keeper, group, sizeof group, why);
	/* A batch system ends all that is in a job. */
	if (r < 0 ||
		(strncmp(group, "/" FS_ROOMS "/", sizeof FS_ROOMS + 1) != 0 &&
			!cgroup_is_job(group)))
		return r;
	own_fd = make_own(root_fd, why);
	if (own_fd < 0)
		return own_fd;
	dfd = make_group(own_fd, "keepers", why);
	if (dfd < 0)
		return dfd;
	r = move(dfd, keeper);
	return r < 0 ? why_set(why, -r, step, "cannot move the keeper") : 0;
}

static int fs_restart_manager(uid_t uid, int64_t deadline, struct why *why)
{
	/* Somebody's control groups may be called like systemd's. */
	(void)uid, (void)deadline, (void)why;
	return 0;
}

const struct cgroup_driver cgroup_fs = {
	.place_keeper = fs_place_keeper,
	.place_login = fs_place_login,
	.release_login = fs_release_login,
	.limit = fs_limit,
	.restart_manager = fs_restart_manager,
	.path = fs_path,
};
