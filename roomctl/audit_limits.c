/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * How much of the machine a session may use. To try that would be to use it up, so the limits are
 * read where the kernel keeps them: of the process, and of each control group above it that is
 * seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "roomctl/audit.h"
#include "roomctl/audit_limits.h"

#define CGROUPS "/sys/fs/cgroup"
#define GROUP_MAX 4200

const char *const limit_files[] = { "memory.max", "pids.max", "cpu.max" };
const size_t n_limit_files = sizeof limit_files / sizeof limit_files[0];

/* This process's group in the unified hierarchy (cgroups(7)); empty: not told. */
static void own_group(char path[GROUP_MAX])
{
	cleanup_file FILE *file = fopen("/proc/self/cgroup", "re");
	char line[4096];

	path[0] = '\0';
	while (file && fgets(line, sizeof line, file)) {
		if (strncmp(line, "0::", 3) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, GROUP_MAX, "%s", line + 3);
	}
}

/* The limit of that name in a group: true when there is one, its text in buf. */
static bool read_limit(const char *group, const char *name, char *buf, size_t size)
{
	cleanup_fd int dfd = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dfd < 0 || fd_read_small(dfd, name, buf, size) < 0)
		return false;
	buf[strcspn(buf, "\n")] = '\0';
	return strncmp(buf, "max", 3) != 0;
}

void limit_look(const char *top, const char *below, const char *name, struct finding *finding)
{
	char group[2 * GROUP_MAX], text[128];

	snprintf(group, sizeof group, "%s%s", top, below);
	/* A group of which only "/.." is told is above what this process sees. */
	if (!below[0] || strstr(below, "/..") || access(group, F_OK) < 0) {
		finding_set(finding, ANSWER_UNKNOWN, "its control group is not seen from here");
		return;
	}
	for (char *slash; strlen(group) > strlen(top); *slash = '\0') {
		if (read_limit(group, name, text, sizeof text)) {
			finding_set(finding, ANSWER_NO, "%s %s", name, text);
			return;
		}
		slash = strrchr(group, '/');
	}
	/* The host's own top has no such file (cgroups(7)); with it, there are groups above. */
	snprintf(group, sizeof group, "%s/cgroup.type", top);
	if (access(group, F_OK) == 0)
		finding_set(finding, ANSWER_UNKNOWN,
			"the control groups above its own are not seen from here");
	else
		finding_set(finding, ANSWER_YES, "no %s", name);
}

/* What root saw from outside (struct audit). */
static void told_limit(const char *limits, const char *name, struct finding *finding)
{
	size_t len = strlen(name);
	int answer;

	for (const char *line = limits; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && sscanf(line + len, " %1d", &answer) == 1 &&
			answer < N_ANSWERS && strlen(line) > len + 3) {
			finding_set(finding, (enum answer)answer, "%.*s",
				(int)strcspn(line + len + 3, "\n"), line + len + 3);
			return;
		}
	}
	finding_set(finding, ANSWER_UNKNOWN,
		"root brought this process in, so its control group is root's");
}

static void probe_group(const struct audit *audit, const char *name, struct finding *finding)
{
	char group[GROUP_MAX];
	struct statfs fs;

	own_group(group);
	if (audit->limits)
		told_limit(audit->limits, name, finding);
	/* What is covered looks like a directory, and is none of control groups. */
	else if (statfs(CGROUPS, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		finding_set(finding, ANSWER_UNKNOWN, "its control group is not seen from here");
	else
		limit_look(CGROUPS, group, name, finding);
}

static void probe_memory(const struct audit *audit, struct finding *finding)
{
	probe_group(audit, "memory.max", finding);
}

static void probe_cpu(const struct audit *audit, struct finding *finding)
{
	probe_group(audit, "cpu.max", finding);
}

/* Of the group; or RLIMIT_NPROC, when somebody has set it: the kernel's own is half of its
 * threads-max (getrlimit(2)). */
static void probe_tasks(const struct audit *audit, struct finding *finding)
{
	cleanup_fd int dfd = open("/proc/sys/kernel", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct rlimit limit;
	char text[64] = "";
	uint64_t threads;

	if (dfd >= 0 && fd_read_small(dfd, "threads-max", text, sizeof text) > 0)
		text[strcspn(text, "\n")] = '\0';
	if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_max != RLIM_INFINITY &&
		text_u64(text, UINT32_MAX, &threads) == 0 && limit.rlim_max < threads / 2)
		finding_set(finding, ANSWER_NO, "RLIMIT_NPROC %llu",
			(unsigned long long)limit.rlim_max);
	else
		probe_group(audit, "pids.max", finding);
}

/* One instance, closed again; of asynchronous I/O none: EINVAL comes after the filter. */
static void probe_pools(const struct audit *audit, struct finding *finding)
{
	cleanup_fd int fd = inotify_init1(IN_CLOEXEC);

	(void)audit;
	if (fd >= 0)
		finding_add(finding, "inotify");
	if (syscall(SYS_io_setup, 0, NULL) == 0 || errno == EINVAL || errno == EFAULT)
		finding_add(finding, "asynchronous I/O");
	finding->answer = finding->text[0] ? ANSWER_YES : ANSWER_NO;
}

const struct audit_row audit_limits[] = {
	{ "memory", "May it use all of the memory?", 10, "", probe_memory,
		"Nothing keeps it from using all of the memory (%s).",
		"Its memory is limited (%s).", "limits.memory = SIZE" },
	{ "tasks", "May it start processes without end?", 20, "", probe_tasks,
		"Nothing keeps it from starting processes until the machine has no more (%s).",
		"The number of its processes is limited (%s).", "limits.tasks = NUMBER" },
	{ "cpu", "May it use all processors?", 10, "", probe_cpu,
		"Nothing keeps it from using all processors (%s).",
		"Its processor time is limited (%s).", "limits.cpu = PERCENT" },
	{ "pools", "Can it use up pools of the kernel's?", 0, "D-63", probe_pools,
		"It shares pools that can be used up: %s.", "It reaches no shared pool.",
		"fs.aio-max-nr and fs.inotify of sysctl(8)" },
};

const size_t audit_n_limits = sizeof audit_limits / sizeof audit_limits[0];
