/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/place.c: whose links are followed, and who goes where root may not.
 */
#include "tests/unit/unit.h"

#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "helper/place.h"
#include "lib/sys.h"

#define USER 65000
#define OTHER 65001

static char base[64], path[256];

static const char *at(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", base, name);
	return path;
}

static void make_dir(const char *name, mode_t mode, uid_t uid)
{
	unit_must(mkdir(at(name), 0700) == 0 && chmod(path, mode) == 0);
	unit_must(chown(path, uid, uid) == 0);
}

static void make_link(const char *name, const char *to, uid_t uid)
{
	unit_must(symlink(to, at(name)) == 0 && lchown(path, uid, uid) == 0);
}

static int setup(void **state)
{
	char other[128];
	int dfd;

	(void)state;
	if (geteuid() != 0)
		return 0;
	dfd = unit_dir_make(base);
	if (dfd < 0)
		return -1;
	close(dfd);
	unit_must(chmod(base, 0755) == 0);
	make_dir("root", 0755, 0);
	make_dir("root/dir", 0755, 0);
	make_dir("shared", 01777, 0);
	make_dir("group", 0775, 0);
	make_dir("home", 0755, 0);
	make_dir("home/ann", 0700, USER);
	make_dir("home/ann/own", 0700, USER);
	make_dir("home/bob", 0700, OTHER);
	make_dir("closed", 0700, USER);
	make_dir("closed/home", 0700, USER);
	make_link("root/link", "dir", 0);
	make_link("root/up", "../root/link", 0);
	snprintf(other, sizeof other, "%s/root/dir", base);
	make_link("root/absolute", other, 0);
	make_link("root/users", "dir", USER);
	make_link("root/loop", "loop", 0);
	make_link("root/to-ann", "../home/ann/link", 0);
	make_link("shared/link", "../root/dir", 0);
	make_link("group/link", "../root/dir", 0);
	make_link("home/ann/link", "../bob", USER);
	make_link("home/ann/mine", "own", USER);
	make_link("home/ann/root", "../../root/dir", USER);
	make_link("home/moved", "ann", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (base[0])
		unit_dir_remove(base);
	return 0;
}

/* Whether fd, which is closed, is what that name is. */
static bool is_that(int fd, const char *name)
{
	struct stat one, two;
	bool same = fd >= 0 && fstat(fd, &one) == 0 && stat(at(name), &two) == 0 &&
		one.st_ino == two.st_ino && one.st_dev == two.st_dev;

	close(fd);
	return same;
}

static void test_links(void **state)
{
	static const struct {
		const char *name, *is;
		int err;
	} rows[] = { { "root/dir", "root/dir", 0 }, { "root/link", "root/dir", 0 },
		{ "root/up", "root/dir", 0 }, { "root/absolute", "root/dir", 0 },
		{ "root/link/../link", "root/dir", 0 }, { "root/users", NULL, -ELOOP },
		{ "root/loop", NULL, -ELOOP }, { "root/to-ann", NULL, -ELOOP },
		{ "shared/link", NULL, -ELOOP }, { "group/link", NULL, -ELOOP },
		{ "home/ann/link", NULL, -ELOOP }, { "home/ann/mine", NULL, -ELOOP },
		{ "home/moved/own", "home/ann/own", 0 }, { "root/none", NULL, -ENOENT },
		{ "root/link/none", NULL, -ENOENT } };

	(void)state;
	unit_need_root();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = place_open(at(rows[i].name));

		if (fd >= 0 ? !rows[i].is || !is_that(fd, rows[i].is) : fd != rows[i].err)
			fail_msg("%s: %d", rows[i].name, fd);
	}
}

static void test_long(void **state)
{
	char text[PATH_MAX + 100];

	(void)state;
	unit_need_root();
	/* The link makes it take the slow way. */
	snprintf(text, sizeof text, "%s/root/link/", base);
	memset(text + strlen(text), 'a', 300);
	text[strlen(base) + 11 + 300] = '\0';
	assert_true(place_open(text) < 0);
	memset(text, 'a', sizeof text - 1);
	text[0] = '/';
	text[sizeof text - 1] = '\0';
	assert_true(place_open(text) < 0);
}

static void test_homes(void **state)
{
	static const struct {
		const char *name, *is;
		int err;
	} rows[] = { { "home/ann", "home/ann", 0 }, { "home/moved", "home/ann", 0 },
		{ "home/ann/mine", "home/ann/own", 0 }, { "home/ann/link", NULL, -EPERM },
		{ "home/ann/root", NULL, -EPERM }, { "home/none", NULL, -ENOENT } };

	(void)state;
	unit_need_root();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = place_open_home(at(rows[i].name), USER, USER);

		if (fd >= 0 ? !rows[i].is || !is_that(fd, rows[i].is) : fd != rows[i].err)
			fail_msg("%s: %d", rows[i].name, fd);
	}
}

/* Root without the capabilities is what root is on a server that squashes it. */
static void go_squashed(void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	int fd;

	(void)arg;
	unit_must(sys_capget(&header, data) == 0);
	data[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
	data[0].permitted = data[0].effective;
	unit_must(sys_capset(&header, data) == 0);
	unit_must(place_open(at("closed/home")) == -EACCES);
	unit_must(place_open_home(at("closed/home"), OTHER, OTHER) == -EACCES);
	fd = place_open_home(at("closed/home"), USER, USER);
	unit_must(fd >= 0);
	/* Root again afterwards. */
	unit_must(place_open(at("closed/home")) == -EACCES);
	unit_must(open(at("new"), O_WRONLY | O_CREAT, 0600) >= 0);
	unit_must(unlink(path) == 0);
}

static void test_squashed(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(go_squashed, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_homes),
		cmocka_unit_test(test_squashed),
	};

	return cmocka_run_group_tests_name("place", tests, setup, teardown);
}
