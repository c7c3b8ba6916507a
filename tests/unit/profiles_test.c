/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of the system call profiles: what each says, on each ABI of both architectures, and how
 * they stand to each other and to Docker's.
 */
#include "tests/unit/unit.h"

#include <linux/netlink.h>
#include <seccomp.h>
#include <sys/resource.h>

#include "config/sysnames.h"
#include "helper/profiles.h"
#include "helper/seccomp.h"
#include "helper/syscalls.h"
#include "lib/why.h"
#include "tests/unit/filter.h"

static struct plan plan;
static struct why why;

static void compile(unsigned int profile, uint32_t native)
{
	const struct room_spec spec = { .profile = profile };

	if (seccomp_compile_for(&spec, native, &plan, &why) < 0)
		fail_msg("profile %u: %s", profile, why.text);
}

/* The number of a call with the ABI's bit; -1: it has none of that name. */
static long number(const struct sysabi *abi, const char *want)
{
	char name[SYSCALLS_NAME_MAX];
	long found = -1;

	/* x32's own numbers, the last, are the ones that count. */
	for (unsigned int nr = 0; nr < SYSCALLS_N; nr++)
		if (syscalls_name(abi, nr, name) && strcmp(name, want) == 0)
			found = (long)(nr | abi->bit);
	return found;
}

static uint32_t ask(const struct sysabi *abi, const char *name, uint64_t a0, uint64_t a1)
{
	return filter_call(&plan, abi->arch, number(abi, name), a0, a1, 0, 0);
}

/* The machine's own ABI. */
static const struct sysabi *own(void)
{
	for (size_t i = 0; i < n_sysabis; i++)
		if (sysabis[i].arch == SYS_AUDIT_ARCH)
			return &sysabis[i];
	return NULL;
}

static void expect(const char *const *names, uint32_t want)
{
	for (; *names; names++)
		if (number(own(), *names) >= 0 && ask(own(), *names, 0, 0) != want)
			fail_msg("%s: %#x", *names, ask(own(), *names, 0, 0));
}

/* What every login program does after the filter is loaded, and what every program does. */
static void test_needed(void **state)
{
	static const char *const calls[] = { "read", "write", "openat", "close", "execve", "fork",
		"vfork", "clone", "wait4", "mmap", "mprotect", "munmap", "brk", "futex", "poll",
		"ppoll", "pselect6", "rt_sigaction", "rt_sigprocmask", "exit_group", "setuid",
		"setgid", "setgroups", "setresuid", "setresgid", "setreuid", "setregid", "setfsuid",
		"setsid", "chown", "fchown", "fchownat", "fchmodat", "chroot", "chdir", "capset",
		"capget", "prctl", "seccomp", "kill", "sendmsg", "recvmsg", "dup2", "dup3", "pipe2",
		"ioctl", "fcntl", "flock", "unlinkat", "utimensat", "getrandom", "rseq",
		"prlimit64", "close_range", "pidfd_open", "statx", "umask", "setpriority", NULL };

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		compile(profile, SYS_AUDIT_ARCH);
		expect(calls, ALLOW);
		/* Audit records, and the C library's look at the addresses. */
		for (int i = 0; i < 2; i++)
			assert_int_equal(filter_call(&plan, SYS_AUDIT_ARCH, SYS_socket, AF_NETLINK,
						 SOCK_RAW, i ? NETLINK_AUDIT : NETLINK_ROUTE, 0),
				ALLOW);
		assert_int_equal(ask(own(), "setrlimit", RLIMIT_CORE, 0), ERROR(0));
		assert_int_equal(ask(own(), "setpriority", 0, 1), ERROR(EPERM));
		assert_int_equal(ask(own(), "setpriority", PRIO_USER, 0), ERROR(EPERM));
		assert_int_equal(ask(own(), "setpriority", PRIO_USER, HIGH), ERROR(EPERM));
		assert_int_equal(ask(own(), "setpriority", PRIO_USER, 1001), ALLOW);
		assert_int_equal(ask(own(), "setpriority", PRIO_PROCESS, 0), ALLOW);
		assert_int_equal(ask(own(), "setpriority", PRIO_PGRP, 0), ALLOW);
		assert_int_equal(ask(own(), "sched_setaffinity", 1, 0), ERROR(EPERM));
	}
}

