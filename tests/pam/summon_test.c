/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of pam_room/summon.c against a helper that misbehaves (stub.c): whatever it does, the
 * caller gets an answer or a reason in bounded time, and keeps its descriptors, signals, children
 * and threads.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "lib/deadline.h"
#include "lib/why.h"
#include "pam_room/summon.h"

static struct reply reply;
static struct why why;
static volatile sig_atomic_t sigchld;

static void count_sigchld(int sig)
{
	(void)sig;
	sigchld++;
}

static int summon(const char *how)
{
	const struct ask ask = { .user = "ann",
		.uid = 1001,
		.gid = 1001,
		.home = "/home/ann",
		.service = how,
		.tty = "",
		.rhost = "",
		.ccache = "" };

	memset(&why, 0, sizeof why);
	return summon_helper(&ask, &reply, &why);
}

/* Nothing of it is left in this process. */
static void nothing_left(int fds)
{
	siginfo_t info;

	record_close(&reply.record);
	assert_int_equal(unit_fds(), fds);
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(sigchld, 0);
}

static void test_answers(void **state)
{
	int fds = unit_fds();

	(void)state;
	assert_int_equal(summon("good"), 0);
	assert_int_equal(reply.answer.outcome, OUTCOME_ROOM);
	assert_string_equal(reply.answer.key, "1001.stub");
	assert_true(
		reply.record.fds[RECORD_FD_KEEPER] >= 0 && reply.record.fds[RECORD_FD_LEASE] >= 0);
	assert_true(fcntl(reply.record.fds[RECORD_FD_LEASE], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(unit_fds(), fds + 2);
	nothing_left(fds);
	assert_int_equal(summon("outside"), 0);
	assert_int_equal(reply.answer.outcome, OUTCOME_OUTSIDE);
	nothing_left(fds);
	assert_int_equal(summon("late"), 0);
	nothing_left(fds);
}

static void test_no_answer(void **state)
{
	static const struct {
		const char *how, *said;
	} rows[] = { { "nothing", "status 0" }, { "exit", "status 42" }, { "signal", "status 137" },
		{ "garbage", "not a record" }, { "long", "not a record" },
		{ "empty", "status 0" } };
	int fds = unit_fds();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t begin = deadline_in(0);

		if (summon(rows[i].how) >= 0)
			fail_msg("%s: there was an answer", rows[i].how);
		if (!strstr(why.text, rows[i].said))
			fail_msg("%s: %s", rows[i].how, why.text);
		assert_in_range(deadline_in(0) - begin, 0, 4000);
		nothing_left(fds);
	}
}

/* The one that takes its time: the helper's deadline, and no more. */
static void test_hang(void **state)
{
	int fds = unit_fds();
	int64_t begin = deadline_in(0);

	(void)state;
	assert_int_equal(summon("hang"), -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 10000, 17000);
	nothing_left(fds);
}

/* Root by all three ids, an empty environment, no descriptor but the socket. */
static void test_state(void **state)
{
	int fds[50], before;

	(void)state;
	unit_need_root();
	for (size_t i = 0; i < 50; i++)
		fds[i] = open("/dev/null", O_RDONLY);
	before = unit_fds();
	assert_int_equal(setenv("LD_PRELOAD", "/nowhere.so", 1), 0);
	assert_int_equal(summon("state"), 0);
	unsetenv("LD_PRELOAD");
	assert_string_equal(reply.answer.why.text, "fds 0 env 0 uids 000");
	nothing_left(before);
	for (size_t i = 0; i < 50; i++)
		close(fds[i]);
}

static void as_su(void *arg)
{
	(void)arg;
	/* As su is when it opens a session: the calling user's real id, root's effective one. */
	unit_must(setresuid(1, 0, 0) == 0 && setresgid(1, 0, 0) == 0);
	unit_must(summon("state") == 0);
	unit_must(strcmp(reply.answer.why.text, "fds 0 env 0 uids 000") == 0);
	unit_must(getuid() == 1 && getgid() == 1);
}

static void as_user(void *arg)
{
	(void)arg;
	unit_must(setresgid(1, 1, 1) == 0 && setresuid(1, 1, 1) == 0);
	unit_must(summon("outside") < 0);
	unit_must(strstr(why.text, "cannot be run") != NULL);
}

/* Whatever of the descriptors 0 to 4 is closed. */
static void without_fds(void *arg)
{
	int closed = *(int *)arg;

	for (int fd = 0; fd < 5; fd++)
		if (closed & 1 << fd)
			close(fd);
	if (summon("outside") != 0)
		_exit(2);
	record_close(&reply.record);
	for (int fd = 0; fd < 5; fd++)
		if (closed & 1 << fd && fcntl(fd, F_GETFD) >= 0)
			_exit(3);
}

/* A program that is not what make install made is not run. */
static void test_torn(void **state)
{
	static const struct {
		mode_t mode;
		uid_t uid;
		const char *said;
	} rows[] = { { 0755, 0, "not setuid" }, { 04775, 0, "not root's alone" },
		{ 04757, 0, "not root's alone" }, { 04755, 1, "not root's alone" } };

	(void)state;
	unit_need_root();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(chown(STUB, rows[i].uid, 0), 0);
		assert_int_equal(chmod(STUB, rows[i].mode), 0);
		assert_true(summon("outside") < 0);
		assert_non_null(strstr(why.text, rows[i].said));
	}
	assert_int_equal(chown(STUB, 0, 0), 0);
	assert_int_equal(chmod(STUB, 04755), 0);
	assert_int_equal(summon("outside"), 0);
	record_close(&reply.record);
}

