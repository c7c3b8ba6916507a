/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/seccomp.c: the compiled program is run here, instruction by instruction as the
 * kernel would (seccomp(2), bpf of linux/filter.h), on calls with the arguments that matter.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "helper/seccomp.h"
#include "lib/sys.h"
#include "lib/why.h"

#define HIGH (UINT64_C(1) << 32) /* in the half of an argument that the kernel does not look at */
#define ALLOW SECCOMP_RET_ALLOW
#define ERROR(err) (SECCOMP_RET_ERRNO | (err))

static struct plan plan;
static struct room_spec spec;
static struct why why;

static int setup(void **state)
{
	(void)state;
	return seccomp_compile(&spec, &plan, &why);
}

static bool jumps(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	case BPF_JSET:
		return a & insn->k;
	}
	fail_msg("jump %#x", insn->code);
	return false;
}

/* What the program says of one call. */
static uint32_t run(const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < plan.n_insns; pc++) {
		const struct sock_filter *insn = &plan.insns[pc];

		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS)) {
			assert_true(insn->k + 4 <= sizeof *data);
			memcpy(&a, (const char *)data + insn->k, 4);
		} else if (insn->code == (BPF_ALU | BPF_AND | BPF_K)) {
			a &= insn->k;
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			pc += insn->k;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			pc += jumps(insn, a) ? insn->jt : insn->jf;
		} else {
			fail_msg("instruction %zu has code %#x", pc, insn->code);
		}
	}
	fail_msg("the program has no end");
	return 0;
}

static uint32_t call(long nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	const struct seccomp_data data = {
		.nr = (int)nr, .arch = SYS_AUDIT_ARCH, .args = { a0, a1, a2, a3 }
	};

	return run(&data);
}

static void test_denied(void **state)
{
	static const long calls[] = { SYS_mount, SYS_umount2, SYS_pivot_root, SYS_fsopen,
		SYS_fsmount, SYS_move_mount, SYS_open_tree, SYS_mount_setattr, SYS_setns,
		SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_bpf,
		SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl,
		SYS_kexec_load, SYS_kexec_file_load, SYS_init_module, SYS_finit_module,
		SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_settimeofday,
		SYS_clock_settime, SYS_open_by_handle_at };

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (call(calls[i], 1, 2, 3, 4) != ERROR(EPERM))
			fail_msg("call %ld: %#x", calls[i], call(calls[i], 1, 2, 3, 4));
	assert_int_equal(call(SYS_clone3, 0, 0, 0, 0), ERROR(ENOSYS));
}

/* What sshd, sudo and everybody's work need. */
static void test_allowed(void **state)
{
	static const long calls[] = { SYS_read, SYS_write, SYS_openat, SYS_execve, SYS_chroot,
		SYS_setuid, SYS_setresuid, SYS_setgroups, SYS_fchownat, SYS_ptrace, SYS_mmap,
		SYS_futex, SYS_seccomp, SYS_prctl, SYS_capset, SYS_kill, SYS_pidfd_open,
		SYS_getrlimit, SYS_sethostname, SYS_process_vm_readv, SYS_memfd_create,
		SYS_landlock_create_ruleset };

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (call(calls[i], 0, 0, 0, 0) != ALLOW)
			fail_msg("call %ld: %#x", calls[i], call(calls[i], 0, 0, 0, 0));
}

static void test_namespaces(void **state)
{
	static const unsigned long flags[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS,
		CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET };
	const unsigned long thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
		CLONE_CHILD_CLEARTID;

	(void)state;
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const uint64_t hidden[] = { 0, SIGCHLD, CLONE_FS, HIGH, HIGH | CLONE_VM };

		for (size_t j = 0; j < sizeof hidden / sizeof hidden[0]; j++) {
			assert_int_equal(
				call(SYS_clone, flags[i] | hidden[j], 0, 0, 0), ERROR(EPERM));
			assert_int_equal(
				call(SYS_unshare, flags[i] | hidden[j], 0, 0, 0), ERROR(EPERM));
		}
	}
	assert_int_equal(call(SYS_unshare, CLONE_NEWTIME, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_clone, SIGCHLD, 0, 0, 0), ALLOW);
	assert_int_equal(call(SYS_clone, thread, 0, 0, 0), ALLOW);
	assert_int_equal(call(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0), ALLOW);
	assert_int_equal(call(SYS_unshare, CLONE_FS | CLONE_FILES, 0, 0, 0), ALLOW);
}

