/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Runs a program of systemd's (see run.h). The environment is empty: what asks is root, what it
 * inherits may not be.
 */
#include "roomctl/run.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/why.h"

#define RUN_ARGS_MAX 16

bool run_has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

static void run_exec(const char *name, const char *const *args)
{
	static const char *const dirs[] = { "/usr/bin", "/bin" };
	char *words[RUN_ARGS_MAX + 2] = { NULL }, *env[] = { NULL };
	char path[64];
	size_t n = 0;

	/* execve(2) changes none of them. */
	for (words[n++] = (char *)(uintptr_t)name; *args && n <= RUN_ARGS_MAX; args++)
		words[n++] = (char *)(uintptr_t)*args;
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dirs[i], name);
		execve(path, words, env);
	}
}

int run_systemd(const char *name, const char *const *args, struct why *why)
{
	char step[32];
	int status = 0;
	pid_t pid;

	snprintf(step, sizeof step, "%s %.16s", name, args[0]);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return why_set(why, errno, step, "cannot fork");
	if (pid == 0) {
		/* stdout is for the answer, which a program may read. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		run_exec(name, args);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(why, errno, step, "lost it");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return why_set(why, 0, step, "it ended with %s %d",
			WIFEXITED(status) ? "exit code" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}
