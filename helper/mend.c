/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mends a living room's view (see mend.h). What has to be there is read off the list that the room
 * was made of; whether it is, the kernel tells of each path by itself (STATX_ATTR_MOUNT_ROOT).
 * A child does the work, because nobody comes back out of a mount namespace as sure as by ending.
 */
#include "helper/mend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/late.h"
#include "helper/mount_do.h"
#include "helper/place.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/why.h"

static const char step_name[] = "mend view";

/* Path, which begins with a slash, as the room sees it: 1 something lies over it, 0 nothing does,
 * -ENOENT: there is no such path. */
static int is_mounted(int root_dfd, const char *path)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	cleanup_fd int fd = sys_openat2(root_dfd, path, &how);
	struct statx stx;

	/* A directory of the path may be gone, or be a file by now. */
	if (fd < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, 0, &stx) < 0)
		return -errno;
	if (!(stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return -ENOSYS;
	return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Two lists: sources of the host are taken before the room is entered. */
struct mender {
	const struct mend_request *request;
	int root_dfd;
	struct mount_list *before, *after;
	struct late late;
};

static void mender_release(struct mender *mender)
{
	late_release(&mender->late);
}

static void lay_again(struct mender *mender, const struct mount_step *step)
{
	struct mount_step *take;

	if (step->op == MOUNT_MASK) {
		mount_add(mender->after, MOUNT_MASK, step->path)->optional = true;
		return;
	}
	if (step->again == MOUNT_FROM_ROOM) {
		mount_lay(mender->after, step->source, step->path, step->source_attrs);
		return;
	}
	take = mount_take(mender->before, step->source, step->source_attrs);
	take->file = step->source_file;
	take->optional = step->optional;
	mount_put(mender->after, take->slot, step->path)->optional = step->optional;
}

/* Of what is at the O_PATH descriptor, without asking a server that may be gone. */
static bool identify(int fd, struct statx *ret)
{
	return fd >= 0 &&
		statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO,
			ret) == 0;
}

/* Whether the host has another file or directory at source than the room has at path. What one of
 * them does not have at all does not matter. */
static bool is_moved(const struct mender *mender, const char *source, const char *path)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	cleanup_fd int here = place_open(source);
	cleanup_fd int there = sys_openat2(mender->root_dfd, path, &how);
	struct statx one, other;

	return identify(here, &one) && identify(there, &other) &&
		(one.stx_dev_major != other.stx_dev_major ||
			one.stx_dev_minor != other.stx_dev_minor || one.stx_ino != other.stx_ino);
}

/* A bind that is there: 1 when the host has something else there since, 0 when not. */
static int look_below(struct mender *mender, const struct mount_step *step, struct why *why)
{
	char way[LATE_WAY_MAX], source[PATH_MAX], path[PATH_MAX];
	bool stale = is_moved(mender, step->source, step->path);
	const char *rest;
	int r = mender->late.room ? 0 : late_read(&mender->late, mender->request->keeper, why);

	if (r < 0)
		return r;
	for (rest = mender->late.host;
		!stale && late_next(mender->late.host, &rest, step->source, way);) {
		snprintf(source, sizeof source, "%.1000s%s", step->source, way);
		snprintf(path, sizeof path, "%.1000s%s", step->path, way);
		stale = is_moved(mender, source, path);
	}
	return stale && !late_has_walls(&mender->late, step->source, step->path);
}

static int look_at(struct mender *mender, const struct mount_step *step, struct why *why)
{
	int r = is_mounted(mender->root_dfd, step->path);

	if (r == 1 && step->late) {
		r = look_below(mender, step, why);
		if (r == 1)
			lay_again(mender, step);
		return r < 0 ? r : 0;
	}
	if (r == 1 || (r == -ENOENT && step->optional))
		return 0;
	if (r < 0 && r != -ENOENT)
		return why_set(why, -r, step_name, "%s", step->path);
	if (step->again == MOUNT_NEVER)
		return why_set(why, ENOTRECOVERABLE, step_name,
			"the host has replaced %s, and this room cannot be used any more",
			step->path);
	lay_again(mender, step);
	return 0;
}

