/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/strays.c and helper/stray_find.c: who counts as one.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "config/policy.h"
#include "helper/strays.h"
#include "lib/deadline.h"
#include "lib/registry.h"
#include "lib/why.h"

#define SOMEBODY 64111

static struct why why;
static char note[STRAYS_NOTE_MAX];

/*
 * Runs a test as process 1 of a pid namespace with a /proc of its own: only its own strays are
 * found, and the kernel ends all of them with it, however it ends.
 */
static void alone(void *arg)
{
	void (*const *run)(void) = arg;
	int status;
	pid_t pid;

	unit_must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	unit_must(unshare(CLONE_NEWNS | CLONE_NEWPID) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0);
	pid = fork();
	if (pid == 0) {
		unit_must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		unit_must(mount("proc", "/proc", "proc", 0, NULL) == 0);
		(*run)();
		_exit(0);
	}
	unit_must(pid > 0 && waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 255);
}

/* A child that has done prepare(arg), became those ids and waits to be killed. */
static pid_t start(bool (*prepare)(const void *), const void *arg, uid_t real, uid_t effective)
{
	int ready[2];
	char byte;
	pid_t pid;

	unit_must(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		unit_must(!prepare || prepare(arg));
		unit_must(setresuid(real, effective, effective) == 0);
		prctl(PR_SET_NAME, "a stray", 0, 0, 0);
		unit_must(write(ready[1], "", 1) == 1);
		for (;;)
			pause();
	}
	unit_must(pid > 0 && read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int settle(enum room_strays word)
{
	struct room_spec spec = { .strays = word };
	struct strays_request request = { .spec = &spec, .uid = SOMEBODY };
	int r;

	request.rooms_dfd = registry_open(1, &why);
	r = strays_settle(&request, deadline_in(3000), note, &why);
	close(request.rooms_dfd);
	return r;
}

static bool is_refused(void)
{
	return settle(STRAYS_REFUSE) == -EBUSY && strstr(why.text, "(a stray)");
}

static void ids(void)
{
	pid_t pid;

	unit_must(settle(STRAYS_REFUSE) == 0 && !*note);
	pid = start(NULL, NULL, SOMEBODY, SOMEBODY);
	unit_must(is_refused());
	unit_must(settle(STRAYS_ACCEPT) == 0 && strstr(note, "(a stray)"));
	unit_must(settle(STRAYS_RESTART) == 0 && strstr(note, "(a stray)"));
	/* Dead, and not yet waited for. */
	kill(pid, SIGKILL);
	unit_must(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT) == 0);
	unit_must(settle(STRAYS_REFUSE) == 0);
	end(pid);
	/* A setuid program, root's or somebody else's. */
	pid = start(NULL, NULL, SOMEBODY, 0);
	unit_must(is_refused());
	end(pid);
	pid = start(NULL, NULL, SOMEBODY + 1, SOMEBODY);
	unit_must(is_refused());
	end(pid);
	/* A daemon of root's that acts for the user. */
	pid = start(NULL, NULL, 0, SOMEBODY);
	unit_must(settle(STRAYS_REFUSE) == 0);
	end(pid);
	pid = start(NULL, NULL, SOMEBODY + 1, SOMEBODY + 1);
	unit_must(settle(STRAYS_REFUSE) == 0);
	end(pid);
}

static bool undumpable(const void *arg)
{
	(void)arg;
	return prctl(PR_SET_DUMPABLE, 0) == 0;
}

static bool own_view(const void *arg)
{
	(void)arg;
	return unshare(CLONE_NEWNS) == 0;
}

static bool view_of(const void *keeper)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/ns/mnt", *(const pid_t *)keeper);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return setns(fd, CLONE_NEWNS) == 0;
}

