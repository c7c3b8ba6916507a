/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of what a policy changes in a system call profile: syscalls.allow, syscalls.deny,
 * syscalls.action and user_namespaces; and of what it cannot change.
 */
#include "tests/unit/unit.h"

#include <sys/resource.h>

#include "helper/seccomp.h"
#include "lib/why.h"
#include "tests/unit/filter.h"

#define LOG SECCOMP_RET_LOG
#define KILL SECCOMP_RET_KILL_PROCESS

static struct plan plan;
static struct why why;

static void compile(struct room_spec spec, const char **allow, const char **deny)
{
	for (; allow && allow[spec.syscalls_allow.n]; spec.syscalls_allow.n++)
		spec.syscalls_allow.items = allow;
	for (; deny && deny[spec.syscalls_deny.n]; spec.syscalls_deny.n++)
		spec.syscalls_deny.items = deny;
	if (seccomp_compile(&spec, &plan, &why) < 0)
		fail_msg("%s", why.text);
}

static uint32_t call(long nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return filter_call(&plan, SYS_AUDIT_ARCH, nr, a0, a1, a2, a3);
}

/* The core limit, process 1 and typing into terminals. */
static void assert_held(void)
{
	assert_int_equal(call(SYS_setrlimit, RLIMIT_CORE, 1, 0, 0), ERROR(0));
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 1, 0), ERROR(0));
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 1, 1), ERROR(EPERM));
	assert_int_equal(call(SYS_prlimit64, 1, RLIMIT_NOFILE, 1, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_sched_setaffinity, 1, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_setpriority, 0, 1, 5, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_ioctl, 0, TIOCSTI, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_ioctl, 0, HIGH | TIOCLINUX, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_ioctl, 0, TCGETS, 0, 0), ALLOW);
}

static void test_allow(void **state)
{
	const char *allow[] = { "keyctl", "io_uring_setup", "socket", "personality", "ptrace",
		NULL };

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		compile((struct room_spec){ .profile = profile }, allow, NULL);
		assert_int_equal(call(SYS_keyctl, 0, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_io_uring_setup, 0, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_ptrace, 0, 0, 0, 0), ALLOW);
		/* With any arguments. */
		assert_int_equal(call(SYS_socket, AF_ALG, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_personality, 0x40000, 0, 0, 0), ALLOW);
		/* And no other call. */
		if (profile != PROFILE_LOGIN) {
			assert_int_equal(call(SYS_add_key, 0, 0, 0, 0), ERROR(EPERM));
			assert_int_equal(call(SYS_io_uring_enter, 0, 0, 0, 0), ERROR(EPERM));
		}
		assert_held();
	}
}

static void test_allow_cannot(void **state)
{
	const char *allow[] = { "setrlimit", "prlimit64", "ioctl", "sched_setaffinity",
		"setpriority", NULL };

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		compile((struct room_spec){ .profile = profile }, allow, NULL);
		assert_held();
	}
}