static void test_login(void **state)
{
	static const char *const refused[] = { "init_module", "kexec_load", "reboot", "swapon",
		"acct", "iopl", "ioperm", "settimeofday", "clock_settime", "open_by_handle_at",
		"bpf", "nfsservctl", "lookup_dcookie", NULL };
	static const char *const work[] = { "mount", "umount2", "move_mount", "setns", "pivot_root",
		"keyctl", "add_key", "request_key", "perf_event_open", "io_uring_setup", "ptrace",
		"userfaultfd", "personality", "mbind", "sethostname", NULL };
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
		AF_BLUETOOTH, AF_CAN };
	static const int none[] = { AF_ALG, AF_VSOCK, AF_RDS, AF_TIPC, AF_X25, AF_APPLETALK, 63,
		300 };

	(void)state;
	compile(PROFILE_LOGIN, SYS_AUDIT_ARCH);
	expect(refused, ERROR(EPERM));
	expect(work, ALLOW);
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		assert_int_equal(ask(own(), "socket", (uint64_t)families[i], 1), ALLOW);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(ask(own(), "socket", (uint64_t)none[i], 1), ERROR(EAFNOSUPPORT));
	assert_int_equal(ask(own(), "unshare", CLONE_NEWNS, 0), ALLOW);
	/* The kernel's own business. */
	assert_int_equal(filter_call(&plan, SYS_AUDIT_ARCH, 500, 0, 0, 0, 0), ALLOW);
}

/* A rule that holds for one ABI only is none. */
static void test_login_abis(void **state)
{
	static const char *const refused[] = { "init_module", "kexec_load", "reboot", "swapon",
		"acct", "settimeofday", "clock_settime", "clock_settime64", "stime", "bpf", "vm86",
		"open_by_handle_at", NULL };
	size_t checked = 0;

	(void)state;
	for (size_t i = 0; i < n_sysabis; i++) {
		const struct sysabi *abi = &sysabis[i];

		compile(PROFILE_LOGIN, abi->native);
		for (const char *const *name = refused; *name; name++)
			if (number(abi, *name) >= 0) {
				assert_int_equal(ask(abi, *name, 0, 0), ERROR(EPERM));
				checked++;
			}
		assert_int_equal(ask(abi, "ioctl", 0, TIOCSTI), ERROR(EPERM));
		assert_int_equal(ask(abi, "ioctl", 0, HIGH | TIOCLINUX), ERROR(EPERM));
		assert_int_equal(ask(abi, "ioctl", 0, TIOCGWINSZ), ALLOW);
		assert_int_equal(ask(abi, "prlimit64", 1, RLIMIT_NOFILE), ERROR(EPERM));
		assert_int_equal(ask(abi, "setpriority", 0, 1), ERROR(EPERM));
		assert_int_equal(ask(abi, "setpriority", PRIO_USER, 0), ERROR(EPERM));
		assert_int_equal(ask(abi, "ioprio_set", 3, 0), ERROR(EPERM));
		if (number(abi, "setrlimit") >= 0)
			assert_int_equal(ask(abi, "setrlimit", RLIMIT_CORE, 0), ERROR(0));
		assert_int_equal(ask(abi, "socket", AF_VSOCK, 1), ERROR(EAFNOSUPPORT));
		assert_int_equal(ask(abi, "socket", AF_UNIX, 1), ALLOW);
		assert_int_equal(ask(abi, "unshare", CLONE_NEWUSER, 0), ERROR(EPERM));
		assert_int_equal(ask(abi, "clone", CLONE_NEWUSER | 17, 0), ERROR(EPERM));
		assert_int_equal(ask(abi, "clone3", 0, 0), ERROR(ENOSYS));
		assert_int_equal(ask(abi, "execve", 0, 0), ALLOW);
		assert_int_equal(ask(abi, "mount", 0, 0), ALLOW);
		/* And no third architecture. */
		assert_int_equal(
			filter_call(&plan, AUDIT_ARCH_PPC64, 1, 0, 0, 0, 0), ERROR(ENOSYS));
	}
	assert_in_range(checked, 40, 100);
}

/* In the other profiles there is the own ABI alone. */
static void test_one_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_sysabis; i++) {
		const struct sysabi *abi = &sysabis[i];
		bool is_own = abi->arch == abi->native && !abi->bit;

		for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT;
			profile++) {
			if (profile == PROFILE_LOGIN)
				continue;
			compile(profile, abi->native);
			for (unsigned int nr = 0; !is_own && nr < SYSCALLS_N; nr++)
				assert_int_equal(filter_call(&plan, abi->arch,
							 (long)(nr | abi->bit), 0, 0, 0, 0),
					ERROR(ENOSYS));
			if (is_own)
				assert_int_equal(ask(abi, "execve", 0, 0), ALLOW);
		}
	}
}

static void test_container(void **state)
{
	static const char *const refused[] = { "mount", "umount2", "setns", "unshare", "pivot_root",
		"keyctl", "bpf", "perf_event_open", "io_uring_setup", "userfaultfd", "mbind",
		"set_mempolicy", "move_pages", "kcmp", "pidfd_getfd", "process_madvise",
		"sethostname", "syslog", "vhangup", "quotactl", "fanotify_init", "io_setup",
		"file_setattr", "listns", "lsm_set_self_attr", NULL };
	static const uint64_t personalities[] = { 0, 8, 0x20000, 0x20008, 0xffffffff };

	(void)state;
	compile(PROFILE_CONTAINER, SYS_AUDIT_ARCH);
	expect(refused, ERROR(EPERM));
	assert_int_equal(ask(own(), "clone3", 0, 0), ERROR(ENOSYS));
	assert_int_equal(filter_call(&plan, SYS_AUDIT_ARCH, 472, 0, 0, 0, 0), ERROR(ENOSYS));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ask(own(), "personality", personalities[i], 0), ALLOW);
	assert_int_equal(ask(own(), "personality", 0x40000, 0), ERROR(EPERM));
	assert_int_equal(ask(own(), "ptrace", 0, 0), ALLOW);
	for (uint64_t family = 0; family < 64; family++) {
		bool good = family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
			family == AF_NETLINK;

		assert_int_equal(
			ask(own(), "socket", family, 1), good ? ALLOW : ERROR(EAFNOSUPPORT));
	}
}

