/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Finds processes outside (see stray_find.h). A process is in a room when its mount namespace is
 * that of a room's keeper, which the user can neither make nor enter otherwise. Nothing that it
 * says of itself counts.
 */
#include "helper/stray_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

#define FIND_ROOMS_MAX 64
#define FIND_USER_NS_MAX 32 /* as deep as the kernel nests them (user_namespaces(7)) */

static const char step[] = "look outside";

/* What is known before the walk. The open namespaces of the keepers keep their numbers from being
 * given out again meanwhile. */
struct search {
	int proc_dfd;
	uid_t uid;
	ino_t user_ns; /* the host's */
	int rooms[FIND_ROOMS_MAX];
	ino_t room_ns[FIND_ROOMS_MAX];
	size_t n_rooms;
};

static void search_end(struct search *search)
{
	while (search->n_rooms > 0)
		fd_closep(&search->rooms[--search->n_rooms]);
}

/* Of /proc/PID/status (proc_pid_status(5)). */
struct facts {
	char text[4096];
	const char *name;
	uid_t real, effective, saved;
	unsigned int threads;
	pid_t parent;
	bool is_dead; /* its first thread is; others may go on */
};

/* The value of a line "NAME:\tVALUE", or "". The kernel escapes newlines in a process's name. */
static const char *facts_value(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && strncmp(line + len, ":\t", 2) == 0)
			return line + len + 2;
	}
	return "";
}

/* False when there is no such process any more. */
static bool facts_read(int proc_dfd, const char *pid, struct facts *ret)
{
	char path[32];

	snprintf(path, sizeof path, "%.16s/status", pid);
	if (fd_read_small(proc_dfd, path, ret->text, sizeof ret->text) <= 0)
		return false;
	ret->name = facts_value(ret->text, "Name");
	ret->is_dead = *facts_value(ret->text, "State") == 'Z';
	return sscanf(facts_value(ret->text, "Uid"), "%u %u %u", &ret->real, &ret->effective,
		       &ret->saved) == 3 &&
		sscanf(facts_value(ret->text, "Threads"), "%u", &ret->threads) == 1 &&
		sscanf(facts_value(ret->text, "PPid"), "%d", &ret->parent) == 1;
}

/* The inode number of a namespace of that process; -ENOENT: it is gone. */
static int ns_of(int proc_dfd, const char *pid, const char *kind, ino_t *ret)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "%.16s/ns/%s", pid, kind);
	if (fstatat(proc_dfd, path, &st, 0) < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	*ret = st.st_ino;
	return 0;
}

/*
 * One of its ids is the user's, and so it can be the user's whenever it likes (credentials(7)),
 * also while it runs a setuid program. One whose real id is root's was started by root: sshd, say,
 * as it reads the user's keys.
 */
static bool has_id(const struct facts *facts, uid_t uid)
{
	return facts->real != 0 &&
		(facts->real == uid || facts->effective == uid || facts->saved == uid);
}

/* In a user namespace that the user made it may have other ids for now (user_namespaces(7)). */
static bool is_in_users_namespace(const struct search *search, const char *pid)
{
	char path[64];
	cleanup_fd int fd = -1;
	struct stat st;
	ino_t own = 0;
	uid_t owner;

	if (ns_of(search->proc_dfd, pid, "user", &own) < 0 || own == search->user_ns)
		return false;
	snprintf(path, sizeof path, "%.16s/ns/user", pid);
	fd = openat(search->proc_dfd, path, O_RDONLY | O_CLOEXEC);
	for (int depth = 0; fd >= 0 && depth <= FIND_USER_NS_MAX; depth++) {
		int parent;

		if (fstat(fd, &st) < 0 || st.st_ino == search->user_ns)
			return false;
		if (ioctl(fd, NS_GET_OWNER_UID, &owner) == 0 && owner == search->uid)
			return true;
		parent = ioctl(fd, NS_GET_PARENT);
		fd_closep(&fd);
		fd = parent;
	}
	return false;
}

static bool is_inside(const struct search *search, ino_t mnt)
{
	for (size_t i = 0; i < search->n_rooms; i++)
		if (search->room_ns[i] == mnt)
			return true;
	return false;
}

/* Whether it is counted to the user manager's service. */
static bool is_managed(const struct search *search, const char *pid)
{
	char path[32], group[4096], service[48];

	snprintf(path, sizeof path, "%.16s/cgroup", pid);
	snprintf(service, sizeof service, "/user@%u.service/", search->uid);
	return fd_read_small(search->proc_dfd, path, group, sizeof group) > 0 &&
		strstr(group, service);
}

/*
 * systemd's own process beside a manager, "(sd-pam)", is outside and the user's, and runs nothing.
 * Of a manager in a room its parent is the supervisor (helper/manager.h), which has joined the room
 * and starts nothing else outside.
 */
static bool is_beside_manager(const struct search *search, const struct facts *facts)
{
	char parent[16];
	ino_t mnt = 0;

	snprintf(parent, sizeof parent, "%d", facts->parent);
	return ns_of(search->proc_dfd, parent, "mnt", &mnt) == 0 && is_inside(search, mnt);
}

