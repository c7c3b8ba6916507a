/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Puts the calling thread into a room (see apply.h). The order of the steps, and why:
 *
 *   limits       need the capabilities of the outside, and must hold before anything runs inside
 *   unshare FS   root and working directory are shared by the threads of a process; setns(2) would
 *                move all of them, so this thread gets its own first
 *   setns        all namespaces in one call: it either happens or it does not
 *   directory    setns leaves the thread at the room's root; the path it stood at may exist inside
 *   read back    by inode number, through a /proc opened before: in the room's /proc the caller,
 *                which stays in the outer pid namespace, does not exist
 *   bounding, inheritable, ambient   before securebits, which could lock them
 *   no_new_privs, then the filter    last, because the filter can forbid all the rest
 */
#include "lib/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/why.h"

void apply_release(struct joint *joint)
{
	fd_closep(&joint->own_ns_dfd);
	fd_closep(&joint->root_fd);
	fd_closep(&joint->cwd_fd);
	for (int i = 0; i < PLAN_N_NS; i++)
		fd_closep(&joint->ns_fds[i]);
}

static int apply_open_own(struct joint *joint)
{
	joint->own_ns_dfd = open("/proc/thread-self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	joint->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	joint->cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (joint->own_ns_dfd < 0 || joint->root_fd < 0 || joint->cwd_fd < 0)
		return -errno;
	for (int i = 0; i < PLAN_N_NS; i++) {
		joint->ns_fds[i] =
			openat(joint->own_ns_dfd, plan_ns_table[i].name, O_RDONLY | O_CLOEXEC);
		if (joint->ns_fds[i] < 0)
			return -errno;
	}
	return 0;
}

int apply_prepare(struct joint *joint, struct why *why)
{
	int r;

	*joint = (struct joint){ .own_ns_dfd = -1, .root_fd = -1, .cwd_fd = -1 };
	for (int i = 0; i < PLAN_N_NS; i++)
		joint->ns_fds[i] = -1;
	r = apply_open_own(joint);
	if (r < 0) {
		apply_release(joint);
		return why_set(why, -r, "prepare to join", "cannot open own namespaces");
	}
	/* Linux prefixes a directory that the root cannot reach: no path to go back to. */
	if (!getcwd(joint->cwd, sizeof joint->cwd) || joint->cwd[0] != '/')
		joint->cwd[0] = '\0';
	return 0;
}

static int apply_limits(const struct plan *plan, struct joint *joint, struct why *why)
{
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		const struct plan_rlimit *want = &plan->rlimits[i];
		const struct rlimit limit = { want->soft, want->hard };
		__rlimit_resource_t resource = want->resource;

		if (getrlimit(resource, &joint->limits[i]) < 0 || setrlimit(resource, &limit) < 0)
			return why_set(
				why, errno, "set resource limits", "limit %d", want->resource);
		joint->n_limits = i + 1;
	}
	return 0;
}

static uint64_t apply_ns_ino(const struct joint *joint, int ns)
{
	/* pid: the application stays outside, its children go in. */
	const char *name = ns == PLAN_NS_PID ? "pid_for_children" : plan_ns_table[ns].name;
	struct stat st;

	return fstatat(joint->own_ns_dfd, name, &st, 0) == 0 ? st.st_ino : 0;
}

/*
 * The directory of the same path, or the room's root. No link is followed: what was a directory
 * when getcwd(3) named it may be one of its owner's links by now, and root would follow it
 * anywhere.
 */
static int apply_cwd(const struct joint *joint)
{
	const struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS };
	cleanup_fd int fd = joint->cwd[0] ? sys_openat2(AT_FDCWD, joint->cwd, &how) : -1;

	return fd >= 0 && fchdir(fd) == 0 ? 0 : chdir("/");
}

int apply_join(const struct plan *plan, int pidfd, struct joint *joint, struct why *why)
{
	int r = apply_limits(plan, joint, why);

	if (r < 0)
		return r;
	if (unshare(CLONE_FS) < 0)
		return why_set(why, errno, "join room", "no root and cwd of one's own");
	if (setns(pidfd, plan_ns_flags(plan)) < 0)
		return why_set(why, errno, "join room", "setns failed");
	joint->joined = true;
	if (apply_cwd(joint) < 0)
		return why_set(why, errno, "join room", "no working directory");
	for (int i = 0; i < PLAN_N_NS; i++)
		if (plan->ns_ino[i] && apply_ns_ino(joint, i) != plan->ns_ino[i])
			return why_set(why, ESTALE, "join room", "not in the room's %s namespace",
				plan_ns_table[i].name);
	return 0;
}