static void test_terminals(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		uint64_t high = i ? HIGH : 0;

		assert_int_equal(call(SYS_ioctl, 0, high | TIOCSTI, 0, 0), ERROR(EPERM));
		assert_int_equal(call(SYS_ioctl, 0, high | TIOCLINUX, 0, 0), ERROR(EPERM));
		assert_int_equal(call(SYS_ioctl, 0, high | TIOCGWINSZ, 0, 0), ALLOW);
		assert_int_equal(call(SYS_ioctl, 0, high | TCGETS, 0, 0), ALLOW);
	}
}

static void test_families(void **state)
{
	(void)state;
	for (uint64_t family = 0; family < 300; family++) {
		bool good = family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
			family == AF_NETLINK;

		if (call(SYS_socket, family, SOCK_STREAM, 0, 0) !=
				(good ? ALLOW : ERROR(EAFNOSUPPORT)) ||
			call(SYS_socketpair, family, SOCK_STREAM, 0, 0) !=
				(good ? ALLOW : ERROR(EAFNOSUPPORT)))
			fail_msg("family %u", (unsigned int)family);
	}
	/* The kernel looks at 32 bits: hiding the family behind the others is no way. */
	assert_int_equal(call(SYS_socket, HIGH | AF_VSOCK, SOCK_STREAM, 0, 0), ERROR(EAFNOSUPPORT));
	assert_int_equal(call(SYS_socket, HIGH | AF_ALG, SOCK_STREAM, 0, 0), ERROR(EAFNOSUPPORT));
	assert_int_equal(call(SYS_socket, UINT64_MAX, SOCK_STREAM, 0, 0), ERROR(EAFNOSUPPORT));
}

/* The core limit stays, and whoever sets it hears that it was done. */
static void test_core_limit(void **state)
{
	(void)state;
	assert_int_equal(call(SYS_setrlimit, RLIMIT_CORE, 1, 0, 0), ERROR(0));
	assert_int_equal(call(SYS_setrlimit, HIGH | RLIMIT_CORE, 1, 0, 0), ERROR(0));
	assert_int_equal(call(SYS_setrlimit, RLIMIT_NOFILE, 1, 0, 0), ALLOW);
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 1, 0), ERROR(0));
	assert_int_equal(call(SYS_prlimit64, 7, HIGH | RLIMIT_CORE, HIGH, 0), ERROR(0));
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 1, 1), ERROR(EPERM));
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 0, 1), ALLOW);
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_NOFILE, 1, 1), ALLOW);
	assert_int_equal(call(SYS_getrlimit, RLIMIT_CORE, 1, 0, 0), ALLOW);
}

/* No call of another architecture, and none of x32, whatever its number. */
static void test_foreign(void **state)
{
	static const uint32_t arches[] = { AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_PPC64, 0,
		UINT32_MAX };

	(void)state;
	for (int nr = 0; nr < 600; nr++) {
		struct seccomp_data data = { .nr = nr };

		for (size_t i = 0; i < sizeof arches / sizeof arches[0]; i++) {
			data.arch = arches[i];
			assert_int_equal(run(&data), ERROR(ENOSYS));
		}
		if (SYS_AUDIT_ARCH == AUDIT_ARCH_X86_64)
			assert_int_equal(call((long)(SYS_X32_BIT | (unsigned int)nr), 0, 0, 0, 0),
				ERROR(ENOSYS));
	}
}

static void test_size(void **state)
{
	(void)state;
	assert_in_range(plan.n_insns, 50, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_terminals),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_core_limit),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("seccomp", tests, setup, NULL);
}
