/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The first minute of a setuid program's life (see scrub.h). Order: become root before anything
 * else, because until then the calling user may send signals to this process; then take away what
 * could stop or divert the steps that follow.
 */
#include "helper/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "lib/why.h"

#define MIB (UINT64_C(1) << 20)

/* What a whole run needs, with room to spare. Without it the run is refused before its first
 * effect. */
static const struct scrub_limit {
	__rlimit_resource_t resource;
	const char *name;
	uint64_t least;
} scrub_limits[SCRUB_N_LIMITS] = {
	{ RLIMIT_NOFILE, "open files", 256 }, { RLIMIT_FSIZE, "file size", 16 * MIB },
	{ RLIMIT_AS, "address space", 512 * MIB }, { RLIMIT_DATA, "data segment", 256 * MIB },
	{ RLIMIT_STACK, "stack", 1 * MIB },
	{ RLIMIT_CPU, "cpu seconds", RLIM_INFINITY }, /* the keeper inherits it, for good */
};

/* What the helper may do once it knows its question. Everything else is gone by then. */
static const unsigned int scrub_caps[] = {
	CAP_SYS_ADMIN,           /* namespaces, mounts, setns(2), seccomp(2) without no_new_privs */
	CAP_SYS_CHROOT,          /* setns(2) into a mount namespace */
	CAP_SYS_PTRACE,          /* setns(2) through the pidfd of a keeper, which is not dumpable */
	CAP_DAC_READ_SEARCH,     /* reaching a home below directories that are closed to others */
	CAP_MKNOD,               /* a room's own /dev */
	CAP_NET_ADMIN,           /* a network namespace's loopback device */
	CAP_SYS_NICE,            /* moving a login, which has more, to a group with a cpuset */
	CAP_KILL,                /* ending a look-up, which is nobody's (lib/lookup.h) */
	CAP_SETUID,              /* the user manager becomes its user */
	CAP_SETGID, CAP_SETPCAP, /* ... with the room's bounding set */
};

static int scrub_ids(struct scrubbed *ret, bool groups, struct why *why)
{
	uid_t euid, suid;
	gid_t egid, sgid;

	if (getresuid(&ret->uid, &euid, &suid) < 0 || getresgid(&ret->gid, &egid, &sgid) < 0)
		return why_set(why, errno, "become root", "own ids unknown");
	if (euid != 0)
		return why_set(why, EPERM, "become root", "the helper is not setuid root");
	if (setresuid(0, 0, 0) < 0 || setresgid(0, 0, 0) < 0 || (groups && setgroups(0, NULL) < 0))
		return why_set(why, errno, "become root", "ids");
	/* A filter of the caller's may have answered "done" without doing it. */
	if (getuid() != 0 || geteuid() != 0 || getgid() != 0 || getegid() != 0)
		return why_set(why, EPERM, "become root", "ids did not change");
	return 0;
}

static const int scrub_ignored[] = { SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };

static int scrub_signals(void)
{
	const struct itimerval never = { 0 };
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&none);
	/* Two numbers in between belong to the C library, which refuses them. */
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && sigaction(sig, &action, NULL) < 0 &&
			errno != EINVAL)
			return -errno;
	if (setitimer(ITIMER_REAL, &never, NULL) < 0 ||
		setitimer(ITIMER_VIRTUAL, &never, NULL) < 0 ||
		setitimer(ITIMER_PROF, &never, NULL) < 0)
		return -errno;
	/* A reader that goes away must not end a run half-way, nor a key of the caller's terminal
	 * or its hang-up end or stop it while it holds a lock. */
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof scrub_ignored / sizeof scrub_ignored[0]; i++)
		if (sigaction(scrub_ignored[i], &action, NULL) < 0)
			return -errno;
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

/* Every later login depends on the keeper, which inherits these from whoever comes first. */
static int scrub_standing(void)
{
	const struct sched_param param = { 0 };
	cleanup_fd int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[16] = "";

	if (sched_setscheduler(0, SCHED_OTHER, &param) < 0 || setpriority(PRIO_PROCESS, 0, 0) < 0)
		return -errno;
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		return -errno;
	/* A score above 0 makes it the first to go; below is what the login program chose. */
	if (text[0] != '-' && text[0] != '0' && pwrite(fd, "0", 1, 0) < 0)
		return -errno;
	return 0;
}

void scrub_restore_signals(void)
{
	for (size_t i = 0; i < sizeof scrub_ignored / sizeof scrub_ignored[0]; i++)
		signal(scrub_ignored[i], SIG_DFL);
}

