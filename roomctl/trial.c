/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A trial of `roomctl enable` (see trial.h).
 */
#include "roomctl/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/out.h"

#define TRIAL_FILE "trial"
#define TRIAL_CLAIM "trial.over"

static const char step[] = "trial";

const struct wiring_dropin trial_dropin = { "systemd-user-sessions.service",
	"etc/systemd/system/systemd-user-sessions.service.d/50-pam_room.conf",
	"[Service]\n"
	"ExecStartPre=-" ROOM_SBINDIR "/roomctl disable --if-trial\n",
	"a boot ends the trial", "a boot would not end the trial" };

uint64_t trial_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

static uint64_t ticks_now(void)
{
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * per_second +
		(uint64_t)now.tv_nsec / (1000000000 / per_second);
}

static int read_boot(char *buf, size_t size, struct why *why)
{
	ssize_t len = fd_read_small(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buf, size);

	if (len <= 0)
		return why_set(why, len ? (int)-len : EIO, step, "which boot is this");
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/* The highest audit session that a process has: sessions that come get higher ones (the kernel
 * counts them up: kernel/auditsc.c). */
static uint64_t newest_session(void)
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	uint64_t newest = 0, session;
	char path[300], text[32];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof path, "/proc/%s/sessionid", entry->d_name);
		if (fd_read_small(AT_FDCWD, path, text, sizeof text) > 0 &&
			text_u64(text, UINT32_MAX - 1, &session) == 0 && session > newest)
			newest = session;
	}
	return newest;
}

int trial_new(uint32_t seconds, struct trial *ret, struct why *why)
{
	*ret = (struct trial){
		.since = ticks_now(), .until = trial_now() + seconds, .session = newest_session()
	};
	return read_boot(ret->boot, sizeof ret->boot, why);
}

int trial_write(const struct trial *trial, struct why *why)
{
	cleanup_fd int dfd = -1;
	char text[200];
	int r;

	if (mkdir(ROOM_STATEDIR, 0755) < 0 && errno != EEXIST)
		return why_set(why, errno, step, ROOM_STATEDIR);
	dfd = fd_open_trusted_dir(ROOM_STATEDIR, why);
	if (dfd < 0)
		return dfd;
	snprintf(text, sizeof text, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", trial->boot,
		trial->since, trial->until, trial->session);
	r = fd_replace_file(dfd, TRIAL_FILE, text, strlen(text));
	if (r == 0 && fsync(dfd) < 0)
		r = -errno;
	return r < 0 ? why_set(why, -r, step, ROOM_STATEDIR "/" TRIAL_FILE) : 0;
}

int trial_read(struct trial *ret, struct why *why)
{
	char text[200];
	ssize_t len = fd_read_small(AT_FDCWD, ROOM_STATEDIR "/" TRIAL_FILE, text, sizeof text);

	if (len < 0)
		return why_set(why, (int)-len, step, ROOM_STATEDIR "/" TRIAL_FILE);
	if (sscanf(text, "%39s %" SCNu64 " %" SCNu64 " %" SCNu64, ret->boot, &ret->since,
		    &ret->until, &ret->session) != 4)
		return why_set(why, 0, step, "%s is not what roomctl writes",
			ROOM_STATEDIR "/" TRIAL_FILE);
	return 0;
}

int trial_is_over(const struct trial *trial, struct why *why)
{
	char boot[sizeof trial->boot];
	int r = read_boot(boot, sizeof boot, why);

	return r < 0 ? r : strcmp(boot, trial->boot) != 0 || trial_now() >= trial->until;
}

static int take_file(const char *path, struct why *why)
{
	if (unlink(path) < 0)
		return why_set(why, errno, step, "%s", path);
	/* The directory stays when something else is in it. */
	rmdir(ROOM_STATEDIR);
	return 0;
}

int trial_take(struct why *why)
{
	return take_file(ROOM_STATEDIR "/" TRIAL_FILE, why);
}

int trial_claim(struct why *why)
{
	if (rename(ROOM_STATEDIR "/" TRIAL_FILE, ROOM_STATEDIR "/" TRIAL_CLAIM) == 0)
		return 0;
	if (errno == ENOENT && access(ROOM_STATEDIR "/" TRIAL_CLAIM, F_OK) == 0)
		return 0;
	return why_set(why, errno, step, ROOM_STATEDIR "/" TRIAL_FILE);
}

int trial_forget(struct why *why)
{
	int r = take_file(ROOM_STATEDIR "/" TRIAL_CLAIM, why);

	return r == -ENOENT ? 0 : r;
}

void trial_report(struct report *report)
{
	struct why why = { 0 };
	struct trial trial = { 0 };
	char text[512];
	int r = trial_read(&trial, &why);

	if (r == -ENOENT && access(ROOM_STATEDIR "/" TRIAL_CLAIM, F_OK) < 0)
		return;
	if (r == 0)
		r = trial_is_over(&trial, &why);
	if (r == 0)
		report_line(report, REPORT_NOTE,
			"on trial: undone in %" PRIu64
			" s, unless a new login says roomctl confirm",
			trial.until - trial_now());
	else if (r == 1 || r == -ENOENT)
		report_line(report, REPORT_PROBLEM,
			"a trial is over and was not undone: say roomctl disable");
	else
		report_line(report, r == -EACCES ? REPORT_UNKNOWN : REPORT_PROBLEM, "%s",
			why_print(&why, text, sizeof text));
}
