/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of what lib/fd.c believes to be root's own work: by owner, mode and type, and for a path by
 * every directory on the way.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <sys/mount.h>
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

static void test_root_owned(void **state)
{
	static const mode_t bad[] = { 0020, 0002, 0022, 0664, 0666, 0777, 0620, 01777, 02775 };
	static const mode_t good[] = { 0, 0400, 0600, 0644, 0755, 04755, 0444 };
	struct why why;
	int fd;

	(void)state;
	unit_need_root();
	unit_file(dfd, "owned", "x", 0644);
	fd = openat(dfd, "owned", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(fchmod(fd, good[i]), 0);
		if (fd_check_root_owned(fd, S_IFREG, "it", &why) != 0)
			fail_msg("mode %o was refused", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(fchmod(fd, bad[i]), 0);
		if (fd_check_root_owned(fd, S_IFREG, "it", &why) != -EPERM)
			fail_msg("mode %o was accepted", bad[i]);
		assert_int_equal(why.err, EPERM);
		assert_non_null(strstr(why.text, "it is writable by"));
	}
	close(fd);
}

static void test_root_owned_owner(void **state)
{
	struct why why;
	int fd;

	(void)state;
	unit_need_root();
	unit_file(dfd, "alien", "x", 0600);
	fd = openat(dfd, "alien", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fchown(fd, 1, 0), 0);
	assert_int_equal(fd_check_root_owned(fd, S_IFREG, "it", &why), -EPERM);
	assert_non_null(strstr(why.text, "uid 1"));
	/* A group that may not write does no harm. */
	assert_int_equal(fchown(fd, 0, 1), 0);
	assert_int_equal(fd_check_root_owned(fd, S_IFREG, "it", &why), 0);
	close(fd);
}

static void test_root_owned_type(void **state)
{
	int link_fd, null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC), file_fd, sock;
	struct why why;

	(void)state;
	unit_need_root();
	unit_file(dfd, "file", "x", 0600);
	file_fd = openat(dfd, "file", O_PATH | O_CLOEXEC);
	assert_int_equal(symlinkat("file", dfd, "a_link"), 0);
	link_fd = openat(dfd, "a_link", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(fchmod(dfd, 0700), 0);
	assert_int_equal(fd_check_root_owned(file_fd, S_IFREG, "it", &why), 0);
	assert_int_equal(fd_check_root_owned(dfd, S_IFDIR, "it", &why), 0);
	assert_int_equal(fd_check_root_owned(file_fd, S_IFDIR, "it", &why), -EINVAL);
	assert_int_equal(fd_check_root_owned(dfd, S_IFREG, "it", &why), -EINVAL);
	assert_int_equal(fd_check_root_owned(link_fd, S_IFREG, "it", &why), -EINVAL);
	assert_int_equal(fd_check_root_owned(null_fd, S_IFREG, "it", &why), -EINVAL);
	assert_int_equal(fd_check_root_owned(sock, S_IFREG, "it", &why), -EINVAL);
	assert_int_equal(fd_check_root_owned(-1, S_IFREG, "it", &why), -EBADF);
	close(file_fd);
	close(link_fd);
	close(null_fd);
	close(sock);
}

/* In a mount namespace of its own, because a path below /tmp can never be trusted. */
static void trusted_dir(void *arg)
{
	int before = unit_fds(), fd;
	struct why why;

	(void)arg;
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") == 0);
	unit_must(mkdir("/mnt/a", 0755) == 0 && mkdir("/mnt/a/b", 0755) == 0);
	fd = fd_open_trusted_dir("//mnt/a//b/", &why);
	unit_must(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	close(fd_open_trusted_dir("/", &why));
	unit_must(fd_open_trusted_dir("mnt/a/b", &why) == -EINVAL);
	unit_must(fd_open_trusted_dir("/mnt/a/c", &why) == -ENOENT);
	unit_must(symlink("b", "/mnt/a/c") == 0);
	unit_must(fd_open_trusted_dir("/mnt/a/c", &why) < 0);
	for (int last = 0; last < 2; last++) {
		const char *name = last ? "/mnt/a/b" : "/mnt/a";

		unit_must(chmod(name, 0775) == 0);
		unit_must(fd_open_trusted_dir("/mnt/a/b", &why) == -EPERM);
		unit_must(strstr(why.text, last ? "/mnt/a/b is" : "a is") != NULL);
		unit_must(chmod(name, 0755) == 0 && chown(name, 1, 0) == 0);
		unit_must(fd_open_trusted_dir("/mnt/a/b", &why) == -EPERM);
		unit_must(chown(name, 0, 0) == 0);
	}
	unit_must(fd_open_trusted_dir("/mnt/a/b", &why) >= 0 && unit_fds() == before + 1);
}

static void test_trusted_dir(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(trusted_dir, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_root_owned),
		TEST(test_root_owned_owner),
		TEST(test_root_owned_type),
		TEST(test_trusted_dir),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