static int scrub_fds(unsigned int first_fd)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd < 0)
		return -errno;
	if ((unsigned int)fd < first_fd)
		close(fd); /* it took the place of a descriptor that the caller should have given */
	return close_range(first_fd, ~0u, 0) < 0 ? -errno : 0;
}

static int scrub_raise_limits(struct scrubbed *ret, struct why *why)
{
	for (size_t i = 0; i < SCRUB_N_LIMITS; i++) {
		const struct scrub_limit *row = &scrub_limits[i];
		struct rlimit limit;

		if (getrlimit(row->resource, &limit) < 0)
			return why_set(why, errno, "raise limits", "%s", row->name);
		ret->limits[i] = limit;
		if (limit.rlim_cur >= row->least)
			continue;
		limit.rlim_cur = row->least;
		if (limit.rlim_max < row->least)
			limit.rlim_max = row->least;
		if (setrlimit(row->resource, &limit) < 0)
			return why_set(why, errno, "raise limits", "%s too low", row->name);
	}
	return 0;
}

int scrub_restore_limits(const struct scrubbed *scrubbed, struct why *why)
{
	for (size_t i = 0; i < SCRUB_N_LIMITS; i++)
		if (setrlimit(scrub_limits[i].resource, &scrubbed->limits[i]) < 0)
			return why_set(why, errno, "restore limits", "%s", scrub_limits[i].name);
	return 0;
}

int scrub_start(struct scrubbed *ret, unsigned int first_fd, bool for_module, struct why *why)
{
	static char *empty[] = { NULL };
	int r = scrub_ids(ret, for_module, why);

	ret->environment = environ;
	environ = empty;
	ret->mask = umask(077);
	if (r == 0)
		r = scrub_raise_limits(ret, why);
	if (r < 0)
		return r;
	r = scrub_signals();
	if (r < 0)
		return why_set(why, -r, "scrub", "signals and timers");
	r = for_module ? scrub_standing() : 0;
	if (r < 0)
		return why_set(why, -r, "scrub", "priority, scheduling and OOM score");
	r = scrub_fds(first_fd);
	if (r < 0)
		return why_set(why, -r, "scrub", "descriptors");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || chdir("/") < 0)
		return why_set(why, errno, "scrub", "dumpable flag and working directory");
	/* EPERM: the leader of a process group stays in its session (setsid(2)). What its terminal
	 * could do to it is ignored, see above. */
	if (setsid() < 0 && errno != EPERM)
		return why_set(why, errno, "scrub", "terminal");
	return 0;
}

static int scrub_caps_cut(struct why *why)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct have[2] = { 0 }, want[2] = { 0 };

	if (sys_capget(&header, have) < 0)
		return why_set(why, errno, "keep capabilities", "cannot read them");
	for (size_t i = 0; i < sizeof scrub_caps / sizeof scrub_caps[0]; i++) {
		unsigned int cap = scrub_caps[i];
		uint32_t bit = CAP_TO_MASK(cap);

		if (!(have[CAP_TO_INDEX(cap)].permitted & bit))
			return why_set(why, EPERM, "keep capabilities", "cap_%s is missing",
				text_cap_name(cap));
		want[CAP_TO_INDEX(cap)].permitted |= bit;
		want[CAP_TO_INDEX(cap)].effective |= bit;
	}
	if (sys_capset(&header, want) < 0)
		return why_set(why, errno, "keep capabilities", "capset failed");
	return 0;
}

static int scrub_same_namespace(const char *name, struct why *why)
{
	cleanup_fd int init = open("/proc/1/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int own = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat theirs, ours;

	if (init < 0 || own < 0 || fstatat(init, name, &theirs, 0) < 0 ||
		fstatat(own, name, &ours, 0) < 0)
		return why_set(
			why, errno, "check namespaces", "cannot tell the %s namespace", name);
	if (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev)
		return why_set(why, EPERM, "check namespaces", "not in pid 1's %s namespace", name);
	return 0;
}

/* setns(2) sets root and working directory too, so a chroot(2) of the caller's is left as well. */
static int scrub_enter_mounts(struct why *why)
{
	cleanup_fd int fd = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNS) < 0)
		return why_set(why, errno, "enter mounts", "those of pid 1");
	return scrub_same_namespace("mnt", why);
}

int scrub_confine(struct why *why)
{
	int r = scrub_caps_cut(why);

	if (r == 0)
		r = scrub_same_namespace("user", why);
	if (r == 0)
		r = scrub_same_namespace("pid", why);
	return r < 0 ? r : scrub_enter_mounts(why);
}
