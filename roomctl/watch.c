/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who undoes a trial (see watch.h). It must outlive whoever began the trial, and that one's login:
 * where systemd may end what a session leaves behind, systemd itself has to do it.
 */
#include "roomctl/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/why.h"
#include "roomctl/run.h"
#include "roomctl/trial.h"

#define WATCH_UNIT "pam_room-trial"
#define WATCH_NAME "roomctl-trial" /* what ps(1) shows, at most 15 bytes */

static const char step[] = "watch trial";
static const char program[] = ROOM_SBINDIR "/roomctl";

static int watch_timer(const struct trial *trial, struct why *why)
{
	char after[48];
	const char *const args[] = { "--quiet", "--collect", "--unit=" WATCH_UNIT, after,
		"--timer-property=AccuracySec=1s", program, "disable", "--if-trial", NULL };

	snprintf(after, sizeof after, "--on-active=%" PRIu64 "s", trial->until - trial_now());
	return run_systemd("systemd-run", args, why);
}

/* Whether the file still tells of this trial and not of none or another one. */
static int watch_is_meant(const struct trial *trial)
{
	struct trial there;

	return trial_read(&there, NULL) == 0 && there.since == trial->since &&
		strcmp(there.boot, trial->boot) == 0;
}

static _Noreturn void watch_sleep(const struct trial *trial)
{
	const struct timespec second = { .tv_sec = 1 };
	char arg0[] = "roomctl", arg1[] = "disable", arg2[] = "--if-trial";
	char *args[] = { arg0, arg1, arg2, NULL }, *env[] = { NULL };
	int fd = open("/dev/null", O_RDWR);

	for (int i = 0; i <= STDERR_FILENO && fd >= 0; i++)
		dup2(fd, i);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	/* Nothing keeps a file system busy for it. */
	if (chdir("/") < 0)
		_exit(1);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, WATCH_NAME);
	while (watch_is_meant(trial)) {
		if (trial_now() >= trial->until)
			execve(program, args, env);
		/* A package may just be replacing the program: again a second later. */
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
	}
	_exit(0);
}

/* Of a session of its own and nobody's child, so that no terminal and no shell ends it. */
static int watch_process(const struct trial *trial, struct why *why)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return why_set(why, errno, step, "cannot fork");
	if (pid == 0) {
		setsid();
		pid = fork();
		if (pid == 0)
			watch_sleep(trial);
		_exit(pid < 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(why, errno, step, "lost it");
	return status == 0 ? 0 : why_set(why, EAGAIN, step, "cannot fork");
}

int watch_start(const struct trial *trial, struct why *why)
{
	return run_has_systemd() ? watch_timer(trial, why) : watch_process(trial, why);
}

int watch_stop(struct why *why)
{
	static const char *const args[] = { "stop", "--quiet", WATCH_UNIT ".timer", NULL };

	return run_has_systemd() ? run_systemd("systemctl", args, why) : 0;
}
