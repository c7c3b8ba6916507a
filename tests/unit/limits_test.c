/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's limits as numbers: what the policy says of them, the tighter ones of two rooms, and the
 * controllers they need.
 */
#include "tests/unit/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "cgroup/settle.h"
#include "config/rooms.h"
#include "lib/deadline.h"

static struct limits limits;

static void read_limits(const char *keys)
{
	char text[512], inner[400];

	snprintf(inner, sizeof inner, "limits: { %s };", keys);
	in_room(text, sizeof text, inner);
	if (read_text_of(text) != 0)
		fail_msg("%s: %s", text, why.text);
	assert_int_equal(limits_of(&policy->rooms[0], &limits, &why), 0);
}

static void test_values(void **state)
{
	(void)state;
	read_limits("");
	assert_true(limits_are_none(&limits));
	read_limits("ptys = 4;");
	assert_true(limits_are_none(&limits));
	read_limits("memory = \"1G\"; swap = \"0\"; cpu = \"150%\"; tasks = 7;");
	assert_false(limits_are_none(&limits));
	assert_int_equal(limits.values[LIMIT_MEMORY], 1 << 30);
	/* None at all is a limit. */
	assert_int_equal(limits.values[LIMIT_SWAP], 0);
	assert_int_equal(limits.values[LIMIT_CPU], 150);
	assert_int_equal(limits.values[LIMIT_TASKS], 7);
	assert_true(limits.values[LIMIT_MEMORY_HIGH] == LIMITS_NONE);
	assert_true(limits.values[LIMIT_CPU_WEIGHT] == LIMITS_NONE);
	assert_true(limits.values[LIMIT_IO_WEIGHT] == LIMITS_NONE);
	assert_false(limits.has_cpus);
	read_limits("cpus = \"0\";");
	assert_false(limits_are_none(&limits));
}

static void test_tighter(void **state)
{
	struct limits first;

	(void)state;
	read_limits("memory = \"2G\"; tasks = 10; cpus = \"0-3\";");
	first = limits;
	read_limits("memory = \"1G\"; tasks = 20; cpu = \"50%\"; cpus = \"2-9\";");
	assert_int_equal(limits_tighten(&first, &limits, &why), 0);
	assert_int_equal(first.values[LIMIT_MEMORY], 1 << 30);
	assert_int_equal(first.values[LIMIT_TASKS], 10);
	assert_int_equal(first.values[LIMIT_CPU], 50);
	assert_true(first.values[LIMIT_SWAP] == LIMITS_NONE);
	assert_int_equal(first.cpus.bits[0], 0xc);
	/* Processors of one room alone stay. */
	limits_clear(&limits);
	assert_int_equal(limits_tighten(&first, &limits, &why), 0);
	assert_int_equal(first.cpus.bits[0], 0xc);
	assert_int_equal(limits_tighten(&limits, &first, &why), 0);
	assert_int_equal(limits.cpus.bits[0], 0xc);
	read_limits("cpus = \"4\";");
	assert_int_equal(limits_tighten(&first, &limits, &why), -EINVAL);
	assert_string_equal(why.text, "limits.cpus: the user's rooms have no processor in common");
}

static void test_tighter_io(void **state)
{
	struct limits first = { .n_io = 1, .io = { { makedev(8, 0), 100, LIMITS_NONE } } };
	struct limits second = { .n_io = 2,
		.io = { { makedev(8, 0), 200, 50 }, { makedev(8, 16), LIMITS_NONE, 70 } } };

	(void)state;
	assert_int_equal(limits_tighten(&first, &second, &why), 0);
	assert_int_equal(first.n_io, 2);
	assert_int_equal(first.io[0].read, 100);
	assert_int_equal(first.io[0].write, 50);
	assert_int_equal(first.io[1].disk, makedev(8, 16));
	assert_int_equal(first.io[1].write, 70);
}

