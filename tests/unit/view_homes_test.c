/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/view_homes.c: homes of all kinds, hostile ones included.
 */
#include "tests/unit/view.h"

static void test_homes(void **state)
{
	/* hides: the directory besides /home that is hidden, or NULL; taken: whether the home is
	 * put. */
	static const struct {
		const char *home, *hides;
		int taken;
	} rows[] = { { "/home/ann", NULL, 1 }, { "/home/students/2026/ann", NULL, 1 },
		{ "/data/users/ann", "/data/users", 1 }, { "/srv/home/ann", "/srv/home", 1 },
		{ "/var/home/ann", "/var/home", 1 }, { "/mnt/nfs/home/ann", "/mnt/nfs/home", 1 },
		{ "/srv/ann", NULL, 0 }, { "/var/lib/postgresql", NULL, 0 }, { "/root", NULL, 0 },
		{ "/var/lib/a/b", NULL, 0 }, { "/usr/local/ann", NULL, 0 }, { "/", NULL, 0 },
		{ "/nonexistent", NULL, 0 }, { "/home", NULL, 0 }, { "/homes/ann", "/homes", 1 },
		{ "", NULL, 0 }, { "home/ann", NULL, 0 }, { "/home/../etc", NULL, 0 },
		{ "/home/./ann", NULL, 0 }, { "/home//ann", NULL, 0 }, { "/home/ann/", NULL, 0 },
		{ "/home/..", NULL, 0 }, { "/home/...", NULL, 1 }, { "/home/a\nb", NULL, 1 },
		{ "/home/%s%n", NULL, 1 }, { "/proc/self/root/home", NULL, 0 },
		{ "/dev/shm/ann", NULL, 0 }, { "/tmp/a/b", NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int hides = 0, put = 0;

		assert_int_equal(make(rows[i].home), 0);
		must_be_sound();
		for (size_t j = 0; j < list.n; j++) {
			const struct mount_step *step = &list.steps[j];

			if (step->op != MOUNT_PUT)
				continue;
			put += strcmp(step->path, rows[i].home) == 0 &&
				strcmp(step->path, "/home") != 0;
			if (rows[i].hides && strcmp(step->path, rows[i].hides) == 0)
				hides++;
		}
		if (put != rows[i].taken || hides != (rows[i].hides != NULL))
			fail_msg("home %s: put %d, hides %d", rows[i].home, put, hides);
	}
}

/* The way to a home inside the directory that hides its neighbours. */
static void test_way(void **state)
{
	(void)state;
	assert_int_equal(make("/home/a/b/c"), 0);
	assert_true(find("dir /run/pam_room/home/a 755", 0) > 0);
	assert_true(find("dir /run/pam_room/home/a/b 755", 0) > 0);
	assert_true(find("dir /run/pam_room/home/a/b/c 755", 0) > 0);
	assert_int_equal(make("/data/users/ann"), 0);
	assert_true(find("dir /run/pam_room/homes/ann 755", 0) > 0);
	assert_int_equal(find("dir /run/pam_room/home/ann 755", 0), -1);
}

static void test_long_homes(void **state)
{
	char home[6000];

	(void)state;
	for (size_t len = 10; len < sizeof home; len += 7) {
		memset(home, 'a', len);
		memcpy(home, "/home/", 6);
		for (size_t i = 100; i < len; i += 100)
			home[i] = '/';
		home[len] = '\0';
		assert_int_equal(make(home), 0);
		must_be_sound();
	}
	/* A way of hundreds of directories is refused, not cut. */
	for (size_t i = 0; i < 1000; i += 2)
		memcpy(home + i, "/a", 2);
	home[1000] = '\0';
	memcpy(home, "/home", 5);
	if (make(home) == 0)
		must_be_sound();
	else
		assert_int_equal(why.err, ENAMETOOLONG);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_homes),
		TEST(test_way),
		TEST(test_long_homes),
	};

	return cmocka_run_group_tests_name("view_homes", tests, NULL, NULL);
}
