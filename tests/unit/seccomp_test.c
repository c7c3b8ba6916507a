/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/seccomp.c with the profile of brick, and of what holds in every profile. The
 * others are in profiles_test.c, what a policy changes in lifted_test.c.
 */
#include "tests/unit/unit.h"

#include <sys/resource.h>

#include "helper/seccomp.h"
#include "lib/why.h"
#include "tests/unit/filter.h"

static struct plan plan;
static struct room_spec spec = { .profile = PROFILE_DEVELOPER };
static struct why why;

static int setup(void **state)
{
	(void)state;
	return seccomp_compile(&spec, &plan, &why);
}

static uint32_t call(long nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return filter_call(&plan, SYS_AUDIT_ARCH, nr, a0, a1, a2, a3);
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
			assert_int_equal(filter_run(&plan, &data, NULL), ERROR(ENOSYS));
		}
		if (SYS_AUDIT_ARCH == AUDIT_ARCH_X86_64)
			assert_int_equal(call((long)(SYS_X32_BIT | (unsigned int)nr), 0, 0, 0, 0),
				ERROR(ENOSYS));
	}
}

/* A later kernel's call is not let in by a filter that has never heard of it. */
static void test_unknown(void **state)
{
	static const long calls[] = { 472, 473, 500, 547, 548, 600, 1024, INT32_MAX, INT32_MIN,
		-1 };

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		assert_int_equal(call(calls[i], 0, 0, 0, 0), ERROR(ENOSYS));
	/* Nor one that fills a gap. */
	if (SYS_AUDIT_ARCH == AUDIT_ARCH_X86_64)
		for (long nr = 337; nr < 424; nr++)
			assert_int_equal(call(nr, 0, 0, 0, 0), ERROR(ENOSYS));
	/* The newest that is known. */
	assert_int_equal(call(471, 0, 0, 0, 0), ALLOW);
	assert_int_equal(call(467, 0, 0, 0, 0), ERROR(EPERM)); /* open_tree_attr */
}

/* Every login loads the program and every call runs it. */
static void test_size(void **state)
{
	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		const struct room_spec one = { .profile = profile };
		size_t steps = 0, most = 0;

		assert_int_equal(seccomp_compile(&one, &plan, &why), 0);
		assert_in_range(plan.n_insns, 50, 1500);
		for (int nr = 0; nr < 480; nr++) {
			struct seccomp_data data = { .nr = nr, .arch = SYS_AUDIT_ARCH };

			assert_int_not_equal(filter_run(&plan, &data, &steps), FILTER_BROKEN);
			most = steps > most ? steps : most;
		}
		assert_in_range(most, 5, 70);
	}
	setup(NULL);
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
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("seccomp", tests, setup, NULL);
}
