/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/disk.c, in a mount namespace with a disk of its own for the files. Need root and
 * loop devices.
 */
#include "tests/unit/unit.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "helper/disk.h"
#include "lib/deadline.h"
#include "lib/why.h"

#define MIB (UINT64_C(1) << 20)

static struct why why;

/* Where the files are, empty and nobody else's. */
static void own_state(void)
{
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/var/lib", "tmpfs", 0, "mode=0755") == 0);
	umask(077);
}

static int make(uint64_t size, uint32_t inodes)
{
	const struct disk_request request = { "1001.test", size, inodes };

	return disk_make(&request, deadline_in(20000), &why);
}

static blkcnt_t used(void)
{
	struct statfs st;

	unit_must(statfs(DISK_DIR, &st) == 0);
	return (blkcnt_t)(st.f_blocks - st.f_bfree);
}

static int n_names(void)
{
	DIR *dir = opendir(DISK_DIR);
	int n = 0;

	unit_must(dir != NULL);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* What the room gets, and that the kernel takes all of it away with its last descriptor. */
static void come_and_go(void *arg)
{
	static char megabyte[1 << 20];
	int fd, file_fd, n = 0;
	struct statvfs fs;
	struct stat st;
	char path[64];

	(void)arg;
	own_state();
	fd = make(32 * MIB, 500);
	unit_must(fd >= 0);
	unit_must(fstatvfs(fd, &fs) == 0);
	unit_must(fs.f_flag & ST_NOSUID && fs.f_flag & ST_NODEV);
	unit_must(fs.f_blocks * fs.f_frsize <= 32 * MIB && fs.f_files >= 500 && fs.f_files < 600);
	unit_must(n_names() == 0 && used() > 0);
	/* Its size is the end. */
	file_fd = openat(fd, "file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	while (n < 64 && write(file_fd, megabyte, sizeof megabyte) == sizeof megabyte)
		n++;
	unit_must(n > 24 && n < 32);
	unit_must(fstat(fd, &st) == 0);
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/loop/backing_file", major(st.st_dev),
		minor(st.st_dev));
	unit_must(access(path, F_OK) == 0);
	close(file_fd);
	close(fd);
	for (n = 0; n < 100 && (access(path, F_OK) == 0 || used() > 0); n++)
		usleep(50000);
	unit_must(access(path, F_OK) < 0 && used() == 0);
}

static void test_come_and_go(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(come_and_go, NULL), 0);
}

/* What cannot be made says so, and nothing is left of it. */
static void go_wrong(void *arg)
{
	const struct rlimit small = { 1 << 20, 1 << 20 };
	int fds;

	(void)arg;
	own_state();
	close(make(MIB, 0));
	fds = unit_fds();
	unit_must(make(MIB, 4000000) == -EIO && strstr(why.text, "/sbin/mke2fs fails: "));
	unit_must(make(1, 0) == -EIO);
	unit_must(chmod(DISK_DIR, 0777) == 0);
	unit_must(make(MIB, 0) == -EPERM && strstr(why.text, "writable by everybody"));
	unit_must(chmod(DISK_DIR, 0755) == 0);
	unit_must(mount(NULL, "/var/lib", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	unit_must(make(MIB, 0) == -EROFS && strstr(why.text, DISK_DIR));
	unit_must(mount(NULL, "/var/lib", NULL, MS_REMOUNT, NULL) == 0);
	unit_must(setrlimit(RLIMIT_FSIZE, &small) == 0);
	unit_must(make(2 * MIB, 0) == -EFBIG && strstr(why.text, "the size of files"));
	unit_must(n_names() == 0 && unit_fds() == fds);
}

static void test_go_wrong(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(go_wrong, NULL), 0);
}

/* In place of mke2fs: what it could do, for the reason of the failure. */
static int tell_powers(void)
{
	char line[128], powers[256] = "";
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "CapPrm", 6) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
			strncat(powers, line, strcspn(line, "\n"));
	if (file)
		fclose(file);
	dprintf(STDERR_FILENO, "%s fds %d\n", powers, unit_fds());
	return 1;
}

static void be_humble(void *arg)
{
	char program[1 << 16];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	ssize_t len;

	(void)arg;
	own_state();
	to = open("/var/lib/fake", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	while ((len = read(from, program, sizeof program)) > 0)
		unit_must(write(to, program, (size_t)len) == len);
	unit_must(len == 0 && fchmod(to, 0755) == 0);
	close(to);
	unit_must(mount("/var/lib/fake", "/sbin/mke2fs", NULL, MS_BIND, NULL) == 0);
	unit_must(make(MIB, 0) == -EIO);
	unit_must(strstr(why.text, "CapPrm:?0000000000000000NoNewPrivs:?1 fds 4"));
}

static void test_humble(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(be_humble, NULL), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_go_wrong),
		cmocka_unit_test(test_humble),
	};

	if (argc > 1 && strcmp(argv[0], "mke2fs") == 0)
		return tell_powers();
	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
