/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Opening and reading the logs of the kernel's records (see logs.h).
 */
#include "roomctl/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/learn.h"

#define KMSG "/dev/kmsg"
#define AUDIT_LOG "/var/log/audit/audit.log"
#define RATELIMIT "/proc/sys/kernel/printk_ratelimit"
#define ACTIONS "/proc/sys/kernel/seccomp/actions_logged"

const char *logs_mute(enum syscall_action action)
{
	bool kills = action == ACTION_KILL;
	char text[4096];

	if (action == ACTION_ERRNO)
		return "what its filter refuses leaves no record (syscalls.action = \"errno\")";
	if (fd_read_small(AT_FDCWD, ACTIONS, text, sizeof text) < 0)
		return ACTIONS " cannot be read";
	if (!text_has_word(text, kills ? "kill_process" : "log"))
		return kills ? "kernel.seccomp.actions_logged lacks \"kill_process\": set it by "
			       "sysctl(8)" :
			       "kernel.seccomp.actions_logged lacks \"log\": set it by sysctl(8)";
	if (access("/proc/self/loginuid", F_OK) < 0)
		return "the kernel has no audit (CONFIG_AUDIT), which writes the records";
	if (fd_read_small(AT_FDCWD, "/proc/cmdline", text, sizeof text) > 0 &&
		(text_has_word(text, "audit=0") || text_has_word(text, "audit=off")))
		return "the kernel was started with audit=0, and writes no records";
	return NULL;
}

/* An fd or -1. What is not there holds nothing; what is there and is not read may hold anything. */
static int open_log(const char *file, int flags, struct logs *logs)
{
	int fd = open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC | flags);
	size_t len = strlen(logs->sources);

	if (fd < 0 && errno == ENOENT)
		return -1;
	if (fd < 0) {
		logs->unread = file;
		logs->error = errno;
		return -1;
	}
	snprintf(logs->sources + len, sizeof logs->sources - len, "%s%s", len > 0 ? " and " : "",
		file);
	return fd;
}

bool logs_open(struct logs *ret)
{
	*ret = (struct logs){ .kmsg_fd = -1, .lines_fd = -1 };
	ret->kmsg_fd = open_log(KMSG, O_NONBLOCK, ret);
	ret->lines_fd = open_log(AUDIT_LOG, 0, ret);
	ret->rotated = access(AUDIT_LOG ".1", F_OK) == 0;
	return ret->kmsg_fd >= 0 || ret->lines_fd >= 0;
}

int logs_open_file(const char *file, struct logs *ret)
{
	cleanup_fd int fd = open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	*ret = (struct logs){ .kmsg_fd = -1, .lines_fd = -1 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return -EINVAL;
	snprintf(ret->sources, sizeof ret->sources, "%s", file);
	ret->lines_fd = take_fd(&fd);
	return 0;
}

/* How many lines the kernel writes in how many seconds; as usual when it cannot be read. */
static unsigned int sysctl_number(const char *file, unsigned int usual)
{
	char text[32];
	uint64_t number = 0;

	if (fd_read_small(AT_FDCWD, file, text, sizeof text) < 0)
		return usual;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, INT32_MAX / 1000, &number) == 0 ? (unsigned int)number : usual;
}

int logs_read(const struct logs *logs, struct learned *learned)
{
	int r = 0;

	learned->unread = logs->unread != NULL;
	learned->late = logs->rotated;
	learned->burst = sysctl_number(RATELIMIT "_burst", 10);
	learned->burst_ms = sysctl_number(RATELIMIT, 5) * 1000;
	/* From the beginning, be it for the second time; a pipe has only one. */
	if (logs->kmsg_fd >= 0)
		r = lseek(logs->kmsg_fd, 0, SEEK_SET) < 0 ? -errno :
							    learn_read_kmsg(logs->kmsg_fd, learned);
	learn_sort(learned);
	learned->again = true;
	if (logs->lines_fd >= 0)
		lseek(logs->lines_fd, 0, SEEK_SET);
	if (r == 0 && logs->lines_fd >= 0)
		r = learn_read_lines(logs->lines_fd, learned);
	learn_sort(learned);
	return r == 0 && learned->failed ? -ENOMEM : r;
}

void logs_close(struct logs *logs)
{
	fd_closep(&logs->kmsg_fd);
	fd_closep(&logs->lines_fd);
}

uint64_t logs_boot_ms(uint64_t seconds_ago)
{
	struct timespec now = { 0 };
	uint64_t ms, ago;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (uint64_t)now.tv_sec * 1000;
	ago = seconds_ago * 1000 + 1000 + ms / 1000;
	return ms > ago ? ms - ago : 0;
}
