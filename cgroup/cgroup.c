/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which driver this machine has, and what the drivers share (see cgroup.h).
 */
#include "cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup/limits.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

static const char step[] = "control group";

const struct cgroup_driver *cgroup_driver(void)
{
	/* sd_booted(3) */
	return access("/run/systemd/system", F_OK) == 0 ? &cgroup_systemd : &cgroup_fs;
}

int cgroup_root(void)
{
	/* The second where the first holds the old hierarchies beside it. */
	static const char *const paths[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		cleanup_fd int fd = open(paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;

		if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return take_fd(&fd);
	}
	return -ENOENT;
}

int cgroup_of(pid_t pid, char *buf, size_t size, struct why *why)
{
	char name[48], text[4096], *line;
	ssize_t len;

	snprintf(name, sizeof name, "/proc/%d/cgroup", pid);
	len = fd_read_small(AT_FDCWD, name, text, sizeof text);
	if (len < 0)
		return why_set(why, (int)-len, step, "that of process %d", pid);
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return why_set(why, ENOENT, step, "there is no unified hierarchy");
	line += *line == '\n' ? 4 : 3;
	snprintf(buf, size, "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

int cgroup_open(const struct cgroup_room *room)
{
	cleanup_fd int root_fd = cgroup_root();
	char path[256];

	if (root_fd < 0)
		return root_fd;
	cgroup_driver()->path(room, path, sizeof path);
	return fd_open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY);
}

bool cgroup_is_job(const char *group)
{
	static const char slice[] = "/system.slice/", scope[] = "slurmstepd.scope";
	const char *unit = group + sizeof slice - 1;
	size_t len;

	if (strncmp(group, slice, sizeof slice - 1) != 0)
		return false;
	len = strcspn(unit, "/");
	return len >= sizeof scope - 1 &&
		strncmp(unit + len - (sizeof scope - 1), scope, sizeof scope - 1) == 0;
}

bool cgroup_holds_job(pid_t login, uid_t uid)
{
	char group[1024], name[48], text[16];
	uint32_t whose;

	if (cgroup_of(login, group, sizeof group, NULL) < 0 || !cgroup_is_job(group))
		return false;
	snprintf(name, sizeof name, "/proc/%d/loginuid", login);
	return fd_read_small(AT_FDCWD, name, text, sizeof text) < 0 || text_id(text, &whose) < 0 ||
		whose == uid;
}

int cgroup_check_controllers(int root_fd, const struct limits *limits, struct why *why)
{
	const char *needed[N_LIMITS];
	size_t n = limits_controllers(limits, needed);
	char text[512];

	if (n == 0)
		return 0;
	if (root_fd < 0)
		return why_set(why, ENOTSUP, step, "limits need the unified hierarchy");
	if (fd_read_small(root_fd, "cgroup.controllers", text, sizeof text) < 0)
		return why_set(why, ENOTSUP, step, "its controllers are unknown");
	for (size_t i = 0; i < n; i++)
		if (!text_has_word(text, needed[i]))
			return why_set(why, ENOTSUP, step,
				"the unified hierarchy has no controller %s", needed[i]);
	return 0;
}

/* A login takes two or three processes. */
#define FULL_MARGIN 3

/* A number, or UINT64_MAX for "max" and for what is not there. */
static uint64_t read_number(int dfd, const char *name)
{
	char text[32];
	uint64_t number;

	if (fd_read_small(dfd, name, text, sizeof text) < 0)
		return UINT64_MAX;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, UINT64_MAX, &number) < 0 ? UINT64_MAX : number;
}

int cgroup_check_full(const struct cgroup_room *room, struct why *why)
{
	cleanup_fd int dfd = cgroup_open(room);
	uint64_t most, now;

	if (dfd < 0)
		return 0;
	most = read_number(dfd, "pids.max");
	now = read_number(dfd, "pids.current");
	if (most == UINT64_MAX || now == UINT64_MAX || now + FULL_MARGIN <= most)
		return 0;
	return why_set(why, EAGAIN, "enter room",
		"your room is full (tasks %" PRIu64 " of %" PRIu64 ")", now, most);
}
