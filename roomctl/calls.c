/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asking filters about system calls (see calls.h).
 */
#include "roomctl/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/sys.h"
#include "lib/why.h"

#define CALLS_MARK 0x70616d72 /* in the lower half of the sixth argument */
#define CALLS_ERRNO 4001      /* above every errno, below the 4095 that the kernel lets through */
#define CALLS_MS 8000         /* for all of them */

/* What the child leaves, in memory that both have. */
struct asked {
	size_t n;      /* answered so far */
	int listener;  /* of the filter, in the table of descriptors that both have */
	int error;     /* why there is none */
	int answers[]; /* one a call */
};

/* "Ask the supervisor" for what has the mark. */
static int lay_filter(void)
{
	const uint32_t low = offsetof(struct seccomp_data, args) + 5 * sizeof(uint64_t);
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS_MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof insns / sizeof insns[0], insns };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Calls that the kernel's own trampolines make pass every filter, and end whoever else makes them:
 * they are not asked about. */
static bool is_unfiltered(unsigned int nr)
{
	static const unsigned int of_x86_64[] = { 335, 336 }; /* uretprobe, uprobe */

	return SYS_AUDIT_ARCH == AUDIT_ARCH_X86_64 && (nr == of_x86_64[0] || nr == of_x86_64[1]);
}

/* The child: does not return. */
static void ask_all(const struct call *calls, size_t n, struct asked *asked, int tell_fd)
{
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A filter may end this process by it; no handler of the caller's is for that. */
	signal(SIGSYS, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	asked->listener = lay_filter();
	asked->error = asked->listener < 0 ? errno : 0;
	if (write(tell_fd, &byte, 1) != 1 || asked->listener < 0)
		_exit(1);
	while (asked->n < n) {
		const struct call *call = &calls[asked->n];
		long r;

		if (is_unfiltered(call->nr)) {
			asked->answers[asked->n++] = CALLS_PASSES;
			continue;
		}
		/* What stays when the filter ends this process. */
		asked->answers[asked->n] = CALLS_KILLED;
		r = syscall((long)call->nr, call->args[0], call->args[1], call->args[2], 0ul, 0ul,
			(unsigned long)CALLS_MARK);
		asked->answers[asked->n] = r >= 0 ? 0 : errno == CALLS_ERRNO ? CALLS_PASSES : errno;
		asked->n++;
	}
	/* The mark stays in its register until a call with six arguments: exit_group(2) would be
	 * stopped too. */
	syscall(SYS_getpid, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul);
	_exit(0);
}

/* Answers what comes through until the child has ended or the time is up. */
static int supervise(int listener, int pidfd, int64_t deadline)
{
	struct pollfd polls[2] = { { .fd = pidfd, .events = POLLIN },
		{ .fd = listener, .events = POLLIN } };

	for (;;) {
		struct seccomp_notif request = { 0 };
		struct seccomp_notif_resp answer = { .error = -CALLS_ERRNO };
		int ready = poll(polls, 2, deadline_left(deadline));

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ready < 0 ? -errno : -ETIMEDOUT;
		if (polls[1].revents & POLLIN) {
			if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
				continue;
			answer.id = request.id;
			ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
		} else if (polls[0].revents) {
			return 0;
		}
	}
}

/* As fork(2), with one table of descriptors for both. */
static pid_t fork_with_files(int *ret_pidfd)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | (unsigned long)SIGCHLD, 0, 0, 0, 0);

	*ret_pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	return pid;
}

/* Until the child has said whether it has a filter. Both ends of the pipe are in the table that
 * both have, so its end would not close. */
static bool has_begun(int tell_fd, int pidfd, int64_t deadline)
{
	struct pollfd polls[2] = { { .fd = tell_fd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN } };

	return poll(polls, 2, deadline_left(deadline)) > 0 && polls[0].revents & POLLIN;
}

/* One child: until all is asked, or a filter ends it. */
static int ask_some(
	const struct call *calls, size_t n, struct asked *asked, int64_t deadline, struct why *why)
{
	int tell[2], r = -EIO, status = 0;
	cleanup_fd int pidfd = -1;
	pid_t pid;

	if (pipe2(tell, O_CLOEXEC) < 0)
		return why_set(why, errno, "ask filters", "no pipe");
	asked->listener = -1;
	pid = fork_with_files(&pidfd);
	if (pid == 0)
		ask_all(calls, n, asked, tell[1]);
	if (pid > 0 && pidfd >= 0 && has_begun(tell[0], pidfd, deadline))
		r = asked->listener >= 0 ? supervise(asked->listener, pidfd, deadline) :
					   -asked->error;
	if (pid > 0) {
		if (r < 0)
			kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	if (asked->listener >= 0)
		close(asked->listener);
	close(tell[0]);
	close(tell[1]);
	if (r < 0)
		return why_set(why, -r, "ask filters",
			r == -EBUSY                         ? "another supervisor is there" :
				r == -EPERM || r == -EACCES ? "they refuse seccomp(2) itself" :
							      "no answer");
	if (asked->n == n)
		return 0;
	if (!WIFSIGNALED(status))
		return why_set(why, EIO, "ask filters", "a call was carried out");
	/* The one that was being asked. */
	asked->n++;
	return 0;
}

int calls_ask(const struct call *calls, size_t n, int *answers, struct why *why)
{
	int64_t deadline = deadline_in(CALLS_MS);
	size_t size = sizeof(struct asked) + n * sizeof(int);
	struct asked *asked =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r = 0;

	if (asked == MAP_FAILED)
		return why_set(why, errno, "ask filters", "no memory");
	asked->n = 0;
	while (r == 0 && asked->n < n)
		r = ask_some(calls, n, asked, deadline, why);
	memcpy(answers, asked->answers, n * sizeof(int));
	munmap(asked, size);
	return r;
}
