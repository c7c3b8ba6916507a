/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * System calls and constants that the C library of the oldest supported release (glibc 2.36) lacks,
 * and the architecture's numbers. The only file with #if. A call that the kernel lacks answers
 * ENOSYS.
 */
#pragma once

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

/* What the C library's poll(3) becomes. */
#if defined(SYS_poll)
#define SYS_POLL_CALL SYS_poll
#else
#define SYS_POLL_CALL SYS_ppoll
#endif

static inline int sys_openat2(int dfd, const char *path, const struct open_how *how)
{
	return (int)syscall(SYS_openat2, dfd, path, how, sizeof *how);
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
