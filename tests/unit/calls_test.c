/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asking filters about calls that are not carried out (roomctl/calls.h), held against the same
 * filters run by tests/unit/filter.h; and starting programs that do not run (roomctl/elevate.h).
 */
#include "tests/unit/unit.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "helper/seccomp.h"
#include "helper/syscalls.h"
#include "lib/fd.h"
#include "lib/why.h"
#include "roomctl/calls.h"
#include "roomctl/elevate.h"
#include "tests/unit/filter.h"

#define CALLS_MARK 0x70616d72 /* roomctl/calls.c puts it into the sixth argument */

/* Two that would end the process that asks, then one more. */
static void test_not_carried_out(void **state)
{
	const struct call calls[] = { { SYS_exit_group, { 7 } },
		{ SYS_kill, { (unsigned long)getpid(), SIGKILL } }, { SYS_getpid, { 0 } } };
	int answers[3] = { 0 }, fds = unit_fds();

	(void)state;
	assert_int_equal(calls_ask(calls, 3, answers, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(answers[i], CALLS_PASSES);
	assert_int_equal(unit_fds(), fds);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int want_of(const struct plan *plan, unsigned int nr, const unsigned long args[3])
{
	const struct seccomp_data data = { .nr = (int)nr,
		.arch = SYS_AUDIT_ARCH,
		.args = { args[0], args[1], args[2], 0, 0, CALLS_MARK } };
	uint32_t answer = filter_run(plan, &data, NULL);

	return filter_passes(answer)                                    ? CALLS_PASSES :
		(answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO ? (int)(answer & 0xffff) :
									  CALLS_KILLED;
}

struct asked_of {
	struct plan plan;
	struct room_spec spec;
};

static void ask_all(void *arg)
{
	static int answers[SYSCALLS_N + 8];
	static struct call calls[SYSCALLS_N + 8];
	struct asked_of *of = arg;
	struct sock_fprog program = { (unsigned short)of->plan.n_insns, of->plan.insns };
	unsigned int n = 0, passes = 0, refused = 0;
	struct why why = { 0 };

	for (unsigned int nr = 0; nr < SYSCALLS_N; nr++)
		calls[n++] = (struct call){ nr, { 0 } };
	calls[n++] = (struct call){ SYS_socket, { AF_UNIX, SOCK_STREAM } };
	calls[n++] = (struct call){ SYS_socket, { AF_VSOCK, SOCK_STREAM } };
	calls[n++] = (struct call){ SYS_ioctl, { 0, TIOCSTI } };
	calls[n++] = (struct call){ 1000, { 0 } };
	unit_must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	unit_must(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	unit_must(calls_ask(calls, n, answers, &why) == 0);
	for (unsigned int i = 0; i < n; i++) {
		/* uretprobe and uprobe of x86-64: the kernel lets them past every filter. */
		bool unfiltered = SYS_AUDIT_ARCH == AUDIT_ARCH_X86_64 &&
			(calls[i].nr == 335 || calls[i].nr == 336);
		int want =
			unfiltered ? CALLS_PASSES : want_of(&of->plan, calls[i].nr, calls[i].args);

		if (answers[i] != want)
			dprintf(2, "# call %u: %d, and the filter says %d\n", calls[i].nr,
				answers[i], want);
		unit_must(answers[i] == want);
		passes += want == CALLS_PASSES;
		refused += want != CALLS_PASSES;
	}
	unit_must(passes > 100 && refused > 10);
}

static void test_profiles(void **state)
{
	static struct asked_of of;
	struct why why;

	(void)state;
	for (unsigned int profile = PROFILE_DEVELOPER; profile <= PROFILE_STRICT; profile++) {
		of.spec = (struct room_spec){ .profile = profile };
		assert_int_equal(seccomp_compile_for(&of.spec, SYS_AUDIT_ARCH, &of.plan, &why), 0);
		assert_int_equal(unit_child(ask_all, &of), 0);
	}
}

/* A filter that ends whoever tries: each such call takes a process with it. */
static void test_kill(void **state)
{
	static struct asked_of of = { .spec = { .profile = PROFILE_DEVELOPER,
					      .action = ACTION_KILL } };
	struct why why;

	(void)state;
	assert_int_equal(seccomp_compile_for(&of.spec, SYS_AUDIT_ARCH, &of.plan, &why), 0);
	assert_int_equal(unit_child(ask_all, &of), 0);
}

static void without_seccomp(void *arg)
{
	struct asked_of *of = arg;
	struct sock_fprog program = { (unsigned short)of->plan.n_insns, of->plan.insns };
	const struct call call = { SYS_getpid, { 0 } };
	struct why why = { 0 };
	int answer;

	unit_must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	unit_must(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	unit_must(calls_ask(&call, 1, &answer, &why) == -EPERM);
	unit_must(strcmp(why.text, "they refuse seccomp(2) itself") == 0);
}

static void test_refused(void **state)
{
	static const char *denied[] = { "seccomp" };
	static struct asked_of of = { .spec = { .profile = PROFILE_DEVELOPER,
					      .syscalls_deny = { denied, 1 } } };
	struct why why;

	(void)state;
	assert_int_equal(seccomp_compile_for(&of.spec, SYS_AUDIT_ARCH, &of.plan, &why), 0);
	assert_int_equal(unit_child(without_seccomp, &of), 0);
}

/* script(1) makes the file "typescript" where it is started: it shows whether it ran. */
static void put_script(int dfd)
{
	char *data;
	size_t len;
	int from = open("/usr/bin/script", O_RDONLY | O_CLOEXEC);
	int to = openat(dfd, "script", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	assert_true(from >= 0 && to >= 0);
	assert_int_equal(fd_read_all(from, 1 << 22, &data, &len), 0);
	assert_int_equal(fd_write_all(to, data, len), 0);
	assert_int_equal(fchmod(to, 04755), 0);
	free(data);
	close(from);
	close(to);
}

static void become_nobody(void)
{
	unit_must(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
}

static void elevates(void *arg)
{
	struct elevation found;

	(void)arg;
	become_nobody();
	unit_must(elevate_try("./script", &found) == 0);
	unit_must(found.started && found.to_root && found.caps != 0);
	unit_must(access("typescript", F_OK) < 0);
}

static void is_powerless(void *arg)
{
	struct elevation found;

	(void)arg;
	become_nobody();
	unit_must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	unit_must(elevate_try("./script", &found) == 0);
	unit_must(found.started && !found.to_root && found.caps == 0);
}

static void runs(void *arg)
{
	const struct rlimit second = { 1, 1 };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)arg;
	setrlimit(RLIMIT_CPU, &second);
	alarm(2);
	dup2(null_fd, 0);
	dup2(null_fd, 1);
	execl("./script", "script", NULL);
}

static void test_elevate(void **state)
{
	char path[64];
	struct elevation found;
	int dfd;

	(void)state;
	unit_need_root();
	dfd = unit_dir_make(path);
	assert_true(dfd >= 0 && fchmod(dfd, 0777) == 0);
	assert_int_equal(fchdir(dfd), 0);
	put_script(dfd);
	assert_int_equal(unit_child(elevates, NULL), 0);
	assert_int_equal(unit_child(is_powerless, NULL), 0);
	assert_int_equal(faccessat(dfd, "typescript", F_OK, 0), -1);
	/* It would have been seen. */
	unit_child(runs, NULL);
	assert_int_equal(faccessat(dfd, "typescript", F_OK, 0), 0);
	/* No setuid bit, and a script with one, which the kernel does not heed. */
	assert_int_equal(fchmodat(dfd, "script", 0755, 0), 0);
	assert_int_equal(elevate_try("./script", &found), -ENOENT);
	unit_file(dfd, "shell", "#!/bin/sh\n", 04755);
	assert_int_equal(elevate_try("./shell", &found), -ENOENT);
	assert_int_equal(chdir("/"), 0);
	close(dfd);
	unit_dir_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_carried_out),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_elevate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
