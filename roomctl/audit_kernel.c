/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which ways into the kernel are open. Calls that would do something are made with arguments that
 * the kernel refuses after it has looked at rights and before it does anything; said of each. What
 * cannot be made harmless in that way is only put to the filters (roomctl/calls.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/sys.h"
#include "roomctl/audit.h"
#include "roomctl/audit_calls.h"

/* By what the call said: it worked (or failed with what only comes after the rights), or not. */
static void by_errno(struct finding *finding, bool open)
{
	int error = errno;

	if (open)
		finding_set(finding, ANSWER_YES, NULL);
	else
		finding_set(finding, ANSWER_NO, "%s", strerrordesc_np(error));
}

static void by_socket(struct finding *finding, int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	by_errno(finding, fd >= 0);
}

/* A socket that is closed again sends nothing, and protocol 0 receives nothing. */
static void probe_frames(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_socket(finding, AF_PACKET, SOCK_RAW, 0);
}

static void probe_raw_ip(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_socket(finding, AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

/* Without a type: EINVAL comes after the rights (mount(2), may_mount() of the kernel). */
static void probe_mount(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, mount("none", "/", NULL, 0, NULL) == 0 || errno == EINVAL);
}

/* Of no file: EBADF comes after the rights (init_module(2)). */
static void probe_module(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, syscall(SYS_finit_module, -1, "", 0) == 0 || errno == EBADF);
}

/* The namespace ends with the probe. */
static void probe_userns(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, unshare(CLONE_NEWUSER) == 0);
}

/* Over /proc of a mount namespace that nobody else is in and that ends with the probe. */
static void probe_userns_mount(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding,
		unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
			mount("none", "/proc", "tmpfs", 0, NULL) == 0);
}

/* KEYCTL_GET_KEYRING_ID of the session's, without making one: ENOKEY is an answer of keyrings. */
static void probe_keyring(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, syscall(SYS_keyctl, 0, -3, 0, 0, 0) >= 0 || errno == ENOKEY);
}

/* No type at all: EFAULT comes before a key is looked for, and long before the host's program. */
static void probe_request_key(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, syscall(SYS_request_key, NULL, NULL, NULL, 0) >= 0 || errno == EFAULT);
}

/* No parameters: EFAULT comes after the rights of newer kernels and before a ring is made. */
static void probe_io_uring(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno == EFAULT);
}

/* A clock of its own process, disabled. */
static void probe_perf(const struct audit *audit, struct finding *finding)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1 };

	(void)audit;
	by_errno(finding, syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) >= 0);
}

/* A program of no instructions: EINVAL and E2BIG come after the rights (bpf(2)). */
static void probe_bpf(const struct audit *audit, struct finding *finding)
{
	union bpf_attr attr = { .insn_cnt = 0 };

	(void)audit;
	by_errno(finding,
		syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr) >= 0 || errno == EINVAL ||
			errno == E2BIG || errno == EFAULT);
}

/* UFFD_USER_MODE_ONLY; it watches no memory. */
static void probe_userfaultfd(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	by_errno(finding, syscall(SYS_userfaultfd, O_CLOEXEC | 1) >= 0);
}

/* getpid(2), which does nothing, by the other ABIs. */
static void probe_foreign(const struct audit *audit, struct finding *finding)
{
	int status = 0;
	pid_t pid;

	(void)audit;
	if (syscall(SYS_getpid | SYS_X32_BIT) == getpid()) {
		finding_set(finding, ANSWER_YES, "x32");
		return;
	}
	if (SYS_AUDIT_ARCH != AUDIT_ARCH_X86_64) {
		finding_set(finding, ANSWER_UNKNOWN,
			"a 64-bit program of this architecture cannot try the 32-bit one");
		return;
	}
	pid = fork();
	if (pid == 0)
		_exit(sys_foreign_getpid() == getpid() ? 0 : 1);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		finding_set(finding, ANSWER_UNKNOWN, "cannot start a process");
	else if (status == 0)
		finding_set(finding, ANSWER_YES, "i386");
	else
		finding_set(finding, ANSWER_NO, NULL);
}

/* One character, typed into a terminal that was made for it, that nobody reads and that is its
 * session's own. */
static void probe_typing(const struct audit *audit, struct finding *finding)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal;
	char name[64] = "", key = ' ';

	(void)audit;
	/* The probe leads a process group; only a process that does not may begin a session. */
	if (master < 0 || unlockpt(master) < 0 || ptsname_r(master, name, sizeof name) != 0) {
		finding_set(
			finding, ANSWER_UNKNOWN, "no pseudo-terminal: %s", strerrordesc_np(errno));
		return;
	}
	if (fork() == 0) {
		setsid();
		terminal = open(name, O_RDWR | O_CLOEXEC);
		_exit(terminal < 0 ? 2 : ioctl(terminal, TIOCSTI, &key) == 0 ? 0 : 1);
	}
	if (wait(&terminal) < 0 || !WIFEXITED(terminal) || WEXITSTATUS(terminal) == 2)
		finding_set(finding,
			WIFSIGNALED(terminal) && WTERMSIG(terminal) == SIGSYS ? ANSWER_NO :
										ANSWER_UNKNOWN,
			"its own pseudo-terminal cannot be opened");
	else
		finding_set(finding, WEXITSTATUS(terminal) ? ANSWER_NO : ANSWER_YES, NULL);
}

