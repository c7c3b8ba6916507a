/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of apply_confine() in lib/apply.c. A child confines itself; what holds afterwards is read
 * by the parent from /proc/PID/status, and tried by the child.
 */
#include "tests/unit/unit.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "lib/apply.h"
#include "lib/sys.h"
#include "lib/why.h"

static struct plan plan;
static struct why why;

/* The filter forbids one harmless call with a rare error. */
static void make_plan(void)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOANO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memset(&plan, 0, sizeof plan);
	plan.n_insns = sizeof insns / sizeof insns[0];
	memcpy(plan.insns, insns, sizeof insns);
}

/* The number after "name:" in /proc/PID/status. */
static uint64_t status_of(pid_t pid, const char *name, int number_base)
{
	char path[64], line[256];
	uint64_t value = UINT64_MAX;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL, number_base);
	if (file)
		fclose(file);
	return value;
}

static void confine(void *arg)
{
	(void)arg;
	unit_must(apply_confine(&plan, &why) == 0);
	unit_must(raise(SIGSTOP) == 0);
	errno = 0;
	unit_must(syscall(SYS_getpriority, 0, 0) == -1 && errno == ENOANO);
	unit_must(prctl(PR_GET_SECUREBITS) == (int)plan.securebits);
}

/* Runs run in a child that stops itself; returns its pid once it has. */
static pid_t confined(void (*run)(void *))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		run(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static void end(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Several bounding sets, the highest known capability and the empty one among them. */
static void test_bounding(void **state)
{
	const uint64_t sets[] = { 0, 1, 0xa80425fb, UINT64_MAX, 1ull << CAP_LAST_CAP,
		~(1ull << CAP_SYS_ADMIN), ~1ull };
	uint64_t own = status_of(getpid(), "CapBnd", 16), permitted;

	(void)state;
	unit_need_root();
	permitted = status_of(getpid(), "CapPrm", 16);
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		pid_t pid;

		make_plan();
		plan.bounding = sets[i];
		pid = confined(confine);
		assert_true(status_of(pid, "CapBnd", 16) == (own & sets[i]));
		/* The login program keeps what it has to work with. */
		assert_true(status_of(pid, "CapPrm", 16) == permitted);
		end(pid);
	}
	assert_true(status_of(getpid(), "CapBnd", 16) == own);
}

static void confine_with_ambient(void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	unit_must(sys_capget(&header, data) == 0);
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	unit_must(sys_capset(&header, data) == 0);
	unit_must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0);
	unit_must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF, 0, 0) == 0);
	unit_must(status_of(getpid(), "CapAmb", 16) != 0);
	unit_must(status_of(getpid(), "CapInh", 16) != 0);
	confine(arg);
}

/* As in a service with a CapabilityBoundingSet= of its own. */
static void confine_in_service(void *arg)
{
	unit_must(prctl(PR_CAPBSET_DROP, CAP_KILL) == 0);
	confine(arg);
}

static void test_inheritable_and_ambient(void **state)
{
	pid_t pid;

	(void)state;
	unit_need_root();
	make_plan();
	plan.bounding = UINT64_MAX;
	pid = confined(confine_with_ambient);
	assert_true(status_of(pid, "CapInh", 16) == 0);
	assert_true(status_of(pid, "CapAmb", 16) == 0);
	end(pid);
	/* What the policy wants of it, and no more. */
	plan.inheritable = 1u << CAP_KILL;
	pid = confined(confine_with_ambient);
	assert_true(status_of(pid, "CapInh", 16) == 1u << CAP_KILL);
	end(pid);
	plan.inheritable = 1u << CAP_KILL | 1u << CAP_CHOWN;
	pid = confined(confine_in_service);
	assert_true(status_of(pid, "CapInh", 16) == 1u << CAP_CHOWN);
	end(pid);
}

static void test_securebits(void **state)
{
	const uint32_t bits[] = { 0, SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED,
		SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, SECBIT_NO_CAP_AMBIENT_RAISE, 0x2f, 0xef };

	(void)state;
	unit_need_root();
	for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
		make_plan();
		plan.bounding = 0;
		plan.securebits = bits[i];
		end(confined(confine)); /* the child compares */
	}
}

static void test_no_new_privs(void **state)
{
	uint64_t own = status_of(getpid(), "NoNewPrivs", 10);

	(void)state;
	unit_need_root();
	for (int wanted = 0; wanted < 2; wanted++) {
		pid_t pid;

		make_plan();
		plan.no_new_privs = wanted;
		pid = confined(confine);
		assert_true(status_of(pid, "NoNewPrivs", 10) == (wanted ? 1 : own));
		end(pid);
	}
}

static void test_filter(void **state)
{
	uint64_t own = status_of(getpid(), "Seccomp_filters", 10);
	pid_t pid;

	(void)state;
	unit_need_root();
	make_plan();
	pid = confined(confine);
	assert_true(status_of(pid, "Seccomp", 10) == SECCOMP_MODE_FILTER);
	/* Before Linux 5.9 there is no such line. */
	if (own != UINT64_MAX)
		assert_true(status_of(pid, "Seccomp_filters", 10) == own + 1);
	end(pid);
}

/* Nothing of what the kernel refuses is taken for done. */
static void confine_bad_filter(void *arg)
{
	(void)arg;
	plan.insns[plan.n_insns - 1].code = 0xffff;
	unit_must(apply_confine(&plan, &why) == -EINVAL);
	unit_must(why.err == EINVAL && strstr(why.step, "filter") != NULL);
}

static void confine_locked_securebits(void *arg)
{
	(void)arg;
	unit_must(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT_LOCKED) == 0);
	plan.bounding = UINT64_MAX;
	plan.securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
	unit_must(apply_confine(&plan, &why) == -EPERM);
	unit_must(strstr(why.step, "securebits") != NULL);
}

static void confine_without_setpcap(void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	(void)arg;
	unit_must(sys_capset(&header, data) == 0);
	plan.bounding = 0;
	unit_must(apply_confine(&plan, &why) == -EPERM);
	unit_must(strstr(why.step, "capabilities") != NULL);
	unit_must(prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER);
	/* Nothing to drop, but no right to load a filter without no_new_privs either. */
	plan.bounding = UINT64_MAX;
	unit_must(apply_confine(&plan, &why) == -EACCES);
}

/* A bounding set that cannot be read is not one that has ended. */
static void confine_unreadable_set(void *arg)
{
	const unsigned int err = *(const unsigned int *)arg;
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_CAPBSET_READ, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof insns / sizeof insns[0], .filter = insns };

	unit_must(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	plan.bounding = 0;
	unit_must(apply_confine(&plan, &why) == -(int)err);
	unit_must(strstr(why.step, "capabilities") != NULL);
}

static void test_refusals(void **state)
{
	static unsigned int errors[] = { EPERM, EINVAL, EIO };

	(void)state;
	unit_need_root();
	make_plan();
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		assert_int_equal(unit_child(confine_unreadable_set, &errors[i]), 0);
	assert_int_equal(unit_child(confine_bad_filter, NULL), 0);
	assert_int_equal(unit_child(confine_locked_securebits, NULL), 0);
	assert_int_equal(unit_child(confine_without_setpcap, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounding),
		cmocka_unit_test(test_inheritable_and_ambient),
		cmocka_unit_test(test_securebits),
		cmocka_unit_test(test_no_new_privs),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