/* A console, which a minimal /dev has only for whoever is logged in there. */
static int look_for_tty(struct mender *mender, struct why *why)
{
	const char *tty = mender->request->tty;
	char path[128];
	const char *kept;
	struct stat st;
	int r;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (mender->request->spec->dev != DEV_MINIMAL || !*tty || strncmp(tty, "pts/", 4) == 0 ||
		tty[strspn(tty, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")])
		return 0;
	snprintf(path, sizeof path, "/dev/%.64s", tty);
	if (lstat(path, &st) < 0 || !S_ISCHR(st.st_mode))
		return 0;
	r = is_mounted(mender->root_dfd, path);
	if (r == 1 || (r < 0 && r != -ENOENT))
		return r == 1 ? 0 : why_set(why, -r, step_name, "%s", path);
	/* It is a node of the room's own: null, tty. */
	if (r == 0)
		return 0;
	kept = mount_join(mender->before, path, "");
	mount_take(mender->before, kept, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	mount_add(mender->after, MOUNT_FILE, kept);
	mount_put(mender->after, mender->before->n_slots - 1, kept);
	return 0;
}

/* The device of what the room has at path, or 0. */
static dev_t device_of(int root_dfd, const char *path)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	cleanup_fd int fd = sys_openat2(root_dfd, path, &how);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_dev : 0;
}

/*
 * Whether the room's own store lies over path, which the mark is a part of too. A mount of the
 * host's would show whatever is in it.
 */
static int is_covered(int root_dfd, const char *path)
{
	int r = is_mounted(root_dfd, path);
	dev_t own = device_of(root_dfd, VIEW_STORE);

	return r == 1 ? own != 0 && device_of(root_dfd, path) == own : r;
}

/* The home of a new member, among those that this room shows. */
static int look_for_home(struct mender *mender, struct why *why)
{
	struct view view = { .spec = mender->request->spec,
		.facts = &mender->request->facts,
		.list = mender->before };
	int r;

	view_add_home(&view, mender->after);
	if (!view.homes)
		return 0;
	r = is_covered(mender->root_dfd, view.homes);
	if (r < 0 && r != -ENOENT)
		return why_set(why, -r, step_name, "%s", view.homes);
	return r == 1 ? 0 :
			why_set(why, EXDEV, step_name,
				"this room has no homes in %s, and its first login decided that",
				view.homes);
}

int mend_list(
	const struct mend_request *request, int root_dfd, struct mount_list *list, struct why *why)
{
	static struct mount_list whole, after;
	cleanup_with(mender_release) struct mender mender = { request, root_dfd, list, &after,
		{ NULL, NULL } };
	int r = request->look ? view_make(request->spec, &request->facts, &whole, why) : 0;

	mount_list_init(list);
	mount_list_init(&after);
	/* What is taken in the room has the last slot, and what waits from before has the others.
	 */
	after.n_slots = MOUNT_SLOTS - 1;
	if (r == 0 && request->joins)
		r = look_for_home(&mender, why);
	for (size_t i = 0; request->look && i < whole.n && r == 0; i++)
		if (whole.steps[i].again != MOUNT_NO_MATTER)
			r = look_at(&mender, &whole.steps[i], why);
	if (r == 0)
		r = look_for_tty(&mender, why);
	if (r < 0 || after.n == 0)
		return r;
	mount_add(list, MOUNT_ENTER, "/");
	for (size_t i = 0; i < after.n; i++)
		*mount_add(list, after.steps[i].op, after.steps[i].path) = after.steps[i];
	return list->full || after.full ? why_set(why, E2BIG, step_name, "too much is missing") : 0;
}

/* What went wrong comes back through a pipe; nothing when all is well. */
static int do_apart(
	const struct mount_list *list, int keeper_pidfd, int64_t deadline, struct why *why)
{
	struct pollfd poll_fd = { .events = POLLIN };
	cleanup_fd int read_fd = -1;
	struct why reason = { 0 };
	int report[2], n;
	ssize_t len;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(why, errno, step_name, "no pipe");
	read_fd = poll_fd.fd = report[0];
	pid = fork();
	if (pid == 0) {
		if (mount_do(list, keeper_pidfd, -1, &reason) < 0)
			fd_write_all(report[1], &reason, sizeof reason);
		else
			fd_write_all(report[1], "", 1);
		_exit(0);
	}
	close(report[1]);
	if (pid < 0)
		return why_set(why, errno, step_name, "fork");
	do
		n = poll(&poll_fd, 1, deadline_left(deadline));
	while (n < 0 && errno == EINTR);
	len = n > 0 ? read(read_fd, &reason, sizeof reason) : 0;
	/* Nothing of it may go on when the answer is given. */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, n > 0 ? 0 : WNOHANG);
	if (len == 1)
		return 0;
	if (len != sizeof reason)
		return why_set(why, n > 0 ? EIO : ETIMEDOUT, step_name, "it was not finished");
	return why_set(why, reason.err, step_name, "%s", reason.text);
}

int mend_room(const struct mend_request *request, int64_t deadline, struct why *why)
{
	static struct mount_list list;
	struct pollfd poll_fd = { .fd = request->keeper_pidfd, .events = POLLIN };
	cleanup_fd int root_dfd = -1;
	char path[48];
	int r;

	snprintf(path, sizeof path, "/proc/%d/root", request->keeper);
	root_dfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* The pid was the keeper's when it was opened. */
	if (root_dfd < 0 || poll(&poll_fd, 1, 0) != 0)
		return why_set(why, ESRCH, step_name, "the keeper is gone");
	r = mend_list(request, root_dfd, &list, why);
	if (r < 0 || list.n == 0)
		return r;
	return do_apart(&list, request->keeper_pidfd, deadline, why);
}