static void write_state(pid_t keeper)
{
	int rooms_dfd = registry_open(1, &why);
	int room_dfd = registry_lock_room(rooms_dfd, "64111.a", deadline_in(1000), &why);
	int fd = openat(room_dfd, REGISTRY_STATE, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	dprintf(fd, "room=a\nkeeper=%d\ncreated=1\n", keeper);
	close(fd);
	close(room_dfd);
	close(rooms_dfd);
}

static void disguises(void)
{
	pid_t pid;

	pid = start(undumpable, NULL, SOMEBODY, SOMEBODY);
	unit_must(is_refused());
	end(pid);
	pid = start(own_view, NULL, SOMEBODY, SOMEBODY);
	unit_must(is_refused());
	/* It is no keeper by being named so: the state is of a keeper that died. */
	write_state(pid);
	unit_must(is_refused());
	end(pid);
	/* Nor is this process, which is root's and outside. */
	pid = start(NULL, NULL, SOMEBODY, SOMEBODY);
	write_state(getpid());
	unit_must(is_refused());
	end(pid);
}

static void *pausing(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

/* Its first thread has ended, and /proc/PID tells of that one only. */
static void headless(void)
{
	siginfo_t info = { 0 };
	char path[64], text[256] = "";
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		unit_must(setresuid(SOMEBODY, SOMEBODY, SOMEBODY) == 0);
		prctl(PR_SET_NAME, "a stray", 0, 0, 0);
		unit_must(pthread_create(&thread, NULL, pausing, NULL) == 0);
		syscall(SYS_exit, 0);
	}
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	while (!strstr(text, ") Z ")) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		unit_must(read(fd, text, sizeof text - 1) > 0);
		close(fd);
	}
	unit_must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
	unit_must(is_refused());
	end(pid);
}

/* Somebody else's ids, borrowed in a namespace of its own as newuidmap(1) gives them. */
static void subordinate(void)
{
	int there[2], mapped[2];
	char path[64], byte;
	pid_t pid;
	int fd;

	unit_must(pipe(there) == 0 && pipe(mapped) == 0);
	pid = fork();
	if (pid == 0) {
		unit_must(setresuid(SOMEBODY, SOMEBODY, SOMEBODY) == 0);
		prctl(PR_SET_NAME, "a stray", 0, 0, 0);
		unit_must(unshare(CLONE_NEWUSER) == 0);
		unit_must(write(there[1], "", 1) == 1 && read(mapped[0], &byte, 1) == 1);
		unit_must(setresuid(1, 1, 1) == 0);
		unit_must(write(there[1], "", 1) == 1);
		for (;;)
			pause();
	}
	unit_must(read(there[0], &byte, 1) == 1);
	snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	unit_must(dprintf(fd, "0 %d 1\n1 300000 1000\n", SOMEBODY) > 0);
	close(fd);
	unit_must(write(mapped[1], "", 1) == 1 && read(there[0], &byte, 1) == 1);
	unit_must(is_refused());
	end(pid);
}

static void inside(void)
{
	pid_t keeper, pid, other;

	keeper = start(own_view, NULL, 0, 0);
	pid = start(view_of, &keeper, SOMEBODY, SOMEBODY);
	unit_must(is_refused());
	write_state(keeper);
	unit_must(settle(STRAYS_REFUSE) == 0 && !*note);
	other = start(NULL, NULL, SOMEBODY, SOMEBODY);
	unit_must(is_refused());
	end(other);
	end(pid);
	end(keeper);
}

static void many(void)
{
	pid_t pids[9];

	for (size_t i = 0; i < 9; i++)
		pids[i] = start(NULL, NULL, SOMEBODY, SOMEBODY);
	unit_must(settle(STRAYS_ACCEPT) == 0 && strstr(note, " and 5 more"));
	for (size_t i = 0; i < 9; i++)
		end(pids[i]);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(alone, &(void (*)(void)){ name }), 0);                 \
	}

TEST(ids)
TEST(disguises)
TEST(headless)
TEST(subordinate)
TEST(inside)
TEST(many)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_disguises),
		cmocka_unit_test(test_headless),
		cmocka_unit_test(test_subordinate),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("strays", tests, NULL, NULL);
}
