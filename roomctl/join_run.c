/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Running a program as a guest (see join.h). Two processes: the first joins the room, with its
 * children's pid namespace, and stays outside of that one to wait; the second is born inside, takes
 * the walls on, becomes the user and is the program. Neither can be traced or read from inside:
 * they are not dumpable, and have every capability until they have none.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/apply.h"
#include "lib/clean.h"
#include "lib/why.h"
#include "roomctl/join.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define JOIN_PATH "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

static const char step[] = "enter room";

/* Does not return. */
static _Noreturn void give_up(const struct why *why)
{
	char text[512];

	complain("%s", why_print(why, text, sizeof text));
	_exit(EXIT_CANNOT_TELL);
}

/* For good: groups, all three ids, and with them every capability. */
static int become(const struct guest *guest, struct why *why)
{
	if (setgroups((size_t)guest->n_groups, guest->groups) < 0 ||
		setresgid(guest->gid, guest->gid, guest->gid) < 0 ||
		setresuid(guest->uid, guest->uid, guest->uid) < 0)
		return why_set(why, errno, step, "cannot become %s", guest->name);
	if (setuid(0) == 0 || seteuid(0) == 0)
		return why_set(why, EPERM, step, "still root");
	return 0;
}

/* What would outlive execve(2). */
static void tidy(void)
{
	sigset_t none;

	sigemptyset(&none);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	close_range(STDERR_FILENO + 1, ~0u, 0);
}

static _Noreturn void run_guest(const struct host *host, const struct guest *guest,
	char *const *argv, bool login, int out_fd)
{
	char home[4200], user[300], logname[300], shell[4200], path[] = "PATH=" JOIN_PATH,
							       term[100];
	char *environment[] = { home, user, logname, shell, path, term, NULL }, dash[64];
	const char *name = getenv("TERM"), *slash = strrchr(argv[0], '/');
	char *shell_argv[] = { dash, NULL };
	struct why why = { 0 };
	int r = host ? apply_confine(&host->plan, &why) : 0;

	if (r == 0)
		r = become(guest, &why);
	if (r == 0 &&
		(prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
			(out_fd >= 0 && dup2(out_fd, STDOUT_FILENO) < 0)))
		r = why_set(&why, errno, step, "descriptors");
	if (r < 0)
		give_up(&why);
	snprintf(home, sizeof home, "HOME=%s", guest->home);
	snprintf(user, sizeof user, "USER=%s", guest->name);
	snprintf(logname, sizeof logname, "LOGNAME=%s", guest->name);
	snprintf(shell, sizeof shell, "SHELL=%s", guest->shell);
	snprintf(term, sizeof term, "TERM=%.80s", name ? name : "dumb");
	snprintf(dash, sizeof dash, "-%.60s", slash ? slash + 1 : argv[0]);
	if (chdir(guest->home) < 0 && chdir("/") < 0)
		_exit(EXIT_CANNOT_TELL);
	tidy();
	/* execvpe(3) looks in this process's PATH, which is root's. */
	setenv("PATH", JOIN_PATH, 1);
	execvpe(argv[0], login ? shell_argv : argv, environment);
	why_set(&why, errno, step, "cannot run %s", argv[0]);
	give_up(&why);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_CANNOT_TELL;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The one that joins. Its parent must not end before it. */
static _Noreturn void run_host(const struct host *host, const struct guest *guest,
	char *const *argv, bool login, int out_fd)
{
	static struct joint joint;
	struct why why = { 0 };
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (host && apply_prepare(&joint, &why) < 0)
		give_up(&why);
	if (host && apply_join(&host->plan, host->pidfd, &joint, &why) < 0)
		give_up(&why);
	if (host)
		apply_release(&joint);
	pid = fork();
	if (pid == 0)
		run_guest(host, guest, argv, login, out_fd);
	if (pid < 0) {
		why_set(&why, errno, step, "cannot start a process");
		give_up(&why);
	}
	_exit(wait_for(pid));
}

/* A directory of the host's would be a way out: whoever has it open goes through it (openat(2)). */
static bool hands_in_directory(void)
{
	struct stat st;

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return true;
	return false;
}

int join_run(const struct host *host, const struct guest *guest, char *const *argv, bool login,
	int out_fd)
{
	pid_t pid;
	int status;

	if (hands_in_directory()) {
		complain("a directory as standard input, output or error would lead out of the "
			 "room");
		return EXIT_USAGE;
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run_host(host, guest, argv, login, out_fd);
	if (pid < 0) {
		complain("cannot start a process: %s", strerrordesc_np(errno));
		return EXIT_CANNOT_TELL;
	}
	/* What a terminal sends is for the program. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	status = wait_for(pid);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return status;
}
