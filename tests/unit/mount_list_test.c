/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/mount_list.c: the list of brick as it is, rules that every list must keep, and
 * homes of all kinds, those of the hostile ones included.
 */
#include "tests/unit/unit.h"

#include <sys/mount.h>

#include "helper/mount_list.h"
#include "lib/registry.h"
#include "lib/why.h"

static struct mount_list list;
static struct room_spec spec = { .name = "brick" };
static struct why why;

static int make(const char *home)
{
	return mount_list_make(&spec,
		&(struct mount_facts){ .key = "1001.brick", .home = home, .uid = 1001 }, &list,
		&why);
}

/* One step as a line: what it does, where, and what matters of it. */
static void print_step(const struct mount_step *step, char *buf, size_t size)
{
	static const char *const names[MOUNT_N_OPS] = { "private", "take", "put", "tmpfs", "proc",
		"dir", "mark", "mask", "detach", "detach-below" };
	int n = snprintf(buf, size, "%s %s", names[step->op], step->path);

	if (step->op == MOUNT_TAKE || step->op == MOUNT_PUT)
		n += snprintf(buf + n, size - (size_t)n, " %u", step->slot);
	if (step->op == MOUNT_DIR)
		n += snprintf(buf + n, size - (size_t)n, " %o", step->mode);
	if (step->op == MOUNT_MARK)
		n += snprintf(buf + n, size - (size_t)n, " %s", step->text);
	if (step->attrs & MOUNT_ATTR_RDONLY)
		n += snprintf(buf + n, size - (size_t)n, " ro");
	if (step->attrs & MOUNT_ATTR_NOSUID)
		n += snprintf(buf + n, size - (size_t)n, " nosuid");
	if (step->attrs & MOUNT_ATTR_NODEV)
		n += snprintf(buf + n, size - (size_t)n, " nodev");
	if (step->attrs & MOUNT_ATTR_NOEXEC)
		n += snprintf(buf + n, size - (size_t)n, " noexec");
	if (step->slave)
		n += snprintf(buf + n, size - (size_t)n, " slave");
	if (step->owner != MOUNT_ANYBODY)
		n += snprintf(buf + n, size - (size_t)n, " of %u", step->owner);
	if (step->optional)
		snprintf(buf + n, size - (size_t)n, "?");
}

/* The first step that prints as this line, from step `from` on, or -1. */
static int find(const char *line, size_t from)
{
	for (size_t i = from; i < list.n; i++) {
		char buf[4096];

		print_step(&list.steps[i], buf, sizeof buf);
		if (strcmp(buf, line) == 0)
			return (int)i;
	}
	return -1;
}

/* Without the masks, which are as many as they are. */
static const char *const brick[] = { "take /run/user 0 slave?", "private /",
	"tmpfs /run/pam_room nosuid nodev", "dir /run/pam_room/tmp 1777",
	"dir /run/pam_room/var-tmp 1777", "dir /run/pam_room/shm 1777",
	"dir /run/pam_room/empty 555", "dir /run/pam_room/mark 755",
	"mark /run/pam_room/mark/inside 1001.brick", "dir /run/pam_room/home 755",
	"take /home/ann 1 of 1001?", "dir /run/pam_room/home/ann 755",
	"take /run/pam_room/mark 2 ro nosuid nodev noexec", "take /usr 3 ro?", "put /usr 3?",
	"take /boot 3 ro?", "put /boot 3?", "take /sys 3 ro?", "put /sys 3?",
	"detach-below /run/user", "put /run/user 0?", "detach /proc",
	"proc /proc nosuid nodev noexec", "take /proc/sys 3 ro?", "put /proc/sys 3?",
	"take /proc/sysrq-trigger 3 ro?", "put /proc/sysrq-trigger 3?", "take /proc/irq 3 ro?",
	"put /proc/irq 3?", "take /proc/bus 3 ro?", "put /proc/bus 3?", "take /proc/fs 3 ro?",
	"put /proc/fs 3?", "take /run/pam_room/tmp 3 nosuid nodev?", "put /tmp 3?",
	"take /run/pam_room/var-tmp 3 nosuid nodev?", "put /var/tmp 3?",
	"take /run/pam_room/shm 3 nosuid nodev?", "put /dev/shm 3?",
	"take /run/pam_room/home 3 ro nosuid nodev?", "put /home 3?", "put /home/ann 1",
	"detach /run/pam_room", "put /run/pam_room 2" };

static void test_brick(void **state)
{
	size_t at = 0;

	(void)state;
	assert_int_equal(make("/home/ann"), 0);
	for (size_t i = 0; i < list.n; i++) {
		char buf[4096];

		if (list.steps[i].op == MOUNT_MASK)
			continue;
		print_step(&list.steps[i], buf, sizeof buf);
		assert_true(at < sizeof brick / sizeof brick[0]);
		assert_string_equal(buf, brick[at++]);
	}
	assert_int_equal(at, sizeof brick / sizeof brick[0]);
}

static void test_masks(void **state)
{
	static const char *const must[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list",
		"/sys/firmware", "/sys/kernel/debug" };

	(void)state;
	assert_int_equal(make("/home/ann"), 0);
	for (size_t i = 0; i < sizeof must / sizeof must[0]; i++) {
		char line[64];
		int at;

		snprintf(line, sizeof line, "mask %s", must[i]);
		at = find(line, 0);
		/* On the room's own procfs, while the empty directory can still be reached. */
		assert_true(at > find("proc /proc nosuid nodev noexec", 0));
		assert_true(at < find("detach /run/pam_room", 0));
	}
}

/* What holds for the list of any home. */
static void must_be_sound(void)
{
	int taken[MOUNT_SLOTS] = { 0 }, is_private = 0;

	assert_true(list.n < MOUNT_STEPS_MAX);
	assert_true(list.n_slots <= MOUNT_SLOTS);
	for (size_t i = 0; i < list.n; i++) {
		const struct mount_step *step = &list.steps[i];

		assert_true(step->path[0] == '/' && step->slot < MOUNT_SLOTS);
		/* Before that step whatever is mounted would be mounted on the host as well. */
		if (step->op == MOUNT_PRIVATE)
			is_private = 1;
		else
			assert_true(is_private || step->op == MOUNT_TAKE);
		if (step->op == MOUNT_TAKE)
			taken[step->slot] = 1;
		if (step->op == MOUNT_PUT)
			assert_int_equal(taken[step->slot]--, 1);
		/* Nothing is made outside the room's own tmpfs. */
		if (step->op == MOUNT_DIR || step->op == MOUNT_MARK)
			assert_memory_equal(step->path, "/run/pam_room/", 14);
	}
	assert_true(is_private);
	for (size_t i = 0; i < MOUNT_SLOTS; i++)
		assert_int_equal(taken[i], 0);
	assert_true(find("put /home 3?", 0) > 0 || find("put /home 2?", 0) > 0);
	assert_string_equal(list.steps[list.n - 1].path, ROOM_RUNDIR);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brick),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_homes),
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_long_homes),
	};

	return cmocka_run_group_tests_name("mount_list", tests, NULL, NULL);
}
