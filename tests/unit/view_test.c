/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/view.c: the lists of the presets as they are, and every key of the policy that
 * shows in the view.
 */
#include "tests/unit/view.h"

/* Without the masks and the programs that may elevate, which are as many as they are. */
static const char *const brick[] = { "take /run/user 0 nosuid slave?",
	"take /home/ann 3 nosuid of 1001?", "private /", "set / nosuid",
	"tmpfs /run/pam_room nosuid", "dir /run/pam_room/tmp 1777",
	"dir /run/pam_room/var-tmp 1777", "dir /run/pam_room/shm 1777",
	"dir /run/pam_room/empty 555", "dir /run/pam_room/mark 755",
	"mark /run/pam_room/mark/inside 1001.brick", "dir /run/pam_room/home 755",
	"dir /run/pam_room/home/ann 755", "take /run/pam_room/mark 4 ro nosuid nodev noexec",
	"take /usr 5 ro?", "put /usr 5?", "take /boot 5 ro?", "put /boot 5?", "take /sys 5 ro?",
	"put /sys 5?", "detach-below /run/user", "put /run/user 0?", "detach /proc",
	"proc /proc nosuid nodev noexec", "take /proc/sys 5 ro?", "put /proc/sys 5?",
	"take /proc/sysrq-trigger 5 ro?", "put /proc/sysrq-trigger 5?", "take /proc/irq 5 ro?",
	"put /proc/irq 5?", "take /proc/bus 5 ro?", "put /proc/bus 5?", "take /proc/fs 5 ro?",
	"put /proc/fs 5?", "take /proc/1 5 ro?", "put /proc/1 5?", "dir /run/pam_room/dev 755",
	"node /run/pam_room/dev/null 1:3", "node /run/pam_room/dev/zero 1:5",
	"node /run/pam_room/dev/full 1:7", "node /run/pam_room/dev/random 1:8",
	"node /run/pam_room/dev/urandom 1:9", "node /run/pam_room/dev/tty 5:0",
	"node /run/pam_room/dev/ptmx 5:2", "link /run/pam_room/dev/fd /proc/self/fd",
	"link /run/pam_room/dev/stdin /proc/self/fd/0",
	"link /run/pam_room/dev/stdout /proc/self/fd/1",
	"link /run/pam_room/dev/stderr /proc/self/fd/2", "dir /run/pam_room/dev/pts 755",
	"dir /run/pam_room/dev/shm 1777", "dir /run/pam_room/dev/mqueue 755",
	"socket /run/pam_room/dev /dev/log", "take /dev/pts 5 nosuid noexec?",
	"put /run/pam_room/dev/pts 5?", "mqueue /run/pam_room/dev/mqueue nosuid nodev noexec?",
	"take /run/pam_room/dev 5 nosuid noexec?", "put /dev 5?",
	"take /run/pam_room/tmp 5 nosuid nodev?", "put /tmp 5?",
	"take /run/pam_room/var-tmp 5 nosuid nodev?", "put /var/tmp 5?",
	"take /run/pam_room/shm 5 nosuid nodev?", "put /dev/shm 5?",
	"take /run/pam_room/home 5 ro nosuid nodev?", "put /home 5?", "put /home/ann 3",
	"detach /run/pam_room", "put /run/pam_room 4" };

static const char *const glass[] = { "take /run/user 0 slave?", "private /",
	"tmpfs /run/pam_room nosuid", "dir /run/pam_room/tmp 1777",
	"dir /run/pam_room/var-tmp 1777", "dir /run/pam_room/shm 1777",
	"dir /run/pam_room/empty 555", "dir /run/pam_room/mark 755",
	"mark /run/pam_room/mark/inside 1001.brick",
	"take /run/pam_room/mark 1 ro nosuid nodev noexec", "detach-below /run/user",
	"put /run/user 0?", "detach /proc", "proc /proc nosuid nodev noexec",
	"mqueue /dev/mqueue nosuid nodev noexec?", "take /run/pam_room/tmp 2 nosuid nodev?",
	"put /tmp 2?", "take /run/pam_room/var-tmp 2 nosuid nodev?", "put /var/tmp 2?",
	"take /run/pam_room/shm 2 nosuid nodev?", "put /dev/shm 2?", "detach /run/pam_room",
	"put /run/pam_room 1" };

