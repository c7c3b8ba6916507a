/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/lookup.c, with programs that answer well, badly, late or not at all, and of the
 * program itself with an /etc/group of the test's own. What a directory does to it is tested on the
 * stage (tests/host/80-policy.sh).
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <time.h>

#include "lib/deadline.h"
#include "lib/lookup.h"
#include "lib/why.h"

#define STUB "/mnt/stub"

static const char *const groups[] = { "a b", "grey", "red" };
static const char *const netgroups[] = { "lab" };
static const struct lookup_question question = { "ann", 1000, groups, 3, netgroups, 1 };
static unsigned char said[4];
static struct why why;

/* A program of this text; root's own, in a place of the test's own. */
static void stub(const char *text)
{
	int fd = open(STUB, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	unit_must(fd >= 0 && dprintf(fd, "#!/bin/sh\n%s\n", text) > 0 && fchmod(fd, 0755) == 0);
	close(fd);
}

static int ask(int ms)
{
	memset(said, 9, sizeof said);
	memset(&why, 0, sizeof why);
	return lookup_ask_program(STUB, &question, deadline_in(ms), said, &why);
}

static bool says(const char *want)
{
	static const char letters[] = "-ny";
	char got[5] = "";

	for (int i = 0; i < 4; i++)
		got[i] = said[i] < 3 ? letters[said[i]] : 'x';
	if (strcmp(got, want) != 0)
		dprintf(2, "# got %s, want %s: %s\n", got, want, why.text);
	return strcmp(got, want) == 0;
}

static void answers(void *arg)
{
	(void)arg;
	stub("cat >/dev/null; echo ----; echo ynny");
	unit_must(ask(5000) == 0 && says("ynny") && !why.step[0]);
	stub("cat >/dev/null; echo ynn-; echo ynn-");
	unit_must(ask(5000) == 0 && says("ynn-") && strstr(why.text, "does not answer"));
	/* Only the file answered; the rest hangs, or its process dies. */
	stub("cat >/dev/null; echo yn--; exec sleep 5");
	unit_must(ask(300) == 0 && says("yn--") && why.err == ETIMEDOUT);
	stub("cat >/dev/null; echo yn--");
	unit_must(ask(5000) == 0 && says("yn--") && why.err == ECONNRESET);
	stub("cat >/dev/null; echo yn--; echo yy");
	unit_must(ask(5000) == 0 && says("yn--"));
	stub("cat >/dev/null; echo yn--; echo yyyz");
	unit_must(ask(5000) == 0 && says("yn--") && why.err == EBADMSG);
}

/* Nothing is known: said is unknown throughout. */
static void no_answer(void *arg)
{
	(void)arg;
	stub("exit 0");
	unit_must(ask(5000) < 0 && says("----"));
	stub("cat >/dev/null; printf yyyy");
	unit_must(ask(5000) == -ECONNRESET && says("----"));
	stub("cat >/dev/null; echo yyyyy; echo yyyyy");
	unit_must(ask(5000) == -EBADMSG && says("----"));
	stub("cat >/dev/null; printf 'yy\\0y\\n'");
	unit_must(ask(5000) == -EBADMSG && says("----"));
	stub("exec sleep 5");
	unit_must(ask(200) == -ETIMEDOUT && says("----"));
	stub("kill -9 $$");
	unit_must(ask(5000) < 0 && says("----"));
	unit_must(unlink(STUB) == 0 && ask(5000) == -ENOENT && says("----"));
}

/* A program that others may write is not run. */
static void not_roots(void *arg)
{
	(void)arg;
	stub("cat >/dev/null; echo yyyy; echo yyyy");
	unit_must(chmod(STUB, 0775) == 0 && ask(5000) == -EPERM && says("----"));
	unit_must(chmod(STUB, 0757) == 0 && ask(5000) == -EPERM);
	unit_must(chmod(STUB, 0755) == 0 && chown(STUB, 1, 0) == 0 && ask(5000) == -EPERM);
	unit_must(unlink(STUB) == 0 && symlink("/bin/true", STUB) == 0 && ask(5000) == -EPERM);
}

/* It is given a socket and nothing else, whatever the caller has. (Signals 32 and 33 are the C
 * library's own: nobody can set them by it.) */
static void given(void *arg)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)arg;
	unit_must(fd >= 0);
	setenv("LD_DEBUG", "x", 1);
	signal(SIGTERM, SIG_IGN);
	stub("cat >/dev/null\n"
	     "ls /proc/self/fd >/mnt/fds; [ \"$(cat /mnt/fds | tr '\\n' ' ')\" = '0 1 2 3 ' ] && "
	     "a=y || a=n\n"
	     "[ -z \"$(tr '\\0' '\\n' </proc/$$/environ)\" ] && b=y || b=n\n"
	     "ignored=$(sed -n 's/^SigIgn:.//p' /proc/$$/status)\n"
	     "[ $((0x$ignored & ~0x180000000)) = 0 ] && c=y || c=n\n"
	     "echo ----; echo $a$b${c}y");
	unit_must(ask(5000) == 0 && says("yyyy"));
}

