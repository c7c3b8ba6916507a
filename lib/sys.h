/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * System calls and constants that the C library of the oldest supported release (glibc 2.36) lacks,
 * and the architecture's numbers. The only file with #if. A call that the kernel lacks answers
 * ENOSYS.
 */
#pragma once

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define SYS_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SYS_AUDIT_ARCH AUDIT_ARCH_AARCH64
#else
#error "pam_room supports x86-64 and aarch64"
#endif

/* x32 shares x86-64's AUDIT_ARCH and is told apart by this bit in the number; elsewhere no call has
 * it. */
#define SYS_X32_BIT 0x40000000u

/*
 * getpid(2) as a program of the kernel's other ABI calls it; -ENOSYS where a 64-bit program has no
 * way to do that. A kernel without the other ABI may end the process (SIGSEGV).
 */
static inline long sys_foreign_getpid(void)
{
#if defined(__x86_64__)
	long result = 20; /* i386's number */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result;
#else
	return -ENOSYS;
#endif
}

/* The last capability of the oldest supported kernel: newer ones may have more. */
#define SYS_CAP_LEAST CAP_CHECKPOINT_RESTORE

/* What the C library's poll(3) becomes. */
#if defined(SYS_poll)
#define SYS_POLL_CALL SYS_poll
#else
#define SYS_POLL_CALL SYS_ppoll
#endif

#define SYS_OPENAT2_TRIES 1000

/*
 * EAGAIN says that something was renamed or mounted meanwhile, anywhere on the machine and by
 * anybody, so that ".." could not be followed for certain (openat2(2)): that is tried again.
 */
static inline int sys_openat2(int dfd, const char *path, const struct open_how *how)
{
	int fd, tries = 0;

	do
		fd = (int)syscall(SYS_openat2, dfd, path, how, sizeof *how);
	while (fd < 0 && errno == EAGAIN && ++tries < SYS_OPENAT2_TRIES);
	return fd;
}

/* clone3(2) as fork does it: returns the pid in the parent, 0 in the child. The child may only make
 * system calls until it execs when the process has other threads. */
static inline pid_t sys_clone3(struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof *args);
}

static inline int sys_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return (int)syscall(SYS_seccomp, operation, flags, args);
}

static inline int sys_capset(cap_user_header_t header, const cap_user_data_t data)
{
	return (int)syscall(SYS_capset, header, data);
}

static inline int sys_capget(cap_user_header_t header, cap_user_data_t data)
{
	return (int)syscall(SYS_capget, header, data);
}
