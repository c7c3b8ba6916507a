/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The keeper's own walls (see armour.h). It has uid 0, because a room's user must not be able to
 * signal or trace it, and nothing else: a uid 0 process inside the room meets a process without
 * capabilities that may not be read, and the kernel shields pid 1 from signals of its own namespace
 * (pid_namespaces(7)).
 */
#include "keeper/armour.h"

#include <errno.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "lib/sys.h"

static int armour_drop_capabilities(void)
{
	const unsigned int bits = SECURE_ALL_BITS & ~(1u << SECURE_KEEP_CAPS);
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (unsigned int cap = 0; cap < 64; cap++) {
		int held = prctl(PR_CAPBSET_READ, cap);

		/* EINVAL: beyond the kernel's last one (prctl(2)). */
		if (held < 0 && errno == EINVAL && cap > SYS_CAP_LEAST)
			break;
		if (held < 0 || (held > 0 && prctl(PR_CAPBSET_DROP, cap) < 0))
			return -errno;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECUREBITS, (unsigned long)(bits | SECURE_ALL_LOCKS)) < 0 ||
		sys_capset(&header, data) < 0 || sys_capget(&header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		if (data[i].permitted || data[i].effective || data[i].inheritable)
			return -EPERM;
	return 0;
}

#define ARMOUR_LOAD(field)                                                                         \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offsetof(struct seccomp_data, field))
#define ARMOUR_ALLOW(number)                                                                       \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                       \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int armour_filter(void)
{
	struct sock_filter insns[] = {
		ARMOUR_LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_AUDIT_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		ARMOUR_LOAD(nr),
		ARMOUR_ALLOW(SYS_POLL_CALL),
		ARMOUR_ALLOW(SYS_read),
		ARMOUR_ALLOW(SYS_accept4),
		ARMOUR_ALLOW(SYS_getsockopt),
		ARMOUR_ALLOW(SYS_recvfrom),
		ARMOUR_ALLOW(SYS_sendto),
		ARMOUR_ALLOW(SYS_close),
		ARMOUR_ALLOW(SYS_wait4),
		ARMOUR_ALLOW(SYS_kill),
		ARMOUR_ALLOW(SYS_flock),
		ARMOUR_ALLOW(SYS_unlinkat),
		ARMOUR_ALLOW(SYS_getdents64),
		ARMOUR_ALLOW(SYS_clock_gettime),
		ARMOUR_ALLOW(SYS_restart_syscall),
		ARMOUR_ALLOW(SYS_prctl),
		ARMOUR_ALLOW(SYS_exit_group),
		/* An error rather than death: the death of pid 1 would end the whole room. */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog program = { .len = sizeof insns / sizeof insns[0], .filter = insns };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return -errno;
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER ? 0 : -EPERM;
}

int armour_put_on(void)
{
	int r;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	r = armour_drop_capabilities();
	return r < 0 ? r : armour_filter();
}