/* The question as it is written down. */
static void asked(void *arg)
{
	static const char want[] = "ann\0001000\0003\0a b\0grey\0red\0lab";
	char got[64];
	int fd;

	(void)arg;
	stub("cat >/mnt/asked; echo ----; echo yyyy");
	unit_must(ask(5000) == 0);
	fd = open("/mnt/asked", O_RDONLY);
	unit_must(read(fd, got, sizeof got) == sizeof want && memcmp(got, want, sizeof want) == 0);
}

/* Every child is waited for, and every descriptor closed. */
static void nothing_left(void *arg)
{
	int before = unit_fds();

	answers(arg);
	no_answer(arg);
	unit_must(unit_fds() == before);
	unit_must(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
	/* A caller that ignores its children's end is served too. */
	signal(SIGCHLD, SIG_IGN);
	stub("cat >/dev/null; echo ----; echo ynny");
	unit_must(ask(5000) == 0 && says("ynny"));
}

/* The program itself, where only the file answers, or all sources: here they are one. */
static void program(void *arg)
{
	static const char *const many[] = { "gone", "group of many", "other", "own", "primary",
		"shared", "twin" };
	const struct lookup_question of_ann = { "ann", 4242, many, 7, netgroups, 1 };
	unsigned char got[8];
	int fd = open("/mnt/group", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	(void)arg;
	unit_must(fd >= 0);
	dprintf(fd,
		"root:x:0:\nown:x:5001:ann\nother:x:5002:bob,ann2\nprimary:x:4242:\nshared:x:5009:"
		"\ntwin:x:5009:ann\n"
		"group of many:x:5003:");
	for (int i = 0; i < 20000; i++)
		dprintf(fd, "user%d,", i);
	dprintf(fd, "ann\n");
	close(fd);
	fd = open("/mnt/nsswitch", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	dprintf(fd, "passwd: files\ngroup: files\nnetgroup: files\n");
	close(fd);
	unit_must(mount("/mnt/group", "/etc/group", NULL, MS_BIND, NULL) == 0);
	unit_must(mount("/mnt/nsswitch", "/etc/nsswitch.conf", NULL, MS_BIND, NULL) == 0);
	memset(got, 9, sizeof got);
	unit_must(lookup_ask_program(LOOKUP_BUILT, &of_ann, deadline_in(10000), got, &why) == 0);
	unit_must(got[0] == LOOKUP_NO && got[1] == LOOKUP_YES && got[2] == LOOKUP_NO);
	unit_must(got[3] == LOOKUP_YES && got[4] == LOOKUP_YES);
	/* Two groups of one id: in either by its name, because the id is all that the kernel knows.
	 */
	unit_must(got[5] == LOOKUP_YES && got[6] == LOOKUP_YES && got[7] == LOOKUP_NO);
}

/* It is nobody's, without groups and capabilities, while it waits for a question. */
static void nobody(void *arg)
{
	char path[64], text[4096] = "";
	int pipes[2], fd;
	pid_t pid;

	(void)arg;
	unit_must(pipe2(pipes, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[0], 0);
		execl(LOOKUP_BUILT, "room-lookup", NULL);
		_exit(1);
	}
	for (int i = 0; i < 100 && !strstr(text, "NoNewPrivs:\t1"); i++) {
		usleep(20000);
		snprintf(path, sizeof path, "/proc/%d/status", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		unit_must(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
		close(fd);
	}
	unit_must(strstr(text, "Uid:\t65534\t65534\t65534\t65534\n") != NULL);
	unit_must(strstr(text, "Gid:\t65534\t65534\t65534\t65534\n") != NULL);
	unit_must(strstr(text, "Groups:\t \n") != NULL);
	unit_must(strstr(text, "CapPrm:\t0000000000000000\n") != NULL);
	unit_must(strstr(text, "NoNewPrivs:\t1\n") != NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A question that is none, and a question without end, are no reason to say anything. */
static void no_question(void *arg)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = { { "", 0 }, { "ann", 3 }, { "ann\0", 4 }, { "ann\0x\0001\0a", 9 },
		{ "ann\0001\0009\0a", 9 }, { "\0001\0000", 5 }, { "ann\0001\0000\0a", 9 } };

	(void)arg;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = open("/mnt/question", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
		    status;
		pid_t pid;

		unit_must(write(fd, rows[i].text, rows[i].len) == (ssize_t)rows[i].len);
		unit_must(lseek(fd, 0, SEEK_SET) == 0);
		pid = fork();
		if (pid == 0) {
			dup2(fd, 0);
			execl(LOOKUP_BUILT, "room-lookup", NULL);
		}
		unit_must(waitpid(pid, &status, 0) == pid && status == 100 << 8);
		close(fd);
	}
}

static void in_own_mnt(void *run)
{
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") == 0);
	((void (*)(void *))(uintptr_t)run)(NULL);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(in_own_mnt, (void *)(uintptr_t)name), 0);              \
	}

TEST(answers)
TEST(no_answer)
TEST(not_roots)
TEST(given)
TEST(asked)
TEST(nothing_left)
TEST(program)
TEST(nobody)
TEST(no_question)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_not_roots),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_no_question),
	};

	return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
