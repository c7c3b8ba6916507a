/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Starts a user manager in its user's room (see manager.h). A process cannot move into another pid
 * namespace, only its children can: so this one stays outside as the service's main process, holds
 * the room's lease, hands signals on and ends as the manager ends. By then it is the user's own
 * process, with no capability.
 */
#include "helper/manager.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/manager_cgroup.h"
#include "helper/promise.h"
#include "helper/room.h"
#include "lib/apply.h"
#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/why.h"

#define SUPERVISE_LOOKS 100 /* at a child that has ended, when the look fails */

static const char step[] = "start user manager";

/* For good: all three ids, and with them every capability. The groups were never touched. */
static int become_caller(const struct scrubbed *caller, struct why *why)
{
	if (setresgid(caller->gid, caller->gid, caller->gid) < 0 ||
		setresuid(caller->uid, caller->uid, caller->uid) < 0)
		return why_set(why, errno, step, "cannot become uid %u", caller->uid);
	if (caller->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return why_set(why, EPERM, step, "still root");
	return 0;
}

static int run_manager(const struct scrubbed *caller, struct why *why)
{
	char name[] = ROOM_SYSTEMD_MANAGER, user[] = "--user";
	char *argv[] = { name, user, NULL };
	int r = scrub_restore_limits(caller, why);

	if (r == 0)
		r = become_caller(caller, why);
	if (r < 0)
		return r;
	/* What would outlive execve(2): this program's own alarm, mask and ignored signal. */
	alarm(0);
	umask(caller->mask);
	scrub_restore_signals();
	execve(name, argv, caller->environment);
	return why_set(why, errno, step, "cannot run " ROOM_SYSTEMD_MANAGER);
}

/* The child, in the room. Its parent must not outlive it unseen, nor it its parent. */
static int run_inside(const struct scrubbed *caller, const struct plan *plan, const sigset_t *mask,
	int parent_pidfd, struct why *why)
{
	struct pollfd parent = { .fd = parent_pidfd, .events = POLLIN };
	int r = apply_confine(plan, why);

	if (r == 0)
		r = scrub_restore_limits(caller, why);
	if (r == 0)
		r = become_caller(caller, why);
	if (r < 0)
		return r;
	/* After the ids: changing them clears it (prctl(2)). */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || sigprocmask(SIG_SETMASK, mask, NULL) < 0)
		return why_set(why, errno, step, "signals");
	/* One that died before this line sent no signal. */
	if (poll(&parent, 1, 0) != 0)
		return why_set(why, ESRCH, step, "its supervisor is gone");
	return run_manager(caller, why);
}

/* The keeper has closed the lease: it has ended, and the kernel ends every process of its room. */
static bool room_has_ended(const struct room *room)
{
	struct pollfd poll_fd = { .fd = room->lease_fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) != 0;
}

/*
 * Ends as the child has ended, the signal included. This process is not dumpable: no core comes of
 * it. The end of a room is no failure of the service.
 */
static int mirror(const siginfo_t *info, const struct room *room)
{
	sigset_t set;

	if (info->si_code == CLD_EXITED)
		return info->si_status;
	if (info->si_status == SIGKILL && room_has_ended(room))
		return 0;
	signal(info->si_status, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, info->si_status);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(info->si_status);
	return 128 + info->si_status;
}

/* Hands on every signal until the child has ended. */
static int supervise(int pidfd, const struct room *room, const sigset_t *all)
{
	for (;;) {
		siginfo_t info = { 0 };
		int sig = sigwaitinfo(all, NULL), r, left = SUPERVISE_LOOKS;

		/* One that it has ended before needs no signal any more. */
		if (sig > 0 && sig != SIGCHLD)
			pidfd_send_signal(pidfd, sig, NULL, 0);
		/* SIGCHLD comes once: a look that failed is looked again. */
		do
			r = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
		while (r < 0 && errno != ECHILD && --left > 0);
		if (r < 0)
			return -errno;
		if (info.si_pid != 0)
			return mirror(&info, room);
	}
}

/* Joined by this process, so that the child is born in the room. */
static int join(const struct plan *plan, const struct room *room, uid_t uid, struct why *why)
{
	struct joint joint;
	/* A room with a control group namespace shows no control groups. */
	cleanup_fd int slice_fd =
		plan->ns_ino[PLAN_NS_CGROUP] ? -ENOENT : manager_cgroup_take(uid, why);
	int r = slice_fd < 0 && slice_fd != -ENOENT ? slice_fd : apply_prepare(&joint, why);

	if (r < 0)
		return r;
	r = apply_join(plan, room->pidfd, &joint, why);
	apply_release(&joint);
	if (r == 0 && slice_fd >= 0)
		r = manager_cgroup_lay(slice_fd, uid, why);
	return r;
}