static void test_strict(void **state)
{
	static const char *const refused[] = { "ptrace", "process_vm_readv", "process_vm_writev",
		"personality", "shmget", "semget", "msgget", "mq_open", "keyctl", "ioprio_set",
		"sched_setscheduler", "adjtimex", "name_to_handle_at", "modify_ldt", NULL };

	(void)state;
	compile(PROFILE_STRICT, SYS_AUDIT_ARCH);
	expect(refused, ERROR(EPERM));
	assert_int_equal(ask(own(), "socket", AF_INET6, 1), ALLOW);
	/* NETLINK_KOBJECT_UEVENT, and a family that is two at once. */
	assert_int_equal(filter_call(&plan, SYS_AUDIT_ARCH, SYS_socket, AF_NETLINK, 3, 15, 0),
		ERROR(EAFNOSUPPORT));
	assert_int_equal(ask(own(), "socketpair", AF_INET, 1), ERROR(EAFNOSUPPORT));
	assert_int_equal(ask(own(), "socketpair", AF_UNIX, 1), ALLOW);
}

static void test_docker(void **state)
{
	static struct filter_default rows[FILTER_DEFAULTS_MAX];
	size_t n = filter_read_defaults(TESTDATA "/defaults.txt", rows), checked = 0;
	char text[200];

	(void)state;
	assert_in_range(n, 380, FILTER_DEFAULTS_MAX - 1);
	for (unsigned int profile = PROFILE_CONTAINER; profile <= PROFILE_STRICT; profile++) {
		compile(profile, SYS_AUDIT_ARCH);
		for (size_t i = 0; i < n; i++) {
			long nr = number(own(), rows[i].name);

			if (nr < 0)
				continue;
			checked++;
			if (filter_looser(&plan, SYS_AUDIT_ARCH, (unsigned int)nr, &rows[i], text,
				    sizeof text))
				fail_msg("looser than Docker: %s", text);
		}
	}
	assert_in_range(checked, 2 * 300, 2 * FILTER_DEFAULTS_MAX);
}

/* Of two profiles next to each other the second lets through nothing that the first does not. */
static void test_order(void **state)
{
	static const unsigned int order[] = { PROFILE_LOGIN, PROFILE_DEVELOPER, PROFILE_CONTAINER,
		PROFILE_STRICT };
	static struct plan before;
	struct seccomp_data data = { .arch = SYS_AUDIT_ARCH };
	uint64_t args[6];

	(void)state;
	for (size_t i = 1; i < 4; i++) {
		compile(order[i - 1], SYS_AUDIT_ARCH);
		before = plan;
		compile(order[i], SYS_AUDIT_ARCH);
		for (data.nr = 0; data.nr < SYSCALLS_N; data.nr++)
			for (size_t n = 0; filter_arguments(n, args); n++) {
				memcpy(data.args, args, sizeof args);
				if (filter_passes(filter_run(&plan, &data, NULL)) &&
					!filter_passes(filter_run(&before, &data, NULL)))
					fail_msg("profile %u, call %d", order[i], data.nr);
			}
	}
}

/* A slip in a table would let something through, or refuse nothing. */
static void test_names(void **state)
{
	char name[SYSCALLS_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < profiles_n_rules; i++)
		assert_true(number(own(), profiles_rules[i].name) >= 0);
	for (size_t i = 0; i < n_sysabis; i++)
		for (unsigned int nr = 0; nr < SYSCALLS_N; nr++)
			if (syscalls_name(&sysabis[i], nr, name) && !sysnames_has(name))
				fail_msg("%s is not in sysnames", name);
	assert_int_equal(number(&sysabis[0], "read"), 0);
	assert_int_equal(number(&sysabis[0], "uretprobe"), 335);
	assert_int_equal(number(&sysabis[0], "rseq_slice_yield"), 471);
	assert_int_equal(number(&sysabis[1], "ioctl"), SYS_X32_BIT | 514);
	assert_int_equal(number(&sysabis[2], "socket"), 359);
	assert_int_equal(number(&sysabis[3], "mount"), 40);
	assert_int_equal(number(&sysabis[4], "clock_settime64"), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_login_abis),
		cmocka_unit_test(test_one_abi),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("profiles", tests, NULL, NULL);
}
