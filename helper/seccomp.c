/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's syscall filter (see seccomp.h). Everything is allowed but what an ordinary user could
 * turn against the host or another room; what capabilities already forbid is left to them, because
 * the login program itself lives under this filter for the rest of the session.
 *
 * Arguments that the kernel reads as 32 bits are compared as 32 bits: the upper half is the
 * caller's.
 */
#include "helper/seccomp.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/why.h"

#define ANY 0xffffffffu

/* Denied whatever the arguments are. A call that this architecture lacks is no row's fault. */
static const struct seccomp_call {
	const char *name;
	int error;
} seccomp_calls[] = {
	/* The view is the helper's work alone. */
	{ "mount", EPERM },
	{ "umount2", EPERM },
	{ "pivot_root", EPERM },
	{ "fsopen", EPERM },
	{ "fsconfig", EPERM },
	{ "fsmount", EPERM },
	{ "fspick", EPERM },
	{ "move_mount", EPERM },
	{ "open_tree", EPERM },
	{ "open_tree_attr", EPERM },
	{ "mount_setattr", EPERM },
	/* Other namespaces. clone3 takes its flags from memory, where a filter cannot look. */
	{ "setns", EPERM },
	{ "clone3", ENOSYS },
	/* Ways around a filter, and large attack surface. */
	{ "io_uring_setup", EPERM },
	{ "io_uring_enter", EPERM },
	{ "io_uring_register", EPERM },
	{ "bpf", EPERM },
	{ "perf_event_open", EPERM },
	{ "userfaultfd", EPERM },
	/* Keyrings have no namespace, and request_key runs a root program on the host. */
	{ "add_key", EPERM },
	{ "request_key", EPERM },
	{ "keyctl", EPERM },
	/* The machine itself. */
	{ "kexec_load", EPERM },
	{ "kexec_file_load", EPERM },
	{ "init_module", EPERM },
	{ "finit_module", EPERM },
	{ "delete_module", EPERM },
	{ "reboot", EPERM },
	{ "swapon", EPERM },
	{ "swapoff", EPERM },
	{ "acct", EPERM },
	{ "iopl", EPERM },
	{ "ioperm", EPERM },
	{ "settimeofday", EPERM },
	{ "clock_settime", EPERM },
	{ "open_by_handle_at", EPERM },
	{ "lookup_dcookie", EPERM },
	{ "nfsservctl", EPERM },
};

/* Denied when (argument & mask) == value. */
static const struct seccomp_argument {
	const char *name;
	unsigned int arg;
	uint32_t mask, value;
} seccomp_arguments[] = {
	{ "clone", 0, CLONE_NEWNS, CLONE_NEWNS },
	{ "clone", 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP },
	{ "clone", 0, CLONE_NEWUTS, CLONE_NEWUTS },
	{ "clone", 0, CLONE_NEWIPC, CLONE_NEWIPC },
	{ "clone", 0, CLONE_NEWUSER, CLONE_NEWUSER },
	{ "clone", 0, CLONE_NEWPID, CLONE_NEWPID },
	{ "clone", 0, CLONE_NEWNET, CLONE_NEWNET },
	{ "unshare", 0, CLONE_NEWNS, CLONE_NEWNS },
	{ "unshare", 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP },
	{ "unshare", 0, CLONE_NEWUTS, CLONE_NEWUTS },
	{ "unshare", 0, CLONE_NEWIPC, CLONE_NEWIPC },
	{ "unshare", 0, CLONE_NEWUSER, CLONE_NEWUSER },
	{ "unshare", 0, CLONE_NEWPID, CLONE_NEWPID },
	{ "unshare", 0, CLONE_NEWNET, CLONE_NEWNET },
	{ "unshare", 0, CLONE_NEWTIME, CLONE_NEWTIME },
	/* Process 1 of a room is its keeper. uid 0 could take its descriptors or its time away. */
	{ "prlimit64", 0, ANY, 1 },
	{ "sched_setscheduler", 0, ANY, 1 },
	{ "sched_setparam", 0, ANY, 1 },
	{ "sched_setattr", 0, ANY, 1 },
	{ "sched_setaffinity", 0, ANY, 1 },
	{ "setpriority", 1, ANY, 1 },
	{ "ioprio_set", 1, ANY, 1 },
	/* Typing into somebody else's terminal. */
	{ "ioctl", 1, ANY, TIOCSTI },
	{ "ioctl", 1, ANY, TIOCLINUX },
};

/* The only socket families; the others answer as if the kernel did not know them. */
static const int seccomp_families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
#define SECCOMP_FAMILY_LAST 63 /* beyond what any kernel has; above it one comparison serves */

static int seccomp_add_calls(scmp_filter_ctx ctx, struct why *why)
{
	for (size_t i = 0; i < sizeof seccomp_calls / sizeof seccomp_calls[0]; i++) {
		const struct seccomp_call *row = &seccomp_calls[i];
		int nr = seccomp_syscall_resolve_name(row->name);
		int r;

		/* Unknown to this libseccomp, or negative: not a call of this architecture. */
		if (nr < 0)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint16_t)row->error), nr, 0);
		if (r < 0)
			return why_set(why, -r, "compile syscall filter", "%s", row->name);
	}
	return 0;
}