static void test_callers(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(as_su, NULL), 0);
	assert_int_equal(unit_child(as_user, NULL), 0);
	for (int closed = 0; closed < 32; closed++)
		if (unit_child(without_fds, &closed) != 0)
			fail_msg("with closed descriptors %#x", closed);
}

static void ignoring_children(void *arg)
{
	(void)arg;
	signal(SIGCHLD, SIG_IGN);
	unit_must(summon("outside") == 0);
	unit_must(summon("exit") < 0 && strstr(why.text, "status 42"));
}

static void short_of_processes(void *arg)
{
	const struct rlimit files = { 4, 4 };

	(void)arg;
	unit_must(setrlimit(RLIMIT_NOFILE, &files) == 0);
	unit_must(summon("outside") < 0);
	unit_must(why.step[0] && why.text[0]);
}

static void test_odd_applications(void **state)
{
	(void)state;
	assert_int_equal(unit_child(ignoring_children, NULL), 0);
	assert_int_equal(unit_child(short_of_processes, NULL), 0);
}

static void *wait_for_anybody(void *stop)
{
	while (!*(volatile bool *)stop)
		if (waitpid(-1, NULL, 0) < 0)
			usleep(100);
	return NULL;
}

/* Another thread that reaps whatever it can must not take the helper. */
static void test_greedy_thread(void **state)
{
	bool stop = false;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wait_for_anybody, &stop), 0);
	for (int i = 0; i < 20; i++) {
		assert_true(summon("exit") < 0);
		assert_non_null(strstr(why.text, "status 42"));
	}
	stop = true;
	pthread_join(thread, NULL);
}

static void test_signal_mask(void **state)
{
	sigset_t before, after;

	(void)state;
	sigemptyset(&before);
	sigaddset(&before, SIGUSR2);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(summon("outside"), 0);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig < NSIG; sig++)
		assert_int_equal(sigismember(&after, sig), sigismember(&before, sig));
}

int main(void)
{
	const struct sigaction action = { .sa_handler = count_sigchld };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_signal_mask),
		cmocka_unit_test(test_greedy_thread),
		cmocka_unit_test(test_odd_applications),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_callers),
	};

	sigaction(SIGCHLD, &action, NULL);
	return cmocka_run_group_tests_name("summon", tests, NULL, NULL);
}
