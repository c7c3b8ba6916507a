/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The warden (see warden.h). It goes into the user namespace first, where it is nobody to the host,
 * and starts pasta from there; then it gives its capabilities away and waits. pasta says that the
 * way is open by going into the background, and what it says before on its standard error is the
 * reason when it does not.
 */
#include "helper/warden.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/scrub.h"
#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/text.h"

/* Where the descriptors stand from the beginning. */
enum { NET_FD = STDERR_FILENO + 1, USER_FD, KEEPER_FD, LOCK_FD, REPORT_FD, N_FDS };

#define FIRST_FREE_FD 64

static __attribute__((noreturn)) void warden_fail(int err, const char *text)
{
	struct warden_report report = { .err = err ? err : EIO };

	snprintf(report.text, sizeof report.text, "%s", text);
	text_tame(report.text);
	if (write(REPORT_FD, &report, sizeof report) < 0)
		_exit(112);
	_exit(111);
}

/* False before REPORT_FD stands: then the end of the pipe has to say it. */
static bool warden_arrange(const struct warden_parts *parts)
{
	int from[N_FDS] = { parts->null_fd, parts->null_fd, parts->null_fd, parts->net_fd,
		parts->user_fd, parts->keeper_fd, parts->lock_fd, parts->report_fd };

	/* Out of the way first: one may stand where another has to go. */
	for (int i = 0; i < N_FDS; i++) {
		from[i] = fcntl(from[i], F_DUPFD, FIRST_FREE_FD);
		if (from[i] < 0)
			return false;
	}
	for (int i = 0; i < N_FDS; i++)
		if (dup2(from[i], i) < 0)
			return false;
	return close_range(N_FDS, ~0u, 0) == 0;
}

/* Uid 0 of the user namespace, which to the host is nobody. Its owner is yet another one, so that
 * being nobody outside gives nothing here. */
static void warden_become_nobody(void)
{
	if (setgroups(0, NULL) < 0 || setns(USER_FD, CLONE_NEWUSER) < 0)
		warden_fail(errno, "cannot enter the user namespace");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		warden_fail(errno, "cannot become nobody");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		setsid() < 0 || chdir("/") < 0)
		warden_fail(errno, "cannot cut itself off");
	close(USER_FD);
}

static __attribute__((noreturn)) void warden_become_program(const char *program, int error_fd)
{
	/* No port of the host leads into the room, and none of the room's loopback to that of the
	 * host; without --no-map-gw the address of the gateway would. The namespace is descriptor
	 * 0, because newer releases close what is above the first three. */
	static const char *const words[] = { "pasta", "--quiet", "--config-net", "--netns-only",
		"--netns", "/proc/self/fd/0", "--no-netns-quit", "--ns-ifname", "out0",
		"--no-map-gw", "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none",
		"--udp-ns", "none", "--no-dhcp", "--no-dhcpv6", "--no-ra", "--dns", "none", NULL };
	char *envp[] = { NULL }, *argv[sizeof words / sizeof words[0]];
	sigset_t none;

	memcpy(argv, words, sizeof argv);
	sigemptyset(&none);
	scrub_restore_signals();
	if (sigprocmask(SIG_SETMASK, &none, NULL) == 0 && dup2(NET_FD, STDIN_FILENO) >= 0 &&
		dup2(error_fd, STDERR_FILENO) >= 0 && close_range(NET_FD, ~0u, 0) == 0)
		execve(program, argv, envp);
	dprintf(STDERR_FILENO, "%s cannot be run: %s\n", program, strerror(errno));
	_exit(127);
}

static void warden_give_up_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (sys_capset(&header, data) < 0)
		warden_fail(errno, "cannot give up capabilities");
}

/* Until a child has ended or the keeper has. True: a child. */
static bool warden_wait(int signal_fd)
{
	struct pollfd polls[] = { { KEEPER_FD, POLLIN, 0 }, { signal_fd, POLLIN, 0 } };
	struct signalfd_siginfo info;

	while (poll(polls, 2, -1) < 0)
		if (errno != EINTR)
			return false;
	return !polls[0].revents && read(signal_fd, &info, sizeof info) > 0;
}

/* The last line that the program said. */
static __attribute__((noreturn)) void warden_fail_as(int error_fd)
{
	char text[512] = "";
	ssize_t len = read(error_fd, text, sizeof text - 1);
	char *line;

	text[len > 0 ? len : 0] = '\0';
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	line = strrchr(text, '\n');
	warden_fail(ECONNREFUSED, line ? line + 1 : *text ? text : "pasta gives no reason");
}

/* The program has gone into the background when the process that was started ends well. */
static void warden_open(const char *program, int signal_fd)
{
	cleanup_fd int read_fd = -1;
	int report[2], status;
	pid_t pid, ended = 0;

	if (pipe2(report, O_NONBLOCK) < 0)
		warden_fail(errno, "no pipe");
	read_fd = report[0];
	pid = fork();
	if (pid == 0)
		warden_become_program(program, report[1]);
	close(report[1]);
	close(NET_FD);
	if (pid < 0)
		warden_fail(errno, "no process");
	warden_give_up_capabilities();
	while (ended != pid) {
		if (ended == 0 && !warden_wait(signal_fd))
			warden_fail(ESRCH, "the keeper has ended");
		ended = waitpid(-1, &status, WNOHANG);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		warden_fail_as(read_fd);
}

void warden_run(const struct warden_parts *parts, const char *program)
{
	const struct warden_report open = { 0 };
	sigset_t all;
	int signal_fd;
	pid_t ended;

	prctl(PR_SET_NAME, "room-network");
	sigfillset(&all);
	if (!warden_arrange(parts) || sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		_exit(111);
	signal_fd = signalfd(-1, &all, SFD_CLOEXEC);
	if (signal_fd < 0)
		warden_fail(errno, "no signals");
	warden_become_nobody();
	warden_open(program, signal_fd);
	if (write(REPORT_FD, &open, sizeof open) != sizeof open)
		_exit(112);
	close(REPORT_FD);
	/* The last child is the program: without it the lock would lie. */
	do
		ended = waitpid(-1, NULL, WNOHANG);
	while (ended > 0 || (ended == 0 && warden_wait(signal_fd)));
	_exit(0);
}
