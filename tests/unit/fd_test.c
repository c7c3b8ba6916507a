/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/fd.c and lib/clean.h: nothing leaves the directory it was given, nothing waits for a
 * stranger, what others could have written is not believed, and no fd stays behind.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

static char path[64];
static int dfd = -1;

static int setup(void **state)
{
	(void)state;
	dfd = unit_dir_make(path);
	return dfd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dfd);
	unit_dir_remove(path);
	return 0;
}

static void test_clean(void **state)
{
	int before = unit_fds(), kept = -1, none;
	char *text = strdup("x"), *held;

	(void)state;
	{
		cleanup_fd int closed = open("/", O_PATH | O_CLOEXEC);
		cleanup_fd int given = open("/", O_PATH | O_CLOEXEC);

		assert_true(closed >= 0);
		kept = take_fd(&given);
		assert_int_equal(given, -1);
	}
	assert_int_equal(unit_fds(), before + 1);
	errno = EXDEV;
	fd_closep(&kept);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(kept, -1);
	none = -1;
	fd_closep(&none);
	held = take_ptr(text);
	assert_null(text);
	free(held);
	assert_int_equal(unit_fds(), before);
}

static void test_open_beneath(void **state)
{
	int fd;

	(void)state;
	unit_file(dfd, "plain", "text", 0644);
	assert_int_equal(mkdirat(dfd, "sub", 0755), 0);
	fd = fd_open_beneath(dfd, "plain", O_RDONLY);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = fd_open_beneath(dfd, "sub", O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	unit_file(fd, "deep", "x", 0644);
	close(fd);
	fd = fd_open_beneath(dfd, "sub/deep", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	fd = fd_open_beneath(dfd, "sub/deep", O_PATH);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_int_equal(fd_open_beneath(dfd, "absent", O_RDONLY), -ENOENT);
	assert_int_equal(fd_open_beneath(dfd, "plain", O_RDONLY | O_DIRECTORY), -ENOTDIR);
}

static void test_open_beneath_no_links(void **state)
{
	int before = unit_fds(), flags[] = { O_RDONLY, O_PATH, O_RDONLY | O_DIRECTORY };

	(void)state;
	unit_file(dfd, "target", "x", 0644);
	assert_int_equal(mkdirat(dfd, "dir", 0755), 0);
	assert_int_equal(symlinkat("target", dfd, "link"), 0);
	assert_int_equal(symlinkat("/etc/passwd", dfd, "out"), 0);
	assert_int_equal(symlinkat("dir", dfd, "dirlink"), 0);
	assert_int_equal(symlinkat("/", dfd, "root"), 0);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		assert_int_equal(fd_open_beneath(dfd, "link", flags[i]), -ELOOP);
		assert_int_equal(fd_open_beneath(dfd, "out", flags[i]), -ELOOP);
		assert_int_equal(fd_open_beneath(dfd, "dirlink", flags[i]), -ELOOP);
		assert_int_equal(fd_open_beneath(dfd, "dirlink/.", flags[i]), -ELOOP);
		assert_int_equal(fd_open_beneath(dfd, "root/etc", flags[i]), -ELOOP);
	}
	assert_int_equal(unit_fds(), before);
}

/* In a mount namespace of its own. */
static void another_mount(void *arg)
{
	char at[80];

	(void)arg;
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	snprintf(at, sizeof at, "%s/mounted", path);
	unit_must(mount("/etc/passwd", at, NULL, MS_BIND, NULL) == 0);
	close(dfd);
	dfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unit_must(fd_open_beneath(dfd, "mounted", O_RDONLY) >= 0);
	unit_must(fd_open_on_mount(dfd, "mounted", O_RDONLY) == -EXDEV);
	unit_must(fd_open_on_mount(dfd, "unmounted", O_RDONLY) >= 0);
	unit_must(fd_open_on_mount(dfd, "unmounted-link", O_RDONLY) == -ELOOP);
}

static void test_open_on_mount(void **state)
{
	(void)state;
	unit_need_root();
	unit_file(dfd, "mounted", "x", 0644);
	unit_file(dfd, "unmounted", "x", 0644);
	assert_int_equal(symlinkat("unmounted", dfd, "unmounted-link"), 0);
	assert_int_equal(unit_child(another_mount, NULL), 0);
}

static void test_make_dir(void **state)
{
	mode_t mask = umask(077);
	cleanup_fd int made = fd_make_dir(dfd, "made", 0751);
	cleanup_fd int again = fd_make_dir(dfd, "made", 0700);
	struct stat st;

	(void)state;
	umask(mask);
	assert_true(made >= 0 && again >= 0);
	assert_int_equal(fstat(again, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0751);
	assert_int_equal(unlinkat(dfd, "made", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/tmp", dfd, "made"), 0);
	assert_true(fd_make_dir(dfd, "made", 0755) < 0);
	assert_int_equal(fd_make_dir(dfd, "none/made", 0755), -ENOENT);
}

static void test_open_beneath_stays(void **state)
{
	static const char *const ways[] = { "..", "../", "../etc", "inner/../..", "/",
		"/etc/passwd", "inner/../../x" };
	int before = unit_fds();

	(void)state;
	assert_int_equal(mkdirat(dfd, "inner", 0755), 0);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (fd_open_beneath(dfd, ways[i], O_RDONLY) != -EXDEV)
			fail_msg("'%s' left the directory", ways[i]);
	assert_int_equal(fd_open_beneath(dfd, "", O_RDONLY), -ENOENT);
	assert_int_equal(unit_fds(), before);
}

/* What anybody renames elsewhere does not come between: the kernel answers EAGAIN to the first try.
 */
static void test_open_beneath_is_patient(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(openat(dfd, "here", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		for (;;) {
			renameat(dfd, "here", dfd, "there");
			renameat(dfd, "there", dfd, "here");
		}
	}
	mkdirat(dfd, "deep", 0755);
	for (int i = 0; i < 200000; i++) {
		int fd = fd_open_beneath(dfd, "deep/../deep/../deep/../deep", O_PATH);

		if (fd < 0)
			fail_msg("%s after %d", strerror(-fd), i);
		close(fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* alarm() would end the test program: it must not wait for a writer. */
static void test_fifo_does_not_block(void **state)
{
	char buf[8];
	int fd;

	(void)state;
	assert_int_equal(mkfifoat(dfd, "fifo", 0644), 0);
	alarm(5);
	fd = fd_open_beneath(dfd, "fifo", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fd_open_beneath(dfd, "fifo", O_WRONLY), -ENXIO);
	assert_int_equal(fd_read_small(dfd, "fifo", buf, sizeof buf), 0);
	alarm(0);
}

/* Lengths around the first buffer and its doublings; the maximum just enough, and one too small. */
static void test_read_all(void **state)
{
	static const size_t lens[] = { 0, 1, 2, 16382, 16383, 16384, 16385, 32767, 32768, 100000 };
	char *text = NULL, *whole = malloc(100000);
	size_t len = 0;

	(void)state;
	memset(whole, 'r', 100000);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		int fd = openat(dfd, "all", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		assert_int_equal(fd_write_all(fd, whole, lens[i]), 0);
		lseek(fd, 0, SEEK_SET);
		assert_int_equal(fd_read_all(fd, lens[i], &text, &len), 0);
		assert_int_equal(len, lens[i]);
		assert_memory_equal(text, whole, len);
		assert_int_equal(text[len], '\0');
		free(text);
		lseek(fd, 0, SEEK_SET);
		if (lens[i] > 0)
			assert_int_equal(fd_read_all(fd, lens[i] - 1, &text, &len), -EFBIG);
		close(fd);
	}
	free(whole);
}

static void test_read_all_endless(void **state)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(fd_read_all(fd, 100000, &text, &len), -EFBIG);
	close(fd);
	assert_int_equal(fd_read_all(-1, 10, &text, &len), -EBADF);
	assert_int_equal(fd_read_all(dfd, 10, &text, &len), -EISDIR);
}

/* A pipe takes 64 KiB at a time: writes come back short, and signals interrupt both sides. */
static void test_write_all_short_and_interrupted(void **state)
{
	size_t size = 1000000, len = 0;
	char *sent = malloc(size), *got = NULL;
	int pipe_fds[2], status;
	pid_t pid, pester;

	(void)state;
	for (size_t i = 0; i < size; i++)
		sent[i] = (char)(i * 7 / 3);
	unit_interrupt_by(SIGUSR1);
	assert_int_equal(pipe(pipe_fds), 0);
	pester = unit_pester(SIGUSR1, 5, 40);
	pid = fork();
	if (pid == 0) {
		close(pipe_fds[0]);
		for (size_t at = 0; at < size; at += 50000) {
			unit_must(fd_write_all(pipe_fds[1], sent + at, 50000) == 0);
			usleep(8000);
		}
		_exit(0);
	}
	close(pipe_fds[1]);
	assert_int_equal(fd_read_all(pipe_fds[0], size, &got, &len), 0);
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	while (waitpid(pester, &status, 0) < 0 && errno == EINTR)
		;
	assert_int_equal(len, size);
	assert_memory_equal(got, sent, size);
	free(sent);
	free(got);
}

static void test_replace_file(void **state)
{
	struct stat before, after;
	mode_t mask = umask(0);
	char buf[16];
	int old;

	(void)state;
	unit_file(dfd, "plan", "old", 0666);
	old = openat(dfd, "plan", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(old, &before), 0);
	assert_int_equal(fd_replace_file(dfd, "plan", "newer", 5), 0);
	umask(mask);
	assert_int_equal(fstatat(dfd, "plan", &after, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(after.st_mode, S_IFREG | 0600);
	assert_true(after.st_ino != before.st_ino);
	assert_int_equal(fd_read_small(dfd, "plan", buf, sizeof buf), 5);
	assert_string_equal(buf, "newer");
	/* Who had it open keeps the whole old one. */
	assert_int_equal(read(old, buf, sizeof buf), 3);
	assert_memory_equal(buf, "old", 3);
	close(old);
	assert_int_equal(faccessat(dfd, ".plan.new", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

/* What a crash or a stranger left at the temporary name is not written through. */
static void test_replace_file_leftovers(void **state)
{
	char buf[16];
	int before = unit_fds();

	(void)state;
	unit_file(dfd, "victim", "untouched", 0600);
	assert_int_equal(symlinkat("victim", dfd, ".state.new"), 0);
	assert_int_equal(fd_replace_file(dfd, "state", "fresh", 5), 0);
	assert_int_equal(fd_read_small(dfd, "victim", buf, sizeof buf), 9);
	assert_string_equal(buf, "untouched");
	assert_int_equal(linkat(dfd, "victim", dfd, ".state.new", 0), 0);
	assert_int_equal(fd_replace_file(dfd, "state", "again", 5), 0);
	assert_int_equal(fd_read_small(dfd, "victim", buf, sizeof buf), 9);
	assert_int_equal(fd_read_small(dfd, "state", buf, sizeof buf), 5);
	assert_string_equal(buf, "again");
	assert_int_equal(unit_fds(), before);
}

static void test_replace_file_fails_clean(void **state)
{
	char longname[80];
	int before = unit_fds();

	(void)state;
	memset(longname, 'n', sizeof longname - 1);
	longname[sizeof longname - 1] = '\0';
	assert_int_equal(fd_replace_file(dfd, longname, "x", 1), -ENAMETOOLONG);
	assert_int_equal(fd_replace_file(-1, "x", "x", 1), -EBADF);
	/* A directory in the way: the rename fails, and the temporary file is gone. */
	assert_int_equal(mkdirat(dfd, "busy", 0700), 0);
	assert_int_equal(fd_replace_file(dfd, "busy", "x", 1), -EISDIR);
	assert_int_equal(faccessat(dfd, ".busy.new", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(unit_fds(), before);
}

static void test_read_small(void **state)
{
	int before = unit_fds();
	char buf[8];

	(void)state;
	unit_file(dfd, "seven", "1234567", 0600);
	unit_file(dfd, "none", "", 0600);
	assert_int_equal(fd_read_small(dfd, "seven", buf, sizeof buf), 7);
	assert_string_equal(buf, "1234567");
	assert_int_equal(fd_read_small(dfd, "none", buf, sizeof buf), 0);
	assert_string_equal(buf, "");
	assert_int_equal(fd_read_small(dfd, "missing", buf, sizeof buf), -ENOENT);
	assert_int_equal(symlinkat("seven", dfd, "seven_link"), 0);
	assert_int_equal(fd_read_small(dfd, "seven_link", buf, sizeof buf), -ELOOP);
	assert_int_equal(fd_read_small(dfd, ".", buf, sizeof buf), -EISDIR);
	/* Never more than the buffer, always terminated. */
	unit_file(dfd, "nine", "123456789", 0600);
	memset(buf, 'x', sizeof buf);
	fd_read_small(dfd, "nine", buf, sizeof buf);
	assert_int_equal(buf[sizeof buf - 1], '\0');
	assert_int_equal(unit_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_open_beneath),
		cmocka_unit_test(test_open_beneath_no_links),
		cmocka_unit_test(test_open_on_mount),
		cmocka_unit_test(test_make_dir),
		cmocka_unit_test(test_open_beneath_stays),
		cmocka_unit_test(test_open_beneath_is_patient),
		cmocka_unit_test(test_fifo_does_not_block),
		cmocka_unit_test(test_read_all),
		cmocka_unit_test(test_read_all_endless),
		cmocka_unit_test(test_write_all_short_and_interrupted),
		cmocka_unit_test(test_replace_file),
		cmocka_unit_test(test_replace_file_leftovers),
		cmocka_unit_test(test_replace_file_fails_clean),
		cmocka_unit_test(test_read_small),
	};

	return cmocka_run_group_tests_name("fd", tests, setup, teardown);
}
