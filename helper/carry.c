/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Moves a ticket cache into the room (see carry.h). Both directories are anybody's to write in, so
 * nothing is done there with more than the user's own rights, and every name is one component that
 * is not followed when it is a link.
 */
#include "helper/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define CARRY_BYTES_MAX (1u << 20)
#define CARRY_NAME_MAX 128

static const char step[] = "carry ticket cache";

/* The name of the file in /tmp, or NULL. */
static const char *name_of(const char *ccache)
{
	const char *name = strncmp(ccache, "FILE:", 5) == 0 ? ccache + 5 : ccache;

	if (strncmp(name, "/tmp/", 5) != 0)
		return NULL;
	name += 5;
	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > CARRY_NAME_MAX)
		return NULL;
	return name;
}

/* The room's /tmp. Its root leads nowhere else: nobody in a room may mount, or replace /tmp. */
static int room_tmp(const struct carry_request *request, struct why *why)
{
	struct pollfd poll_fd = { .fd = request->keeper_pidfd, .events = POLLIN };
	char path[48];
	cleanup_fd int root_dfd = -1;
	int dfd;

	snprintf(path, sizeof path, "/proc/%d/root", request->keeper);
	root_dfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	dfd = root_dfd < 0 ? -1 :
			     openat(root_dfd, "tmp", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dfd < 0)
		return why_set(why, errno, step, "the room's /tmp");
	/* The pid was the keeper's when it was opened. */
	if (poll(&poll_fd, 1, 0) != 0) {
		close(dfd);
		return why_set(why, ESRCH, step, "the keeper is gone");
	}
	return dfd;
}

static bool is_same(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
		one.st_ino == other.st_ino;
}

static int copy(int from_fd, int to_dfd, const char *name, uid_t uid, struct why *why)
{
	cleanup_free char *data = NULL;
	cleanup_fd int fd = -1;
	struct stat st;
	size_t len;
	int r;

	if (fstat(from_fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != uid)
		return why_set(why, EPERM, step, "%s is no file of the user's", name);
	r = fd_read_all(from_fd, CARRY_BYTES_MAX, &data, &len);
	if (r < 0)
		return why_set(why, -r, step, "%s", name);
	if (unlinkat(to_dfd, name, 0) < 0 && errno != ENOENT)
		return why_set(why, errno, step, "old %s in the room", name);
	fd = openat(to_dfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno : fd_write_all(fd, data, len);
	/* Half a cache is none. */
	if (fd >= 0 && r < 0)
		unlinkat(to_dfd, name, 0);
	return r < 0 ? why_set(why, -r, step, "%s in the room", name) : 0;
}

/* With the user's rights. */
static int move(int from_dfd, int to_dfd, const char *name, uid_t uid, struct why *why)
{
	cleanup_fd int fd = fd_open_on_mount(from_dfd, name, O_RDONLY);
	int r;

	/* It is the room's already, a second session of the same login, or it never was here. */
	if (fd == -ENOENT)
		return 0;
	r = fd < 0 ? why_set(why, -fd, step, "%s", name) : copy(fd, to_dfd, name, uid, why);
	if (r == 0 && unlinkat(from_dfd, name, 0) < 0)
		r = why_set(why, errno, step, "%s stays outside", name);
	return r;
}

int carry_ccache(const char *ccache, const struct carry_request *request, struct why *why)
{
	const char *name = name_of(ccache);
	cleanup_fd int from_dfd = -1;
	cleanup_fd int to_dfd = -1;
	int r;

	if (!name)
		return 0;
	from_dfd = open("/tmp", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (from_dfd < 0)
		return why_set(why, errno, step, "/tmp");
	to_dfd = room_tmp(request, why);
	if (to_dfd < 0)
		return to_dfd;
	if (is_same(from_dfd, to_dfd))
		return 0;
	/* setfsuid(2) tells nothing of success but by being asked again. */
	setfsgid(request->gid);
	setfsuid(request->uid);
	if ((uid_t)setfsuid((uid_t)-1) != request->uid ||
		(gid_t)setfsgid((gid_t)-1) != request->gid)
		r = why_set(why, EPERM, step, "cannot take the user's ids");
	else
		r = move(from_dfd, to_dfd, name, request->uid, why);
	/* The change took PR_SET_PDEATHSIG away (prctl(2)): from here on the alarm ends this
	 * process. */
	setfsuid(0);
	setfsgid(0);
	if (setfsuid((uid_t)-1) != 0 || setfsgid((gid_t)-1) != 0)
		_exit(111);
	return r;
}
