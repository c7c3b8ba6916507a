/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Counting who is in rooms (see members.h).
 */
#include "roomctl/members.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/listed.h"

/* The kernel nests no deeper (pid_namespaces(7)). */
#define NESTED_MAX 32

/* A room's namespace and its place in the list; sorted by the first. */
struct own {
	ino_t namespace;
	size_t at;
};

struct count {
	int proc_dfd;
	const struct rooms *rooms;
	struct own *own;
	pid_t *keepers; /* sorted */
	size_t n_own;   /* and their keepers */
	struct members *members;
	ino_t host;
	bool usage;
};

static ino_t namespace_of(int proc_dfd, const char *pid, const char *kind)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof path, "%.16s/ns/%s", pid, kind);
	return fstatat(proc_dfd, path, &st, 0) == 0 ? st.st_ino : 0;
}

ino_t members_namespace(int proc_dfd, const char *pid)
{
	return namespace_of(proc_dfd, pid, "pid");
}

/* The namespaces above that of the process, one a call: 0 at the end. *fdp starts at -1. */
static ino_t namespace_above(int proc_dfd, const char *pid, int *fdp)
{
	char path[32];
	struct stat st;
	int above;

	snprintf(path, sizeof path, "%.16s/ns/pid", pid);
	if (*fdp < 0)
		*fdp = openat(proc_dfd, path, O_RDONLY | O_CLOEXEC);
	above = *fdp < 0 ? -1 : ioctl(*fdp, NS_GET_PARENT);
	fd_closep(fdp);
	*fdp = above;
	return above >= 0 && fstat(above, &st) == 0 ? st.st_ino : 0;
}

bool members_has(int proc_dfd, const char *pid, ino_t namespace)
{
	ino_t found = members_namespace(proc_dfd, pid);
	cleanup_fd int fd = -1;

	for (int i = 0; i < NESTED_MAX && found && found != namespace; i++)
		found = namespace_above(proc_dfd, pid, &fd);
	return found && found == namespace;
}

static int own_compare(const void *a, const void *b)
{
	const struct own *one = a, *other = b;

	return one->namespace < other->namespace ? -1 : one->namespace > other->namespace;
}

static int keeper_compare(const void *a, const void *b)
{
	const pid_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

/* The room of that namespace, or NULL. */
static struct members *count_find(const struct count *count, ino_t namespace, size_t *ret_at)
{
	const struct own key = { .namespace = namespace };
	const struct own *found = bsearch(&key, count->own, count->n_own, sizeof key, own_compare);

	if (found)
		*ret_at = found->at;
	return found ? &count->members[found->at] : NULL;
}

static void members_add(struct members *members, uid_t uid)
{
	size_t i = 0;

	members->n++;
	while (i < members->n_uids && members->uids[i].uid != uid)
		i++;
	if (i == MEMBERS_UIDS_MAX)
		return;
	if (i == members->n_uids)
		members->uids[members->n_uids++].uid = uid;
	members->uids[i].n++;
}

/* proc_pid_stat(5): after the name, which may hold anything, utime and stime are the 12th and 13th
 * and rss the 22nd. */
static void members_use(struct members *members, int proc_dfd, const char *pid)
{
	char path[32], text[1024];
	unsigned long long utime, stime, rss;
	const char *at;

	snprintf(path, sizeof path, "%.16s/stat", pid);
	if (fd_read_small(proc_dfd, path, text, sizeof text) < 0)
		return;
	at = strrchr(text, ')');
	if (!at ||
		sscanf(at + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d "
			"%*d %*d %*u %*u %llu",
			&utime, &stime, &rss) != 3)
		return;
	members->cpu_ms += (utime + stime) * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
	members->resident += rss * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* They are not counted, and what there is to ask about them has been asked. */
static bool is_keeper(const struct count *count, pid_t pid)
{
	return bsearch(&pid, count->keepers, count->n_own, sizeof pid, keeper_compare);
}

/* One of the host's whose children are born in a room. */
static void count_outside(const struct count *count, const char *pid)
{
	ino_t children = namespace_of(count->proc_dfd, pid, "pid_for_children");
	struct members *members;
	char path[32], name[32];
	size_t at;

	if (!children || children == count->host || !(members = count_find(count, children, &at)))
		return;
	snprintf(path, sizeof path, "%.16s/comm", pid);
	if (fd_read_small(count->proc_dfd, path, name, sizeof name) > 0 &&
		strncmp(name, "room-helper", 11) == 0)
		members->managers++;
	else
		members->sessions++;
}

static void count_one(const struct count *count, const char *pid)
{
	ino_t found = members_namespace(count->proc_dfd, pid);
	cleanup_fd int fd = -1;
	struct members *members = NULL;
	struct stat st;
	size_t at = 0;

	for (int i = 0; i < NESTED_MAX && found; i++) {
		members = count_find(count, found, &at);
		if (members || found == count->host)
			break;
		found = namespace_above(count->proc_dfd, pid, &fd);
	}
	if (!members && found == count->host)
		count_outside(count, pid);
	if (!members || strcmp(pid, count->rooms->list[at].fields[FIELD_KEEPER]) == 0 ||
		fstatat(count->proc_dfd, pid, &st, 0) < 0)
		return;
	members_add(members, st.st_uid);
	if (count->usage)
		members_use(members, count->proc_dfd, pid);
}

static ino_t room_namespace(int proc_dfd, const struct listed *listed)
{
	return listed->namespace ? listed->namespace :
				   members_namespace(proc_dfd, listed->fields[FIELD_KEEPER]);
}

unsigned int members_leases(pid_t keeper)
{
	char path[32], link[32];
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;
	unsigned int n = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", keeper);
	dir = opendir(path);
	if (!dir)
		return MEMBERS_UNKNOWN;
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof link - 1);

		n += len > 7 && strncmp(link, "socket:", 7) == 0;
	}
	/* One of them listens. */
	return n > 0 ? n - 1 : MEMBERS_UNKNOWN;
}

struct members *members_count(const struct rooms *rooms, bool usage)
{
	cleanup_dir DIR *dir = opendir("/proc");
	cleanup_free struct own *own = calloc(rooms->n + 1, sizeof *own);
	cleanup_free pid_t *keepers = calloc(rooms->n + 1, sizeof *keepers);
	cleanup_free struct members *members = calloc(rooms->n + 1, sizeof *members);
	struct count count = {
		.rooms = rooms, .own = own, .keepers = keepers, .members = members, .usage = usage
	};
	const struct dirent *entry;
	uint64_t number;

	if (!dir || !own || !keepers || !members)
		return NULL;
	count.proc_dfd = dirfd(dir);
	count.host = members_namespace(count.proc_dfd, "self");
	for (size_t i = 0; i < rooms->n; i++)
		if (rooms->list[i].life == LIFE_LIVING) {
			keepers[count.n_own] = rooms->list[i].keeper_pid;
			own[count.n_own++] =
				(struct own){ room_namespace(count.proc_dfd, &rooms->list[i]), i };
		}
	qsort(own, count.n_own, sizeof *own, own_compare);
	qsort(keepers, count.n_own, sizeof *keepers, keeper_compare);
	while (count.n_own > 0 && (entry = readdir(dir)))
		if (text_u64(entry->d_name, INT32_MAX, &number) == 0 &&
			!is_keeper(&count, (pid_t)number))
			count_one(&count, entry->d_name);
	return take_ptr(members);
}
