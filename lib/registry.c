/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * /run/pam_room (see registry.h). Everything here works on descriptors of directories that only
 * root can enter, so no other user can open a file in them, hold a lock on them or squat a name in
 * them. Nothing in a file here is believed beyond its owner: who the keeper is, the kernel says.
 */
#include "lib/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "lib/why.h"

static int registry_open_dir(int dfd, const char *name, int create, struct why *why)
{
	cleanup_fd int fd = -1;
	int r;

	if (create && mkdirat(dfd, name, 0700) < 0 && errno != EEXIST)
		return why_set(why, errno, "open registry", "cannot make %s", name);
	fd = openat(dfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, errno, "open registry", "cannot open %s", name);
	r = fd_check_root_owned(fd, S_IFDIR, name, why);
	return r < 0 ? r : take_fd(&fd);
}

int registry_open_folder(const char *name, int create, struct why *why)
{
	cleanup_fd int above_dfd = -1;
	cleanup_fd int run_dfd = -1;
	char above[] = ROOM_RUNDIR;
	char *slash = strrchr(above, '/');

	*slash = '\0';
	above_dfd = fd_open_trusted_dir(above, why);
	if (above_dfd < 0)
		return above_dfd;
	run_dfd = registry_open_dir(above_dfd, slash + 1, create, why);
	return run_dfd < 0 ? run_dfd : registry_open_dir(run_dfd, name, create, why);
}

int registry_open(int create, struct why *why)
{
	return registry_open_folder("rooms", create, why);
}

DIR *registry_list(int rooms_dfd, struct why *why)
{
	int fd = openat(rooms_dfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		int r = why_set(why, errno, "list rooms", "cannot open the registry");

		fd_closep(&fd);
		errno = -r;
	}
	return dir;
}

int registry_next(DIR *dir, uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why)
{
	const struct dirent *entry;
	char prefix[16] = "";

	if (uid != REGISTRY_ALL)
		snprintf(prefix, sizeof prefix, "%u.", uid);
	while ((errno = 0, entry = readdir(dir)))
		if (text_is_room_key(entry->d_name) && strlen(entry->d_name) < REGISTRY_KEY_MAX &&
			strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
			snprintf(key, REGISTRY_KEY_MAX, "%s", entry->d_name);
			return 1;
		}
	return errno ? why_set(why, errno, "list rooms", "cannot read the registry") : 0;
}

bool registry_is_group(const char *key)
{
	return strncmp(key, "0.", 2) == 0;
}

const char *registry_member(const char *what, uid_t uid, char buf[REGISTRY_MEMBER_MAX])
{
	snprintf(buf, REGISTRY_MEMBER_MAX, "%s.%u", what, uid);
	return buf;
}

int registry_next_shared(DIR *dir, uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why)
{
	char own[16];
	int r;

	snprintf(own, sizeof own, "%u.", uid);
	while ((r = registry_next(dir, REGISTRY_ALL, key, why)) == 1)
		if (registry_is_group(key) || strncmp(key, own, strlen(own)) == 0)
			return 1;
	return r;
}

int registry_inside(char key[REGISTRY_KEY_MAX], struct why *why)
{
	return registry_read_mark(ROOM_RUNDIR "/" REGISTRY_MARK, key, why);
}

int registry_read_mark(const char *path, char key[REGISTRY_KEY_MAX], struct why *why)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct statvfs vfs;
	ssize_t len;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return why_set(why, errno, "look for room mark", "cannot open it");
	r = fd_check_root_owned(fd, S_IFREG, "room mark", why);
	if (r < 0)
		return r;
	if (fstatvfs(fd, &vfs) < 0 || !(vfs.f_flag & ST_RDONLY))
		return why_set(why, EPERM, "look for room mark", "it is not on a read-only mount");
	len = read(fd, key, REGISTRY_KEY_MAX - 1);
	key[len > 0 ? len : 0] = '\0';
	if (!text_is_room_key(key))
		return why_set(why, EBADMSG, "look for room mark", "it names no room");
	return 1;
}

/* The directory may have been removed between open and lock: a lock on it would guard nothing. */
static bool registry_is_linked(int rooms_dfd, const char *key, int room_dfd)
{
	struct stat here, there;

	return fstat(room_dfd, &here) == 0 &&
		fstatat(rooms_dfd, key, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

int registry_lock_room(int rooms_dfd, const char *key, int64_t deadline, struct why *why)
{
	const struct timespec pause = { .tv_nsec = 3000000 };

	for (;;) {
		cleanup_fd int fd = registry_open_dir(rooms_dfd, key, 1, why);

		if (fd < 0 && fd != -ENOENT)
			return fd;
		while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
			if (errno != EWOULDBLOCK)
				return why_set(why, errno, "lock room", "%s", key);
			if (deadline_left(deadline) == 0)
				return why_set(why, ETIMEDOUT, "lock room", "%s is busy", key);
			nanosleep(&pause, NULL);
		}
		if (fd >= 0 && registry_is_linked(rooms_dfd, key, fd))
			return take_fd(&fd);
		if (deadline_left(deadline) == 0)
			return why_set(why, ETIMEDOUT, "lock room", "%s comes and goes", key);
	}
}

/* By the system call alone: the keeper, which does this too, has no memory to allocate. */
struct registry_entry {
	uint64_t ino;
	int64_t next;
	unsigned short len;
	unsigned char type;
	char name[];
};

static int registry_empty(int room_dfd)
{
	_Alignas(struct registry_entry) char buf[1024];
	int r = 0;
	long n;

	while ((n = syscall(SYS_getdents64, room_dfd, buf, sizeof buf)) > 0)
		for (long at = 0; at < n;) {
			const struct registry_entry *entry = (const void *)(buf + at);
			const char *name = entry->name;

			at += entry->len;
			if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
				unlinkat(room_dfd, name, 0) < 0 && errno != ENOENT)
				r = -errno;
		}
	return n < 0 && errno != ENOENT ? -errno : r;
}

int registry_remove_room(int rooms_dfd, int room_dfd, const char *key)
{
	int r = registry_empty(room_dfd);

	if (unlinkat(rooms_dfd, key, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	return r;
}

int registry_connect(int room_dfd, int *ret_pidfd, pid_t *ret_pid, struct why *why)
{
	cleanup_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t len = sizeof peer;
	int pidfd;

	if (sock < 0)
		return why_set(why, errno, "find keeper", "no socket");
	snprintf(
		addr.sun_path, sizeof addr.sun_path, "/proc/self/fd/%d/" REGISTRY_SOCKET, room_dfd);
	if (connect(sock, (struct sockaddr *)&addr, sizeof addr) < 0) {
		if (errno == ECONNREFUSED)
			unlinkat(room_dfd, REGISTRY_SOCKET, 0);
		if (errno == ECONNREFUSED || errno == ENOENT)
			return -ENOENT;
		return why_set(why, errno, "find keeper", "cannot connect");
	}
	/* unix(7): the credentials of whoever called listen(), which the keeper does itself. */
	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return why_set(why, errno, "find keeper", "no peer credentials");
	if (peer.uid != 0 || peer.pid <= 0)
		return why_set(why, EPERM, "find keeper", "uid %u listens there", peer.uid);
	pidfd = pidfd_open(peer.pid, 0);
	if (pidfd < 0 && errno == ESRCH)
		return -ENOENT;
	if (pidfd < 0)
		return why_set(why, errno, "find keeper", "no pidfd of %d", peer.pid);
	*ret_pidfd = pidfd;
	*ret_pid = peer.pid;
	return take_fd(&sock);
}