static void must_be(const char *const *lines, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < list.n; i++) {
		char buf[4096];

		if (list.steps[i].op == MOUNT_MASK || list.steps[i].file ||
			strncmp(list.steps[i].path, "/usr/", 5) == 0)
			continue;
		print_step(&list.steps[i], buf, sizeof buf);
		assert_true(at < n);
		assert_string_equal(buf, lines[at++]);
	}
	assert_int_equal(at, n);
}

static void test_presets(void **state)
{
	(void)state;
	/* A list of two programs, so that the numbers of slots do not depend on how many there are.
	 */
	spec.setuid.programs.n = 2;
	assert_int_equal(make("/home/ann"), 0);
	must_be(brick, sizeof brick / sizeof brick[0]);
	spec = *preset_find("glass");
	assert_int_equal(make("/home/ann"), 0);
	must_be(glass, sizeof glass / sizeof glass[0]);
}

/* Everything from the host is read-only once what stays writable was taken. */
static void test_concrete(void **state)
{
	int all;

	(void)state;
	spec = *preset_find("concrete");
	assert_int_equal(make("/home/ann"), 0);
	all = find("set / ro", 0);
	assert_true(all > find("set / nosuid", 0) && find("set / nosuid", 0) > 0);
	assert_in_range(find("take /home/ann 1 nosuid of 1001?", 0), 1, find("private /", 0));
	assert_in_range(find("take /run/utmp 2 nosuid nodev?", 0), 1, all);
	assert_true(find("tmpfs /run/pam_room nosuid", 0) > all);
	assert_true(find("sysfs /sys ro nosuid nodev noexec", 0) > find("detach /sys", 0));
	assert_true(find("devpts /run/pam_room/dev/pts 64 nosuid noexec", 0) > all);
	assert_int_equal(find("take /dev/pts 9 nosuid noexec?", 0), -1);
	for (size_t i = 0; i < list.n; i++)
		assert_false(list.steps[i].file);
	/* Without an own network the host's sysfs does. */
	spec.namespaces &= ~(unsigned int)ROOM_NS_NETWORK;
	assert_int_equal(make("/home/ann"), 0);
	assert_int_equal(find("detach /sys", 0), -1);
	/* With a way out it has no resolver on its loopback. */
	assert_int_equal(find("put /run/systemd/resolve/stub-resolv.conf 9?", 0), -1);
	spec.network = NETWORK_PRIVATE;
	assert_int_equal(make("/home/ann"), 0);
	assert_true(find("put /run/systemd/resolve/stub-resolv.conf 9?", 0) > 0);
	assert_in_range(find("take /run/systemd/resolve/resolv.conf 9 ro?", 0), 1,
		find("put /run/systemd/resolve/stub-resolv.conf 9?", 0));
	must_be_sound();
	spec.network = NETWORK_NONE;
	/* The host's /tmp stays writable where the rest is not. */
	spec.tmp_kind = TMP_HOST;
	assert_int_equal(make("/home/ann"), 0);
	assert_in_range(find("take /tmp 8 nosuid nodev?", 0), 1, find("set / ro", 0));
	assert_true(find("put /tmp 8?", 0) > 0);
}

static const char *texts[] = { "/opt/a", "/opt/a/b" };
static const char *closed[] = { "/srv/private" };
static const char *devices[] = { "/dev/dri/*" };

static void test_keys(void **state)
{
	struct room_bind binds[] = { { "/srv/data", "/data", true, { 0 } },
		{ "/home/shared", "/home/ann/shared", false, { 0 } } };
	int put, ro, rw;

	(void)state;
	spec.binds = (struct bind_list){ binds, 2 };
	spec.read_only = (struct text_list){ texts, 1 };
	spec.writable = (struct text_list){ texts + 1, 1 };
	spec.no_entry = (struct text_list){ closed, 1 };
	spec.devices = (struct text_list){ devices, 1 };
	spec.setuid.programs.n = 0;
	spec.tmp_size = 1 << 20;
	spec.tmp_inodes = 100;
	assert_int_equal(make("/home/ann"), 0);
	/* Sources are the host's: taken before any home is hidden. */
	assert_true(find("tmpfs /run/pam_room 1048576 bytes 100 files nosuid", 0) > 0);
	/* And while an automounter's mounts come in, which then have to be nosuid too. */
	assert_in_range(find("take /srv/data 2 ro nosuid", 0), 1, find("private /", 0));
	assert_in_range(find("take /home/shared 3 nosuid", 0), 1, find("private /", 0));
	assert_in_range(find("take /opt/a/b 4 nosuid", 0), 1, find("private /", 0));
	assert_in_range(find("put /home 6?", 0), find("private /", 0), find("put /opt/a/b 4", 0));
	put = find("put /home/ann/shared 3", 0);
	ro = find("put /opt/a 6?", 0);
	rw = find("put /opt/a/b 4", 0);
	assert_true(put > find("put /home/ann 1", 0) && ro > put && rw > ro);
	assert_true(find("mask /srv/private?", 0) > rw);
	assert_in_range(find("devices /run/pam_room/dev /dev/dri/*", 0), 1, find("put /dev 6?", 0));
	must_be_sound();
	/* Writable all the same: not masked. */
	assert_true(find("mask /run/docker.sock?", 0) > 0);
	texts[1] = "/run/docker.sock";
	assert_int_equal(make("/home/ann"), 0);
	texts[1] = "/opt/a/b";
	assert_int_equal(find("mask /run/docker.sock?", 0), -1);
}

