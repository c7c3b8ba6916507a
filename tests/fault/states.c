/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The table of start-up states (see states.h). Descriptors, signals, limits and the rest here; what
 * changes who the caller is, in states_who.c.
 */
#include "tests/fault/states_make.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* --- descriptors ------------------------------------------------------------------------------ */

/* a: a bit for each of 0, 1 and 2. */
bool make_closed(const struct state *state)
{
	for (int fd = 0; fd <= 2; fd++)
		if (state->a >> fd & 1)
			close(fd);
	return true;
}

/* a: which; b: an index of paths. */
bool make_stdio(const struct state *state)
{
	static const char *const paths[] = { "/", "/dev/full", "/proc/self/mem", "/dev/null" };
	int fd = open(paths[state->b], state->b == 0 ? O_RDONLY : O_RDWR);

	return fd >= 0 && dup2(fd, (int)state->a) == state->a && close(fd) == 0;
}

/* Both ends of standard output's and error's pipe are closed. */
bool make_broken_pipe(const struct state *state)
{
	int ends[2];

	(void)state;
	return pipe(ends) == 0 && close(ends[0]) == 0 && dup2(ends[1], 1) == 1 &&
		dup2(ends[1], 2) == 2 && close(ends[1]) == 0;
}

/* a: 0 nothing, 1 a file, 2 a directory, 3 a pipe, 4 a stream socket, 5 a datagram socket, 6 a
 * socket of the network, 7 one that its maker did not make as root. */
bool make_third(const struct state *state)
{
	int pair[2] = { -1, -1 };

	if (state->a == 1)
		pair[0] = open("/etc/passwd", O_RDONLY);
	else if (state->a == 2)
		pair[0] = open("/etc", O_RDONLY | O_DIRECTORY);
	else if (state->a == 3 && pipe(pair) < 0)
		return false;
	else if (state->a == 4 || state->a == 5)
		socketpair(AF_UNIX, state->a == 4 ? SOCK_STREAM : SOCK_DGRAM, 0, pair);
	else if (state->a == 6)
		pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	else if (state->a == 7 &&
		(seteuid(states_uid) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
			seteuid(0) < 0))
		return false;
	start.sock = pair[0];
	return state->a == 0 || pair[0] >= 0;
}

/* Of each kind, and as many as there may be. */
bool make_many(const struct state *state)
{
	struct rlimit limit;
	int fd = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	epoll_create1(0);
	memfd_create("decoy", 0);
	pidfd_open(getppid(), 0);
	open("/etc", O_RDONLY | O_DIRECTORY);
	open("/", O_PATH);
	syscall(SYS_inotify_init1, 0);
	for (long i = 0; fd >= 0 && i < state->a; i++)
		fd = dup(0);
	/* The last number that there is. */
	return fcntl(open("/", O_RDONLY | O_DIRECTORY), F_DUPFD, (int)limit.rlim_cur - 1) >= 0;
}

/* --- limits, signals, timers ------------------------------------------------------------------ */

/* a: which; b: soft and hard limit; below 0: the soft one only, of -b - 1. */
bool make_limit(const struct state *state)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)state->a, &limit) < 0)
		return false;
	limit.rlim_cur = (rlim_t)(state->b < 0 ? -state->b - 1 : state->b);
	if (state->b >= 0)
		limit.rlim_max = limit.rlim_cur;
	return setrlimit((__rlimit_resource_t)state->a, &limit) == 0;
}

bool make_unlimited_stack(const struct state *state)
{
	struct rlimit limit;

	(void)state;
	if (getrlimit(RLIMIT_STACK, &limit) < 0)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_STACK, &limit) == 0;
}

/* a: SIG_IGN for this one, or for all when 0. */
bool make_ignored(const struct state *state)
{
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (state->a == 0 || state->a == sig)
			signal(sig, SIG_IGN);
	return true;
}

/* a: sent to itself, blocked as everything is; 0: none. */
bool make_blocked(const struct state *state)
{
	sigset_t all;

	sigfillset(&all);
	return sigprocmask(SIG_SETMASK, &all, NULL) == 0 &&
		(state->a == 0 || raise((int)state->a) == 0);
}

/* a: ITIMER_*; b: milliseconds. */
bool make_timer(const struct state *state)
{
	const struct itimerval soon = { .it_interval = { 0, state->b * 1000 },
		.it_value = { 0, state->b * 1000 } };

	return setitimer((__itimer_which_t)state->a, &soon, NULL) == 0;
}

bool make_death_signal(const struct state *state)
{
	return prctl(PR_SET_PDEATHSIG, state->a) == 0;
}

/* --- the rest of what is inherited ------------------------------------------------------------ */

bool make_umask(const struct state *state)
{
	umask((mode_t)state->a);
	return true;
}

