/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Looks for programs that could elevate where programs are installed (see elevate.h): only root
 * makes such files, and only a mount without nosuid heeds them. A process of its own does it, so
 * that a file system which does not answer keeps nobody waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "roomctl/elevate.h"

static const char *const elevate_roots[] = { "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt",
	"/snap", "/srv" };

#define N_ROOTS (sizeof elevate_roots / sizeof elevate_roots[0])

static void add_name(char list[SURVEY_NAMES_MAX], const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strlen(list);

	if (len + strlen(name) + 8 < SURVEY_NAMES_MAX)
		snprintf(list + len, SURVEY_NAMES_MAX - len, "%s%s", len ? ", " : "", name);
	else if (len > 4 && strcmp(list + len - 3, "...") != 0)
		snprintf(list + len, SURVEY_NAMES_MAX - len, ", ...");
}

static void survey_add(struct survey *survey, const char *path)
{
	struct elevation found;

	if (elevate_try(path, &found) < 0)
		return;
	survey->n++;
	survey->n_judged += !found.started;
	survey->caps |= found.caps;
	if (found.to_root)
		survey->n_root++;
	else if (found.other_ids)
		survey->n_ids++;
	else if (found.caps)
		survey->n_caps++;
	else
		survey->n_powerless++;
	if (found.to_root || found.caps)
		add_name(survey->elevating, path);
	else if (!found.other_ids)
		add_name(survey->powerless, path);
}

static void survey_walk(struct survey *survey, int64_t deadline)
{
	char roots[N_ROOTS][16], *argv[N_ROOTS + 1] = { NULL };
	const FTSENT *entry;
	FTS *fts;

	for (size_t i = 0; i < N_ROOTS; i++) {
		snprintf(roots[i], sizeof roots[i], "%s", elevate_roots[i]);
		argv[i] = roots[i];
	}
	fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	snprintf(survey->reason, sizeof survey->reason, "cannot look for programs: %s",
		strerrordesc_np(errno));
	if (!fts)
		return;
	while (deadline_left(deadline) > 0 && (errno = 0, entry = fts_read(fts)))
		if (entry->fts_info == FTS_F && entry->fts_statp->st_mode & 0111)
			survey_add(survey, entry->fts_path);
	survey->complete = deadline_left(deadline) > 0 && errno == 0;
	snprintf(survey->reason, sizeof survey->reason, "%s",
		survey->complete ? "" :
			deadline_left(deadline) > 0 ?
				   "reading the directories failed" :
				   "there are too many files to look at in time");
	fts_close(fts);
}

void elevate_survey(int ms, struct survey *ret)
{
	int64_t deadline = deadline_in(ms + 1000);
	int fds[2] = { -1, -1 };
	size_t len = 0;
	pid_t pid = pipe2(fds, O_CLOEXEC) == 0 ? fork() : -1;

	*ret = (struct survey){ 0 };
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		survey_walk(ret, deadline_in(ms));
		_exit(write(fds[1], ret, sizeof *ret) == sizeof *ret ? 0 : 1);
	}
	close(fds[1]);
	while (pid > 0 && len < sizeof *ret) {
		struct pollfd poll_fd = { .fd = fds[0], .events = POLLIN };
		ssize_t n = poll(&poll_fd, 1, deadline_left(deadline)) == 1 ?
			read(fds[0], (char *)ret + len, sizeof *ret - len) :
			0;

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fds[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		/* One that a dead file system holds is left to it. */
		waitpid(pid, NULL, len < sizeof *ret && deadline_left(deadline) == 0 ? WNOHANG : 0);
	}
	if (len == sizeof *ret)
		return;
	*ret = (struct survey){ 0 };
	snprintf(ret->reason, sizeof ret->reason, "looking for programs %s",
		pid < 0                              ? "could not begin" :
			deadline_left(deadline) == 0 ? "did not end in time" :
						       "was ended");
}