/* What the room was given holds /tmp and /var/tmp, and its limits are there; memory is memory. */
static void test_disk(void **state)
{
	int disk;

	(void)state;
	spec.tmp_kind = TMP_DISK;
	spec.tmp_size = 1 << 30;
	spec.tmp_inodes = 100;
	spec.setuid.programs.n = 2;
	assert_int_equal(make("/home/ann"), 0);
	disk = find("disk /run/pam_room/disk", 0);
	assert_true(disk > find("tmpfs /run/pam_room nosuid", 0));
	assert_true(find("dir /run/pam_room/disk 700", 0) == disk - 1);
	assert_true(find("dir /run/pam_room/disk/tmp 1777", 0) > disk);
	assert_true(find("dir /run/pam_room/disk/var-tmp 1777", 0) > disk);
	assert_true(find("put /tmp 5?", 0) ==
		find("take /run/pam_room/disk/tmp 5 nosuid nodev?", 0) + 1);
	assert_true(find("put /var/tmp 5?", 0) ==
		find("take /run/pam_room/disk/var-tmp 5 nosuid nodev?", 0) + 1);
	assert_true(find("put /dev/shm 5?", 0) ==
		find("take /run/pam_room/shm 5 nosuid nodev?", 0) + 1);
	assert_true(find("tmpfs /run/pam_room nosuid", 0) > 0);
	must_be_sound();
}

/* The programs are taken while they may still elevate, and laid over themselves at the end. */
static void test_programs(void **state)
{
	size_t taken = 0;

	(void)state;
	assert_int_equal(make("/home/ann"), 0);
	for (size_t i = 0; i < list.n; i++) {
		char line[256];

		if (!list.steps[i].file)
			continue;
		taken++;
		assert_true((int)i < find("set / nosuid", 0));
		assert_false(list.steps[i].attrs & MOUNT_ATTR_NOSUID);
		snprintf(line, sizeof line, "put %s %u?", list.steps[i].path, list.steps[i].slot);
		assert_true(find(line, 0) > find("put /usr 18?", 0));
	}
	assert_int_equal(taken, spec.setuid.programs.n);
	spec.setuid.kind = SETUID_ALL;
	assert_int_equal(make("/home/ann"), 0);
	assert_int_equal(find("set / nosuid", 0), -1);
	assert_true(find("take /home/ann 1 of 1001?", 0) > 0);
}

static void test_masks(void **state)
{
	static const char *const must[] = { "/proc/acpi", "/proc/asound", "/proc/interrupts",
		"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
		"/proc/scsi", "/proc/timer_list", "/proc/timer_stats",
		"/sys/devices/virtual/powercap", "/sys/firmware", "/sys/kernel/debug",
		"/run/docker.sock", "/run/containerd", "/run/libvirt" };

	(void)state;
	assert_int_equal(make("/home/ann"), 0);
	for (size_t i = 0; i < sizeof must / sizeof must[0]; i++) {
		char line[64];
		int at;

		snprintf(line, sizeof line, "mask %s?", must[i]);
		at = find(line, 0);
		/* On the room's own procfs, while the empty directory can still be reached. */
		assert_true(at > find("proc /proc nosuid nodev noexec", 0));
		assert_true(at < find("detach /run/pam_room", 0));
	}
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_presets),
		TEST(test_concrete),
		TEST(test_keys),
		TEST(test_disk),
		TEST(test_programs),
		TEST(test_masks),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