/* a: 0 removed, 1 the user's own, 2 not to be entered */
bool make_cwd(const struct state *state)
{
	char path[] = "/tmp/fault.XXXXXX";

	if (!mkdtemp(path) || chown(path, states_uid, states_gid) < 0 || chdir(path) < 0)
		return false;
	if (state->a == 2)
		return chmod(path, 0) == 0;
	return state->a != 0 || rmdir(path) == 0;
}

bool make_standing(const struct state *state)
{
	const struct sched_param param = { 0 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	setpriority(PRIO_PROCESS, 0, 19);
	sched_setaffinity(0, sizeof one, &one);
	syscall(SYS_ioprio_set, 1, 0, 3 << 13);
	return sched_setscheduler(0, (int)state->a, &param) == 0;
}

/* Where the kernel has none, there is nothing to inherit. */
bool make_memory_policy(const struct state *state)
{
	unsigned long node = 1;

	return syscall(SYS_set_mempolicy, state->a, &node, 8 * sizeof node) == 0 || errno == ENOSYS;
}

bool make_personality(const struct state *state)
{
	return personality((unsigned long)state->a) >= 0;
}

/* KEYCTL_JOIN_SESSION_KEYRING of keyctl(2). */
bool make_keyring(const struct state *state)
{
	(void)state;
	return syscall(SYS_keyctl, 1, "fault") >= 0 || errno == ENOSYS || errno == EPERM;
}

bool make_oom_score(const struct state *state)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);
	char text[16];

	snprintf(text, sizeof text, "%ld", state->a);
	return fd >= 0 && write(fd, text, strlen(text)) > 0 && close(fd) == 0;
}

/* Holds a terminal's other side, and presses a key again and again. */
static __attribute__((noreturn)) void press(int master, char key)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (key && write(master, &key, 1) < 0)
			_exit(1);
		usleep(1000);
	}
}

/* A terminal of its own. a: a key that is pressed there; below 0: it hangs up when the program
 * closes what it was left. */
bool make_terminal(const struct state *state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	setsid();
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return false;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 || dup2(slave, 0) != 0)
		return false;
	if (state->a >= 0 && fork() == 0)
		press(master, (char)state->a);
	return close(slave) == 0 && (state->a < 0 || close(master) == 0);
}

/* --- what the program is given ---------------------------------------------------------------- */

bool make_environment(const struct state *state)
{
	static char *hostile[] = { "LD_PRELOAD=/tmp/nothing.so", "LD_LIBRARY_PATH=/tmp",
		"LD_AUDIT=/tmp/nothing.so", "LD_DEBUG=all", "LD_DEBUG_OUTPUT=/tmp/fault",
		"GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.mxfast=x=y", "MALLOC_CHECK_=3",
		"MALLOC_TRACE=/tmp/fault", "GCONV_PATH=/tmp", "LOCPATH=/tmp", "NLSPATH=/tmp/%N",
		"LANG=../../tmp", "LC_ALL=../../tmp", "TZ=:/etc/shadow", "TMPDIR=/root",
		"RES_OPTIONS=debug", "HOSTALIASES=/etc/shadow", "IFS=/", "PATH=/tmp",
		"LIBCONFIG_INCLUDE_DIR=/tmp", "XDG_RUNTIME_DIR=/tmp", "SYSTEMD_LOG_LEVEL=debug",
		"SYSTEMD_LOG_TARGET=console", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/tmp/x",
		"NOTIFY_SOCKET=@x", "LISTEN_FDS=3", "JOURNAL_STREAM=1:1", "PATH=twice",
		"no equals sign", "=", "", NULL };

	(void)state;
	start.envp = hostile;
	return true;
}

bool make_huge_environment(const struct state *state)
{
	static char *lines[20];
	const size_t len = 100000;

	for (long i = 0; i < state->a; i++) {
		lines[i] = malloc(len);
		if (!lines[i])
			return false;
		memset(lines[i], 'a', len - 1);
		lines[i][1] = '=';
		lines[i][len - 1] = '\0';
	}
	start.envp = lines;
	return true;
}

/* a: 0 none at all, 1 an empty one, 2 control bytes, 3 very long, 4 a path */
bool make_name(const struct state *state)
{
	static char *const names[] = { NULL, "", "a\n\033[31mb %s%n", NULL, "../../etc/shadow" };

	start.argv[0] = names[state->a];
	if (state->a == 3) {
		start.argv[0] = calloc(1, 100001);
		if (!start.argv[0])
			return false;
		memset(start.argv[0], 'a', 100000);
	}
	return true;
}

bool make_argument(const struct state *state)
{
	static char *const words[] = { "-x", "--help", "user-manager ", "", "\n" };

	start.argv[start.argc] = words[state->a];
	return true;
}