static void test_deny(void **state)
{
	const char *deny[] = { "ptrace", "clone3", "keyctl", NULL };
	const char *allow[] = { "keyctl", NULL };

	(void)state;
	compile((struct room_spec){ .profile = PROFILE_DEVELOPER }, allow, deny);
	assert_int_equal(call(SYS_ptrace, 0, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_clone3, 0, 0, 0, 0), ERROR(ENOSYS));
	/* Refused wins. */
	assert_int_equal(call(SYS_keyctl, 0, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(call(SYS_process_vm_readv, 0, 0, 0, 0), ALLOW);
	assert_held();
}

static void test_deny_on_every_abi(void **state)
{
	const char *deny[] = { "socketcall", "ptrace", "ioctl", NULL };
	struct room_spec spec = { .profile = PROFILE_LOGIN,
		.syscalls_deny = { .items = deny, .n = 3 } };

	(void)state;
	assert_int_equal(seccomp_compile_for(&spec, AUDIT_ARCH_X86_64, &plan, &why), 0);
	assert_int_equal(filter_call(&plan, AUDIT_ARCH_X86_64, 101, 0, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(filter_call(&plan, AUDIT_ARCH_I386, 26, 0, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(filter_call(&plan, AUDIT_ARCH_I386, 102, 1, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(
		filter_call(&plan, AUDIT_ARCH_X86_64, SYS_X32_BIT | 521, 0, 0, 0, 0), ERROR(EPERM));
	assert_int_equal(
		filter_call(&plan, AUDIT_ARCH_X86_64, SYS_X32_BIT | 514, 0, 0, 0, 0), ERROR(EPERM));
}

/* What a room is held by stays; ENOSYS is an answer; the rest is done and logged. */
static void test_log(void **state)
{
	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		compile((struct room_spec){ .profile = profile, .action = ACTION_LOG }, NULL, NULL);
		assert_int_equal(call(SYS_reboot, 0, 0, 0, 0), LOG);
		assert_int_equal(call(SYS_socket, AF_ALG, 0, 0, 0), LOG);
		assert_int_equal(call(SYS_clone, CLONE_NEWUSER, 0, 0, 0), LOG);
		assert_int_equal(call(SYS_read, 0, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_clone3, 0, 0, 0, 0), ERROR(ENOSYS));
		assert_held();
	}
	/* Not even by way of a call that is refused as a whole. */
	compile((struct room_spec){ .action = ACTION_LOG }, NULL,
		(const char *[]){ "prlimit64", "setrlimit", NULL });
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_CORE, 1, 0), ERROR(0));
	assert_int_equal(call(SYS_prlimit64, 0, RLIMIT_NOFILE, 1, 0), LOG);
	assert_int_equal(call(SYS_setrlimit, RLIMIT_CORE, 1, 0, 0), ERROR(0));
}

static void test_kill(void **state)
{
	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		compile((struct room_spec){ .profile = profile, .action = ACTION_KILL }, NULL,
			NULL);
		assert_int_equal(call(SYS_reboot, 0, 0, 0, 0), KILL);
		assert_int_equal(call(SYS_unshare, CLONE_NEWUSER, 0, 0, 0), KILL);
		assert_int_equal(call(SYS_read, 0, 0, 0, 0), ALLOW);
		/* The C library asks for these in every program. */
		assert_int_equal(call(SYS_clone3, 0, 0, 0, 0), ERROR(ENOSYS));
		if (profile != PROFILE_LOGIN)
			assert_int_equal(call(500, 0, 0, 0, 0), ERROR(ENOSYS));
		assert_held();
	}
}

static void test_user_namespaces(void **state)
{
	static const long calls[] = { SYS_clone3, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root,
		SYS_fsopen, SYS_fsmount, SYS_move_mount, SYS_open_tree, SYS_mount_setattr,
		SYS_sethostname, SYS_read };
	const char *deny[] = { "setns", NULL };

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		struct room_spec spec = { .profile = profile };

		compile(spec, NULL, NULL);
		assert_int_equal(call(SYS_unshare, CLONE_NEWUSER, 0, 0, 0), ERROR(EPERM));
		assert_int_equal(call(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0), ERROR(EPERM));
		assert_int_equal(call(SYS_clone3, 0, 0, 0, 0), ERROR(ENOSYS));
		spec.user_namespaces = USER_NAMESPACES_ALLOW;
		compile(spec, NULL, NULL);
		for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
			assert_int_equal(call(calls[i], 0, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS, 0, 0, 0), ALLOW);
		assert_int_equal(call(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0), ALLOW);
		/* Nothing that user namespaces do not need. */
		assert_int_equal(call(SYS_bpf, 0, 0, 0, 0), ERROR(EPERM));
		assert_int_equal(call(SYS_socket, AF_ALG, 0, 0, 0), ERROR(EAFNOSUPPORT));
		assert_held();
		compile(spec, NULL, deny);
		assert_int_equal(call(SYS_setns, 0, 0, 0, 0), ERROR(EPERM));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_allow_cannot),
		cmocka_unit_test(test_deny),
		cmocka_unit_test(test_deny_on_every_abi),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_user_namespaces),
	};

	return cmocka_run_group_tests_name("lifted", tests, NULL, NULL);
}
