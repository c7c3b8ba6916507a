/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system calls of each ABI (see syscalls.h).
 */
#include "helper/syscalls.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/sys.h"

const struct syscalls_abi syscalls_abis[] = {
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, 0, SCMP_ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, SYS_X32_BIT, SCMP_ARCH_X32 },
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 0, SCMP_ARCH_X86 },
	{ AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0, SCMP_ARCH_AARCH64 },
	{ AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0, SCMP_ARCH_ARM },
};

const size_t syscalls_n_abis = sizeof syscalls_abis / sizeof syscalls_abis[0];

/* From Linux 5.1 on a call has one number on all ABIs: these begin at SYSCALLS_LATE. */
#define SYSCALLS_LATE 424
static const char *const syscalls_late[] = { "pidfd_send_signal", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "open_tree", "move_mount", "fsopen", "fsconfig",
	"fsmount", "fspick", "pidfd_open", "clone3", "close_range", "openat2", "pidfd_getfd",
	"faccessat2", "process_madvise", "epoll_pwait2", "mount_setattr", "quotactl_fd",
	"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "memfd_secret",
	"process_mrelease", "futex_waitv", "set_mempolicy_home_node", "cachestat", "fchmodat2",
	"map_shadow_stack", "futex_wake", "futex_wait", "futex_requeue", "statmount", "listmount",
	"lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal", "setxattrat",
	"getxattrat", "listxattrat", "removexattrat", "open_tree_attr", "file_getattr",
	"file_setattr", "listns", "rseq_slice_yield" };
#define SYSCALLS_N_LATE (sizeof syscalls_late / sizeof syscalls_late[0])

/* Later than those, on one ABI, and with a number out of the middle. */
static const struct {
	uint32_t token;
	unsigned int nr;
	const char *name;
} syscalls_odd[] = {
	{ SCMP_ARCH_X86_64, 335, "uretprobe" },
	{ SCMP_ARCH_X86_64, 336, "uprobe" },
};

static const char *syscalls_own_name(const struct syscalls_abi *abi, unsigned int nr)
{
	for (size_t i = 0; i < sizeof syscalls_odd / sizeof syscalls_odd[0]; i++)
		if (syscalls_odd[i].token == abi->token && syscalls_odd[i].nr == nr)
			return syscalls_odd[i].name;
	return nr - SYSCALLS_LATE < SYSCALLS_N_LATE ? syscalls_late[nr - SYSCALLS_LATE] : NULL;
}

bool syscalls_name(
	const struct syscalls_abi *abi, unsigned int nr, char name[static SYSCALLS_NAME_MAX])
{
	const char *own = syscalls_own_name(abi, nr);
	cleanup_free char *found = NULL;

	/* What libseccomp may know beyond our table is not judged by any profile. x32's old numbers
	 * are the exception. */
	if (!own && (nr < SYSCALLS_LATE || (abi->bit && nr >= 512)))
		found = seccomp_syscall_resolve_num_arch(abi->token, (int)nr);
	if (!own && !found)
		return false;
	snprintf(name, SYSCALLS_NAME_MAX, "%s", own ? own : found);
	return true;
}
