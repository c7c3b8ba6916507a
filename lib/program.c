/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Starts and ends programs of our own (see program.h).
 */
#include "lib/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/sys.h"
#include "lib/why.h"

#define PROGRAM_REAP_MS 1000

static int program_check(const char *path, const char *step, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return why_set(why, errno, step, "%s cannot be run", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return why_set(why, EPERM, step, "%s is not root's alone", path);
	return 0;
}

static bool program_drop_caps(void)
{
	/* Else execve(2) would give uid 0 every capability again, and anybody the ambient ones. */
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
		prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) == 0;
}

static __attribute__((noreturn)) void program_become(const struct program *program)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	char *envp[] = { NULL };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int in_fd = program->in_fd < 0 ? null_fd : program->in_fd;
	int out_fd = program->out_fd < 0 ? null_fd : program->out_fd;
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &action, NULL);
	sigemptyset(&none);
	/* Each is another one than the three that it becomes, or the wrong one would be closed. */
	if (null_fd > STDERR_FILENO && in_fd > STDERR_FILENO && out_fd > STDERR_FILENO &&
		sigprocmask(SIG_SETMASK, &none, NULL) == 0 &&
		(!program->without_caps || program_drop_caps()) && dup2(in_fd, STDIN_FILENO) >= 0 &&
		dup2(out_fd, STDOUT_FILENO) >= 0 && dup2(null_fd, STDERR_FILENO) >= 0 &&
		close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0 &&
		prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		execve(program->path, program->argv, envp);
	_exit(127);
}

int program_start(const struct program *program, const char *step, struct why *why)
{
	int pidfd = -1, r = program_check(program->path, step, why);
	struct clone_args args = {
		.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD
	};
	pid_t pid;

	if (r < 0)
		return r;
	pid = sys_clone3(&args);
	if (pid == 0)
		program_become(program);
	return pid < 0 ? why_set(why, errno, step, "no process") : pidfd;
}

void program_end(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;

	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	/* Not for ever: a process that hangs in the kernel is nobody's to wait for. */
	poll(&poll_fd, 1, PROGRAM_REAP_MS);
	waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
}