/* A path that is there and lies on no disk, and one that is not there. */
static void test_no_disk(void **state)
{
	char text[256];

	(void)state;
	in_room(text, sizeof text, "limits: { io = ( { path = \"/proc\"; read = \"1M\"; } ); };");
	assert_int_equal(read_text_of(text), 0);
	assert_int_equal(limits_of(&policy->rooms[0], &limits, &why), -ENODEV);
	assert_string_equal(why.text, "limits.io: /proc lies on no disk");
	in_room(text, sizeof text,
		"limits: { io = ( { path = \"/nowhere\"; read = \"1M\"; } ); };");
	assert_int_equal(read_text_of(text), 0);
	assert_int_equal(limits_of(&policy->rooms[0], &limits, &why), -ENOENT);
}

static void test_controllers(void **state)
{
	const char *names[N_LIMITS];

	(void)state;
	read_limits("memory = \"1G\"; memory_high = \"1G\"; tasks = 5; cpus = \"0\";");
	assert_int_equal(limits_controllers(&limits, names), 3);
	assert_string_equal(names[0], "memory");
	assert_string_equal(names[1], "pids");
	assert_string_equal(names[2], "cpuset");
	limits_clear(&limits);
	assert_int_equal(limits_controllers(&limits, names), 0);
}

/* A folder stands for the hierarchy's root. */
static void test_missing_controller(void **state)
{
	char path[64];
	int fd = unit_dir_make(path);

	(void)state;
	unit_file(fd, "cgroup.controllers", "cpuset cpu io memory hugetlb\n", 0644);
	read_limits("memory = \"1G\"; cpu = \"10%\";");
	assert_int_equal(cgroup_check_controllers(fd, &limits, &why), 0);
	/* "pids" is no part of another word. */
	read_limits("memory = \"1G\"; tasks = 5;");
	assert_int_equal(cgroup_check_controllers(fd, &limits, &why), -ENOTSUP);
	assert_string_equal(why.text, "the unified hierarchy has no controller pids");
	unit_file(fd, "cgroup.controllers", "cpuset mypids pids2 memory\n", 0644);
	assert_int_equal(cgroup_check_controllers(fd, &limits, &why), -ENOTSUP);
	unit_file(fd, "cgroup.controllers", "memory pids\n", 0644);
	assert_int_equal(cgroup_check_controllers(fd, &limits, &why), 0);
	assert_int_equal(cgroup_check_controllers(-1, &limits, &why), -ENOTSUP);
	limits_clear(&limits);
	assert_int_equal(cgroup_check_controllers(-1, &limits, &why), 0);
	close(fd);
	unit_dir_remove(path);
}

/* What is noted beside a room tells changed limits from the same ones, and nothing else. */
static void test_noted(void **state)
{
	char one[SETTLE_TEXT], other[SETTLE_TEXT];
	uint64_t room;

	(void)state;
	read_limits("memory = \"1G\";");
	settle_print(&policy->rooms[0], one);
	room = rooms_hash(&policy->rooms[0]);
	read_limits("memory = \"1024M\";");
	settle_print(&policy->rooms[0], other);
	assert_string_equal(one, other);
	read_limits("memory = \"2G\";");
	settle_print(&policy->rooms[0], other);
	assert_string_not_equal(one, other);
	assert_true(rooms_hash(&policy->rooms[0]) == room);
	/* The PTY pool is made with the room. */
	read_limits("memory = \"1G\"; ptys = 9;");
	settle_print(&policy->rooms[0], other);
	assert_string_equal(one, other);
	assert_false(rooms_hash(&policy->rooms[0]) == room);
	read_limits("");
	settle_print(&policy->rooms[0], other);
	assert_string_equal(other, "");
	settle_print(NULL, other);
	assert_string_equal(other, "");
}

/* Where systemd runs a member could leave a group's slice, so the limits are refused and not
 * pretended; a group of our own holds them. */