const struct audit_row audit_kernel[] = {
	{ "frames", "Does it send raw frames?", 0, "D-22", probe_frames,
		"It can forge any packet and read what others send.",
		"It cannot send raw frames (%s).", CLOSE_CALLS },
	{ "raw-ip", "Does it send raw IP packets?", 0, "D-22", probe_raw_ip,
		"It can send IP packets of its own making.", "It cannot send raw IP packets (%s).",
		"capabilities.bounding = \"-net_raw\"" },
	{ "mount", "Does it mount?", 0, "", probe_mount, "It can mount file systems.",
		"It cannot mount (%s).", "capabilities.bounding = \"-sys_admin\"" },
	{ "module", "Does it load modules?", 0, "", probe_module,
		"It can load code into the kernel.", "It cannot load modules (%s).",
		"capabilities.bounding = \"-sys_module\"" },
	{ "userns", "Does it make user namespaces?", 60, "", probe_userns,
		"It can make user namespaces, in which it is root to a large part of the kernel.",
		"It cannot make user namespaces (%s).", "user_namespaces = \"deny\"" },
	{ "userns-mount", "Does it mount in a user namespace?", 20, "", probe_userns_mount,
		"It can mount file systems in a user namespace of its own.",
		"It cannot mount in user namespaces (%s).", "user_namespaces = \"deny\"" },
	{ "keyring", "Has it kernel keyrings?", 20, "D-21", probe_keyring,
		"It has kernel keyrings, which have no walls: other sessions of the user have the "
		"same.",
		"It has no kernel keyrings (%s).", CLOSE_CALLS },
	{ "request-key", "Does it start the host's request-key program?", 20, "D-21",
		probe_request_key,
		"It can have the kernel run /sbin/request-key, as root and outside.",
		"It cannot have the kernel run request-key (%s).", CLOSE_CALLS },
	{ "core", "Does a crash run the host's core dump program?", 20, "D-20", probe_core,
		"A crash has the kernel run a program as root and outside: %s.",
		"A crash runs no program of the host's (%s).", "any room does" },
	{ "io_uring", "Has it io_uring?", 20, "D-44", probe_io_uring,
		"It has io_uring, by which calls pass no filter.", "It has no io_uring (%s).",
		CLOSE_CALLS },
	{ "perf", "Has it perf events?", 10, "D-44", probe_perf,
		"It can measure by perf events, a way to learn what others do.",
		"It has no perf events (%s).", CLOSE_CALLS },
	{ "bpf", "Does it load BPF programs?", 10, "D-44", probe_bpf,
		"It can load programs into the kernel's BPF.", "It cannot load BPF programs (%s).",
		CLOSE_CALLS },
	{ "userfaultfd", "Has it userfaultfd?", 10, "D-44", probe_userfaultfd,
		"It can stop the kernel at will by userfaultfd, which attacks use.",
		"It has no userfaultfd (%s).", CLOSE_CALLS },
	{ "foreign", "Does it call the kernel as a program of another ABI?", 20, "", probe_foreign,
		"It can call the kernel as a program of another ABI (%s): more code, and more ways "
		"around.",
		"It cannot call the kernel by another ABI than its own.", CLOSE_CALLS },
	{ "typing", "Does it type into terminals (TIOCSTI)?", 20, "D-39", probe_typing,
		"It can type into the terminal that it was started from, su's and sudo's callers' "
		"too.",
		"It cannot type into terminals.", "any room does" },
	{ "families", "Do rare socket families reach the kernel?", 30, "D-22", probe_families,
		"Socket families reach the kernel that hardly anybody needs, and whose code is "
		"loaded on demand: %s.",
		"Of the rare socket families none reaches the kernel.", CLOSE_CALLS },
	{ "calls-host", "Do calls that administer the host reach the kernel?", 20, "D-44",
		probe_calls_host,
		"These calls reach the kernel, which asks for capabilities alone: %s.",
		"Of the calls that administer the host none reaches the kernel.", CLOSE_CALLS },
	{ "calls-new", "Do calls reach the kernel that nobody has judged?", 20, "", probe_calls_new,
		"Calls that a later kernel brings will be let in: %s.",
		"Calls that a later kernel brings will be refused (%s).", CLOSE_CALLS },
	{ "calls", "How many system calls reach the kernel?", 0, "", probe_calls_count,
		"System calls reach the kernel: %s.", "No filter was found (%s).", CLOSE_CALLS },
};

const size_t audit_n_kernel = sizeof audit_kernel / sizeof audit_kernel[0];