static int apply_bounding(const struct plan *plan, struct why *why)
{
	for (unsigned int cap = 0; cap < 64; cap++) {
		int held = prctl(PR_CAPBSET_READ, cap);

		/* Beyond the kernel's last capability it answers EINVAL (prctl(2)). Any other
		 * error, or that one sooner, would leave the rest of the set as it is. */
		if (held < 0 && errno == EINVAL && cap > SYS_CAP_LEAST)
			break;
		if (held < 0)
			return why_set(
				why, errno, "drop capabilities", "cannot tell capability %u", cap);
		if (held == 0 || plan->bounding >> cap & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap) < 0 || prctl(PR_CAPBSET_READ, cap) != 0)
			return why_set(why, errno, "drop capabilities",
				"bounding set, capability %u", cap);
	}
	return 0;
}

/*
 * What of the set can be inherited: a service's bounding set may have been narrower than the room's
 * before, and to raise what is not in it is refused as a whole (capset(2)).
 */
static uint64_t apply_bounded(uint64_t set)
{
	for (unsigned int cap = 0; cap < 64; cap++)
		if (set >> cap & 1 && prctl(PR_CAPBSET_READ, cap) != 1)
			set &= ~(UINT64_C(1) << cap);
	return set;
}

/* The permitted set stays: the login program still has its own work to do. */
static int apply_inheritable(uint64_t set, struct why *why)
{
	const uint32_t want[2] = { (uint32_t)set, (uint32_t)(set >> 32) };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return why_set(why, errno, "drop capabilities", "ambient set");
	if (sys_capget(&header, data) < 0)
		return why_set(why, errno, "drop capabilities", "cannot read them");
	data[0].inheritable = want[0];
	data[1].inheritable = want[1];
	if (sys_capset(&header, data) < 0)
		return why_set(why, errno, "drop capabilities", "inheritable set");
	if (sys_capget(&header, data) < 0 || data[0].inheritable != want[0] ||
		data[1].inheritable != want[1])
		return why_set(why, EPERM, "drop capabilities", "inheritable set stayed");
	return 0;
}

int apply_confine(const struct plan *plan, struct why *why)
{
	struct sock_fprog program = { .len = (unsigned short)plan->n_insns,
		.filter = (struct sock_filter *)(uintptr_t)plan->insns };
	int r = apply_bounding(plan, why);

	if (r == 0)
		r = apply_inheritable(apply_bounded(plan->inheritable), why);
	if (r < 0)
		return r;
	if (plan->securebits &&
		(prctl(PR_SET_SECUREBITS, plan->securebits) < 0 ||
			prctl(PR_GET_SECUREBITS) != (int)plan->securebits))
		return why_set(why, errno, "set securebits", "%#x", plan->securebits);
	if (plan->no_new_privs &&
		(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1))
		return why_set(why, errno, "set no_new_privs", "not set");
	if (sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return why_set(
			why, errno, "load syscall filter", "%zu instructions", plan->n_insns);
	if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER)
		return why_set(why, EPERM, "load syscall filter", "it is not there");
	return 0;
}

/* From those that were joined: for the others setns(2) might take a privilege that joining did not.
 */
static int apply_leave(const struct plan *plan, struct joint *joint, struct why *why)
{
	for (int i = 0; i < PLAN_N_NS; i++)
		if (plan->ns_ino[i] && setns(joint->ns_fds[i], plan_ns_table[i].flag) < 0)
			return why_set(
				why, errno, "leave room", "%s namespace", plan_ns_table[i].name);
	/* Joining a mount namespace resets the root, which may have been a chroot. */
	if (fchdir(joint->root_fd) < 0 || chroot(".") < 0 || fchdir(joint->cwd_fd) < 0)
		return why_set(why, errno, "leave room", "root and working directory");
	joint->joined = false;
	return 0;
}

int apply_undo(const struct plan *plan, struct joint *joint, struct why *why)
{
	int r = joint->joined ? apply_leave(plan, joint, why) : 0;

	/* A hard limit can only be raised with CAP_SYS_RESOURCE; a core limit that stays is no
	 * harm. */
	while (joint->n_limits > 0) {
		size_t i = --joint->n_limits;

		if (setrlimit((__rlimit_resource_t)plan->rlimits[i].resource, &joint->limits[i]) <
				0 &&
			errno != EPERM && r == 0)
			r = why_set(why, errno, "leave room", "resource limit %d",
				plan->rlimits[i].resource);
	}
	return r;
}