static void test_shared(void **state)
{
	const struct room_spec *spec;

	(void)state;
	assert_true(cgroup_systemd.by_user);
	assert_false(cgroup_fs.by_user);
	assert_int_equal(
		read_text_of("rooms: { r: { share = \"group\"; limits: { tasks = 9; }; }; };"), 0);
	spec = &policy->rooms[0];
	assert_int_equal(settle_check(&cgroup_fs, spec, true, &why), 0);
	assert_int_equal(settle_check(&cgroup_systemd, spec, true, &why), -ENOTSUP);
	assert_string_equal(why.text,
		"a room that a group shares has no limits where systemd runs: each member could "
		"leave them");
	/* One user's room, and a room whose description is gone. */
	assert_int_equal(settle_check(&cgroup_systemd, spec, false, &why), 0);
	assert_int_equal(settle_check(&cgroup_systemd, NULL, true, &why), 0);
	/* The pool of terminals is no control group's. */
	assert_int_equal(
		read_text_of("rooms: { r: { share = \"group\"; limits: { ptys = 9; }; }; };"), 0);
	assert_int_equal(settle_check(&cgroup_systemd, &policy->rooms[0], true, &why), 0);
}

/* A machine with systemd where /run/pam_room takes nothing: no directory can be made in proc. */
static void settle_nowhere(void *arg)
{
	const struct settle_request request = { .policy = policy,
		.spec = &policy->rooms[0],
		.key = "4000000000.r",
		.uid = 4000000000u,
		.room_dfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

	(void)arg;
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0);
	umask(022);
	unit_must(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/system", 0755) == 0);
	unit_must(mkdir(ROOM_RUNDIR, 0700) == 0);
	unit_must(mount("/proc", ROOM_RUNDIR, NULL, MS_BIND, NULL) == 0);
	unit_must(cgroup_driver() == &cgroup_systemd);
	unit_must(settle_room(&request, true, deadline_in(1000), &why) == -ENOENT);
	unit_must(strcmp(why.text, "cannot make limits") == 0);
	/* Whoever logs in outside has nothing to take back there. */
	unit_must(settle_user(policy, -1, 4000000000u, deadline_in(1000), &why) == 0);
}

static void test_not_to_be_set(void **state)
{
	(void)state;
	unit_need_root();
	read_limits("tasks = 9;");
	assert_int_equal(unit_child(settle_nowhere, NULL), 0);
}

/* Only root makes units of the system; a user's own slice may have any name in it. */
static void test_jobs(void **state)
{
	(void)state;
	assert_true(cgroup_is_job("/system.slice/slurmstepd.scope/job_7/step_extern/user/task_0"));
	assert_true(cgroup_is_job("/system.slice/node1_slurmstepd.scope/job_7"));
	assert_true(cgroup_is_job("/system.slice/slurmstepd.scope"));
	assert_false(cgroup_is_job("/"));
	assert_false(cgroup_is_job("/system.slice"));
	assert_false(cgroup_is_job("/system.slice/"));
	assert_false(cgroup_is_job("/system.slice/ssh.service"));
	assert_false(cgroup_is_job("/system.slice/slurmstepd.scope.d/x"));
	assert_false(cgroup_is_job("/system.slice/ssh.service/slurmstepd.scope"));
	assert_false(cgroup_is_job("/user.slice/user-1.slice/user@1.service/slurmstepd.scope"));
	assert_false(cgroup_is_job("/slurmstepd.scope/job_7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_values, teardown),
		cmocka_unit_test_teardown(test_tighter, teardown),
		cmocka_unit_test_teardown(test_tighter_io, teardown),
		cmocka_unit_test_teardown(test_no_disk, teardown),
		cmocka_unit_test_teardown(test_controllers, teardown),
		cmocka_unit_test_teardown(test_missing_controller, teardown),
		cmocka_unit_test_teardown(test_noted, teardown),
		cmocka_unit_test_teardown(test_shared, teardown),
		cmocka_unit_test_teardown(test_not_to_be_set, teardown),
		cmocka_unit_test(test_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