/* Tells systemd, as sd_notify(3) does, that the service has started. */
static int say_ready(const struct scrubbed *caller)
{
	static const char name[] = "NOTIFY_SOCKET=", text[] = "READY=1";
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const char *path = NULL;
	socklen_t len;

	for (char **line = caller->environment; *line && !path; line++)
		if (strncmp(*line, name, sizeof name - 1) == 0)
			path = *line + sizeof name - 1;
	if (fd < 0 || !path || strlen(path) >= sizeof addr.sun_path)
		return -EINVAL;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	memcpy(addr.sun_path, path, strlen(path));
	if (addr.sun_path[0] == '@')
		addr.sun_path[0] = '\0';
	return sendto(fd, text, sizeof text - 1, MSG_NOSIGNAL, (struct sockaddr *)&addr, len) < 0 ?
		-errno :
		0;
}

/*
 * A room with a control group namespace has no manager, which could not work there. The service is
 * this process, which does nothing until it is told to stop or the room ends: a service that fails
 * at each login would be an alarm for nothing.
 */
static int stand_in(const struct scrubbed *caller, const struct room *room, struct why *why)
{
	struct pollfd polls[2] = { { .fd = room->lease_fd, .events = POLLIN },
		{ .events = POLLIN } };
	cleanup_fd int signal_fd = -1;
	sigset_t stops;
	int r;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigprocmask(SIG_SETMASK, &stops, NULL);
	alarm(0);
	signal_fd = signalfd(-1, &stops, SFD_CLOEXEC);
	if (signal_fd < 0)
		return why_set(why, errno, step, "signals");
	r = become_caller(caller, why);
	if (r < 0)
		return r;
	r = say_ready(caller);
	if (r < 0)
		return why_set(why, -r, step, "cannot tell systemd");
	polls[1].fd = signal_fd;
	while (poll(polls, 2, -1) < 0)
		if (errno != EINTR)
			return why_set(why, errno, step, "cannot wait");
	return 0;
}

static int start_inside(const struct scrubbed *caller, const struct room *room, struct why *why)
{
	static struct plan plan;
	cleanup_fd int parent_pidfd = -1;
	cleanup_fd int pidfd = -1;
	sigset_t all, none;
	pid_t pid;
	int r = plan_decode(room->plan, room->plan_len, &plan, why);

	if (r == 0)
		r = join(&plan, room, caller->uid, why);
	if (r < 0)
		return r;
	if (plan.ns_ino[PLAN_NS_CGROUP])
		return stand_in(caller, room, why);
	parent_pidfd = pidfd_open(getpid(), 0);
	if (parent_pidfd < 0)
		return why_set(why, errno, step, "pidfd");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &none);
	pid = fork();
	if (pid < 0)
		return why_set(why, errno, step, "fork");
	if (pid == 0)
		return run_inside(caller, &plan, &none, parent_pidfd, why);
	alarm(0);
	pidfd = pidfd_open(pid, 0);
	r = pidfd < 0 ? why_set(why, errno, step, "pidfd") : become_caller(caller, why);
	if (r < 0) {
		kill(pid, SIGKILL);
		return r;
	}
	return supervise(pidfd, room, &all);
}

/* The room sets a hard limit of 1, and the caller's may be 0: raising it takes a capability that
 * scrub_confine() gives away. */
static int allow_core_limit(struct why *why)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0)
		return why_set(why, errno, step, "core limit");
	if (limit.rlim_max > 0)
		return 0;
	limit.rlim_max = 1;
	return setrlimit(RLIMIT_CORE, &limit) < 0 ? why_set(why, errno, step, "core limit of 0") :
						    0;
}

int manager_run(const struct scrubbed *caller, int64_t deadline, struct why *why)
{
	static struct room room = { .pidfd = -1, .lease_fd = -1 };
	char key[REGISTRY_KEY_MAX];
	int r = registry_inside(key, why);

	if (r == 1)
		return why_set(why, EPERM, step, "this is inside room %s already", key);
	if (r == 0)
		r = caller->uid == 0 ? 0 : promise_read(caller->uid, key, why);
	if (r == 0)
		return run_manager(caller, why);
	if (r == 1)
		r = allow_core_limit(why);
	if (r == 0)
		r = scrub_confine(why);
	if (r == 0)
		r = manager_cgroup_settle(caller->uid, caller->gid, why);
	if (r == 0)
		r = room_find(key, LEASE_MANAGER, deadline, &room, why);
	if (r == -ENOENT)
		return why_set(why, ENOENT, step, "room %s is gone", key);
	return r < 0 ? r : start_inside(caller, &room, why);
}