static void strays_add(
	struct strays *strays, const char *pid, const struct facts *facts, bool managed)
{
	size_t n = strays->n++;

	strays->n_managed += managed;
	if (n >= STRAYS_NAMED_MAX)
		return;
	strays->named[n].pid = (pid_t)strtol(pid, NULL, 10);
	snprintf(strays->named[n].name, sizeof strays->named[n].name, "%.*s",
		(int)strcspn(facts->name, "\n"), facts->name);
	text_tame(strays->named[n].name);
	/* Names are told in brackets, one behind the other. */
	for (char *c = strays->named[n].name; (c = strpbrk(c, "(),"));)
		*c = '?';
}

/* One process. */
static void look_at(const struct search *search, const char *pid, struct strays *strays)
{
	static struct facts facts;
	bool managed;
	ino_t mnt = 0;
	int r;

	if (!facts_read(search->proc_dfd, pid, &facts) || (facts.is_dead && facts.threads == 1))
		return;
	if (!has_id(&facts, search->uid) && !is_in_users_namespace(search, pid))
		return;
	/* Of a dead first thread there is no namespace to see. What cannot be told is outside. */
	r = facts.is_dead ? -EINVAL : ns_of(search->proc_dfd, pid, "mnt", &mnt);
	if (r == -ENOENT || (r == 0 && is_inside(search, mnt)))
		return;
	managed = is_managed(search, pid);
	if (!managed || !is_beside_manager(search, &facts))
		strays_add(strays, pid, &facts, managed);
}

/* The mount namespace of the keeper that the state names, if that pid is still one: it is root's
 * and not here. -1: it is not. */
static int open_keeper(int proc_dfd, const char *state)
{
	static struct facts facts;
	cleanup_fd int fd = -1;
	const char *line = strstr(state, "\nkeeper=");
	char pid[24], path[40];
	struct stat st, here;
	uint64_t number;

	if (!line || sscanf(line, "\nkeeper=%23[0-9]", pid) != 1 ||
		text_u64(pid, INT32_MAX, &number) < 0)
		return -1;
	snprintf(path, sizeof path, "%.16s/ns/mnt", pid);
	fd = openat(proc_dfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !facts_read(proc_dfd, pid, &facts) ||
		(facts.real | facts.effective | facts.saved) != 0 || fstat(fd, &st) < 0 ||
		fstatat(proc_dfd, "self/ns/mnt", &here, 0) < 0 || st.st_ino == here.st_ino)
		return -1;
	return take_fd(&fd);
}

static int search_begin(struct search *search, int rooms_dfd, struct why *why)
{
	cleanup_dir DIR *dir = registry_list(rooms_dfd, why);
	char key[REGISTRY_KEY_MAX], path[REGISTRY_KEY_MAX + 1 + REGISTRY_MEMBER_MAX], state[1024];
	char member[REGISTRY_MEMBER_MAX];
	struct stat st;
	int r = dir ? 0 : -errno;

	if (r == 0 && ns_of(search->proc_dfd, "self", "user", &search->user_ns) < 0)
		r = why_set(why, errno, step, "its own namespace");
	while (r == 0 && (r = registry_next_shared(dir, search->uid, key, why)) == 1) {
		int fd;

		r = 0;
		/* Nothing of his can be in a group's room that he was never let into. */
		snprintf(path, sizeof path, "%s/%s", key,
			registry_member(REGISTRY_MEMBER, search->uid, member));
		if (registry_is_group(key) &&
			faccessat(rooms_dfd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		snprintf(path, sizeof path, "%s/" REGISTRY_STATE, key);
		/* One that is just being made has no session yet. */
		if (fd_read_small(rooms_dfd, path, state, sizeof state) < 0)
			continue;
		fd = open_keeper(search->proc_dfd, state);
		if (fd < 0)
			continue;
		if (search->n_rooms == FIND_ROOMS_MAX || fstat(fd, &st) < 0) {
			close(fd);
			return why_set(why, E2BIG, step, "uid %u has too many rooms", search->uid);
		}
		search->room_ns[search->n_rooms] = st.st_ino;
		search->rooms[search->n_rooms++] = fd;
	}
	return r;
}

int strays_find(uid_t uid, int rooms_dfd, struct strays *ret, struct why *why)
{
	cleanup_dir DIR *dir = opendir("/proc");
	cleanup_with(search_end) struct search search = { .uid = uid };
	const struct dirent *entry;
	uint64_t number;
	int r;

	*ret = (struct strays){ .n = 0 };
	if (!dir)
		return why_set(why, errno, step, "/proc");
	search.proc_dfd = dirfd(dir);
	r = search_begin(&search, rooms_dfd, why);
	if (r < 0)
		return r;
	while ((errno = 0, entry = readdir(dir)))
		if (text_u64(entry->d_name, INT32_MAX, &number) == 0)
			look_at(&search, entry->d_name, ret);
	return errno ? why_set(why, errno, step, "/proc") : 0;
}
