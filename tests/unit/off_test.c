/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of the switch that opens every login outside: what counts as one, and whose.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <sys/mount.h>

#include "config/off.h"
#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

static char path[64], cmdline[96];
static int dfd = -1;

static int setup(void **state)
{
	(void)state;
	dfd = unit_dir_make(path);
	if (dfd < 0 || fchmod(dfd, 0755) < 0)
		return -1;
	snprintf(cmdline, sizeof cmdline, "%s/cmdline", path);
	unit_file(dfd, "cmdline", "root=/dev/vda ro quiet\n", 0444);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dfd);
	unit_dir_remove(path);
	return 0;
}

/* Below a directory of root's alone: /tmp is everybody's. */
static int trusted_setup(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", "/mnt", "tmpfs", 0, "mode=0755") < 0)
		return -1;
	return 0;
}

static void test_parameter(void **state)
{
	static const struct {
		const char *text;
		int off;
	} rows[] = {
		{ "pam_room=off\n", 1 },
		{ "root=/dev/vda pam_room=off quiet\n", 1 },
		{ "quiet\tpam_room=off", 1 },
		{ "pam_room=on pam_room=off\n", 1 },
		{ "a=\"b c\" pam_room=off\n", 1 },
		{ "", 0 },
		{ "quiet\n", 0 },
		{ "pam_room=off pam_room=on\n", 0 },
		{ "pam_room=offline\n", 0 },
		{ "pam_room=of\n", 0 },
		{ "pam_room\n", 0 },
		{ "xpam_room=off\n", 0 },
		{ "pam_room.x=pam_room=off\n", 0 },
		{ "init=\"/bin/sh pam_room=off\"\n", 0 },
	};
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_file(dfd, "cmdline", rows[i].text, 0444);
		if (off_is_said("/mnt", cmdline, &why) != rows[i].off)
			fail_msg("'%s' was misunderstood: %s", rows[i].text, why.text);
		if (rows[i].off)
			assert_string_equal(
				why.text, "by pam_room=off on the kernel's command line");
		else
			assert_string_equal(why.text, "");
	}
}

static void test_file(void **state)
{
	cleanup_fd int mnt = open("/mnt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct why why;

	(void)state;
	unit_need_root();
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 0);
	assert_string_equal(why.text, "");
	unit_file(mnt, OFF_FILE, "", 0);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 1);
	assert_string_equal(why.text, "by /mnt/disabled");
	assert_int_equal(unlinkat(mnt, OFF_FILE, 0), 0);
}

/* Nobody but root may switch it off. */
static void test_trust(void **state)
{
	cleanup_fd int mnt = open("/mnt", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct why why;

	(void)state;
	unit_need_root();
	unit_file(mnt, OFF_FILE, "", 0644);
	assert_int_equal(fchownat(mnt, OFF_FILE, 1, 0, 0), 0);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 0);
	assert_string_equal(why.text, "disabled is owned by uid 1, not by root");
	assert_int_equal(fchownat(mnt, OFF_FILE, 0, 0, 0), 0);
	assert_int_equal(fchmodat(mnt, OFF_FILE, 0664, 0), 0);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 0);
	assert_string_equal(why.text, "disabled is writable by its group");
	assert_int_equal(unlinkat(mnt, OFF_FILE, 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", mnt, OFF_FILE), 0);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 0);
	assert_string_equal(why.text, "disabled is not a regular file");
	assert_int_equal(unlinkat(mnt, OFF_FILE, 0), 0);
	unit_file(mnt, OFF_FILE, "", 0644);
	assert_int_equal(fchmod(mnt, 0777), 0);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 0);
	assert_string_equal(why.text, "");
	/* The other way stays open. */
	unit_file(dfd, "cmdline", "pam_room=off\n", 0444);
	assert_int_equal(off_is_said("/mnt", cmdline, &why), 1);
	assert_int_equal(fchmod(mnt, 0755), 0);
	assert_int_equal(unlinkat(mnt, OFF_FILE, 0), 0);
}

/* What cannot be looked at switches nothing off, and that is told. */
static void test_unknown(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(off_is_said("/mnt", "/nowhere/cmdline", &why), 0);
	assert_int_equal(why.err, ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parameter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trust, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
	};

	return cmocka_run_group_tests_name("off", tests, trusted_setup, NULL);
}