static int seccomp_add_arguments(scmp_filter_ctx ctx, struct why *why)
{
	for (size_t i = 0; i < sizeof seccomp_arguments / sizeof seccomp_arguments[0]; i++) {
		const struct seccomp_argument *row = &seccomp_arguments[i];
		struct scmp_arg_cmp cmp = { row->arg, SCMP_CMP_MASKED_EQ, row->mask, row->value };
		int r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
			seccomp_syscall_resolve_name(row->name), 1, &cmp);

		if (r < 0)
			return why_set(why, -r, "compile syscall filter", "%s, argument %u",
				row->name, row->arg);
	}
	return 0;
}

#define CORE(arg)                                                                                  \
	{                                                                                          \
		arg, SCMP_CMP_MASKED_EQ, ANY, RLIMIT_CORE                                          \
	}

/*
 * The core limit stays at the one byte that the plan sets. Any user may lower it, and at 0 the
 * kernel runs |core_pattern again, as root on the host (core(5)). Refused, the change would end
 * ssh-agent and gpg-agent, which will not live where they could leave a core; so it is answered
 * "done" (error 0). That cannot be said to who asks for the old limit in the same call: nobody
 * would fill it in.
 */
static const struct seccomp_core {
	const char *name;
	unsigned int n;
	struct scmp_arg_cmp args[3];
	uint16_t error;
} seccomp_cores[] = {
	{ "setrlimit", 1, { CORE(0) }, 0 },
	{ "prlimit64", 3, { CORE(1), { 2, SCMP_CMP_NE, 0, 0 }, { 3, SCMP_CMP_EQ, 0, 0 } }, 0 },
	{ "prlimit64", 3, { CORE(1), { 2, SCMP_CMP_NE, 0, 0 }, { 3, SCMP_CMP_NE, 0, 0 } }, EPERM },
};

static int seccomp_add_core_limit(scmp_filter_ctx ctx, struct why *why)
{
	for (size_t i = 0; i < sizeof seccomp_cores / sizeof seccomp_cores[0]; i++) {
		const struct seccomp_core *row = &seccomp_cores[i];
		int nr = seccomp_syscall_resolve_name(row->name);
		int r = nr < 0 ? 0 :
				 seccomp_rule_add_array(
					 ctx, SCMP_ACT_ERRNO(row->error), nr, row->n, row->args);

		if (r < 0)
			return why_set(why, -r, "compile syscall filter", "%s", row->name);
	}
	return 0;
}

static int seccomp_add_family(scmp_filter_ctx ctx, enum scmp_compare compare, unsigned int family)
{
	static const char *const calls[] = { "socket", "socketpair" };
	struct scmp_arg_cmp cmp = { 0, compare, family, 0 };

	if (compare == SCMP_CMP_MASKED_EQ)
		cmp = (struct scmp_arg_cmp){ 0, compare, ANY, family };
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		int r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
			seccomp_syscall_resolve_name(calls[i]), 1, &cmp);

		if (r < 0)
			return r;
	}
	return 0;
}

static int seccomp_add_families(scmp_filter_ctx ctx, struct why *why)
{
	int r = seccomp_add_family(ctx, SCMP_CMP_GT, SECCOMP_FAMILY_LAST);

	for (unsigned int family = 0; family <= SECCOMP_FAMILY_LAST && r >= 0; family++) {
		bool listed = false;

		for (size_t i = 0; i < sizeof seccomp_families / sizeof seccomp_families[0]; i++)
			listed = listed || family == (unsigned int)seccomp_families[i];
		if (!listed)
			r = seccomp_add_family(ctx, SCMP_CMP_MASKED_EQ, family);
	}
	return r < 0 ? why_set(why, -r, "compile syscall filter", "socket families") : 0;
}

/* libseccomp writes the program to a file only (its call into memory is newer than Debian 12's). */
static int seccomp_export(scmp_filter_ctx ctx, struct plan *plan, struct why *why)
{
	cleanup_fd int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t len;
	int r;

	if (fd < 0)
		return why_set(why, errno, "compile syscall filter", "no memory file");
	r = seccomp_export_bpf(ctx, fd);
	if (r < 0)
		return why_set(why, -r, "compile syscall filter", "export");
	if (lseek(fd, 0, SEEK_END) > (off_t)sizeof plan->insns)
		return why_set(why, E2BIG, "compile syscall filter", "too long for the kernel");
	len = pread(fd, plan->insns, sizeof plan->insns, 0);
	if (len <= 0 || (size_t)len % sizeof plan->insns[0] != 0)
		return why_set(why, EIO, "compile syscall filter", "cannot be read back");
	plan->n_insns = (size_t)len / sizeof plan->insns[0];
	return 0;
}

int seccomp_compile(const struct room_spec *spec, struct plan *plan, struct why *why)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	(void)spec; /* brick is the only kind of walls so far */
	if (!ctx)
		return why_set(why, ENOMEM, "compile syscall filter", "libseccomp");
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (r >= 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	if (r >= 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		why_set(why, -r, "compile syscall filter", "attributes");
	if (r >= 0)
		r = seccomp_add_calls(ctx, why);
	if (r >= 0)
		r = seccomp_add_arguments(ctx, why);
	if (r >= 0)
		r = seccomp_add_core_limit(ctx, why);
	if (r >= 0)
		r = seccomp_add_families(ctx, why);
	if (r >= 0)
		r = seccomp_export(ctx, plan, why);
	seccomp_release(ctx);
	return r;
}
