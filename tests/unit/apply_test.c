/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/apply.c with real namespaces: a child stands for the keeper, others join it, go
 * back, and confine themselves, and what the kernel says of them is compared with the plan.
 */
#include "tests/unit/unit.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "lib/apply.h"
#include "lib/sys.h"
#include "lib/why.h"

#define HOST_NAME "room-unit"

static char base[64]; /* base/here exists on both sides, base/only outside, base/link is a link
			 inside */
static char here[96], only[96], link_[96], root[96];
static pid_t keeper_pid = -1;
static int keeper_fd = -1;
static struct plan plan;
static struct joint joint;
static struct why why;

static uint64_t ns_of(pid_t pid, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* The first process of the room: over base lies a directory that only the room has. */
static void keep(int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", base, "tmpfs", 0, NULL) == 0);
	unit_must(mkdir(here, 0700) == 0 && symlink("here", link_) == 0);
	unit_must(chdir(here) == 0);
	unit_file(AT_FDCWD, "inside", "", 0600);
	unit_must(chdir("/") == 0);
	unit_must(sethostname(HOST_NAME, strlen(HOST_NAME)) == 0);
	unit_must(write(ready, "x", 1) == 1);
	for (;;)
		pause();
}

static int setup(void **state)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	int dfd, ready[2];
	char c;

	(void)state;
	if (geteuid() != 0)
		return 0;
	for (int i = 0; i < PLAN_N_NS; i++)
		args.flags |= (unsigned int)plan_ns_table[i].flag;
	dfd = unit_dir_make(base);
	snprintf(here, sizeof here, "%s/here", base);
	snprintf(only, sizeof only, "%s/only", base);
	snprintf(link_, sizeof link_, "%s/link", base);
	snprintf(root, sizeof root, "%s/root", base);
	if (dfd < 0 || mkdir(here, 0700) < 0 || mkdir(only, 0700) < 0 || mkdir(link_, 0700) < 0 ||
		mkdir(root, 0700) < 0)
		return -1;
	unit_file(dfd, "here/outside", "", 0600);
	close(dfd);
	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	keeper_pid = sys_clone3(&args);
	if (keeper_pid == 0)
		keep(ready[1]);
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return -1;
	close(ready[0]);
	keeper_fd = pidfd_open(keeper_pid, 0);
	return keeper_fd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	if (keeper_pid > 0) {
		kill(keeper_pid, SIGKILL);
		waitpid(keeper_pid, NULL, 0);
	}
	if (base[0])
		unit_dir_remove(base);
	return 0;
}

static bool may_raise_limits(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return sys_capget(&header, data) == 0 && data[0].effective >> CAP_SYS_RESOURCE & 1;
}

/* A plan for the keeper's room. Joining loads no filter: see confine_test.c. */
static void make_plan(void)
{
	struct rlimit core, files;

	memset(&plan, 0, sizeof plan);
	for (int i = 0; i < PLAN_N_NS; i++)
		plan.ns_ino[i] = ns_of(keeper_pid, plan_ns_table[i].name);
	unit_must(getrlimit(RLIMIT_CORE, &core) == 0 && getrlimit(RLIMIT_NOFILE, &files) == 0);
	/* Without the capability a hard limit that was lowered cannot be raised again. */
	if (may_raise_limits()) {
		core.rlim_max = 1;
		files.rlim_max = 200;
	}
	plan.n_rlimits = 2;
	plan.rlimits[0] = (struct plan_rlimit){ RLIMIT_CORE, core.rlim_max > 0, core.rlim_max };
	plan.rlimits[1] = (struct plan_rlimit){ RLIMIT_NOFILE, 100, files.rlim_max };
}

struct place {
	uint64_t ns[PLAN_N_NS], pid_for_children;
	struct stat root, cwd;
	struct rlimit core, files;
	char name[65];
};

static struct place place_now(void)
{
	struct place now = { 0 };

	for (int i = 0; i < PLAN_N_NS; i++)
		now.ns[i] = ns_of(getpid(), plan_ns_table[i].name);
	now.pid_for_children = ns_of(getpid(), "pid_for_children");
	unit_must(stat("/", &now.root) == 0 && stat(".", &now.cwd) == 0);
	unit_must(getrlimit(RLIMIT_CORE, &now.core) == 0);
	unit_must(getrlimit(RLIMIT_NOFILE, &now.files) == 0);
	unit_must(gethostname(now.name, sizeof now.name) == 0);
	return now;
}

static void must_be_same(const struct place *a, const struct place *b)
{
	unit_must(memcmp(a->ns, b->ns, sizeof a->ns) == 0);
	unit_must(a->pid_for_children == b->pid_for_children);
	unit_must(a->root.st_ino == b->root.st_ino && a->root.st_dev == b->root.st_dev);
	unit_must(a->cwd.st_ino == b->cwd.st_ino && a->cwd.st_dev == b->cwd.st_dev);
	unit_must(memcmp(&a->core, &b->core, sizeof a->core) == 0);
	unit_must(memcmp(&a->files, &b->files, sizeof a->files) == 0);
	unit_must(strcmp(a->name, b->name) == 0);
}

static void must_be_in_new_pids(void *arg)
{
	(void)arg;
	unit_must(getpid() > 1 && getpid() < 100);
}

static void join_and_back(void *arg)
{
	int before = unit_fds();
	struct place outer, inner, back;

	(void)arg;
	unit_must(chdir(here) == 0);
	outer = place_now();
	unit_must(apply_prepare(&joint, &why) == 0);
	inner = place_now();
	must_be_same(&outer, &inner);
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	inner = place_now();
	unit_must(strcmp(inner.name, HOST_NAME) == 0);
	for (int i = 0; i < PLAN_N_NS; i++)
		unit_must(inner.ns[i] == (i == PLAN_NS_PID ? outer.ns[i] : plan.ns_ino[i]));
	unit_must(access("inside", F_OK) == 0 && access("outside", F_OK) < 0);
	unit_must(inner.core.rlim_cur == plan.rlimits[0].soft);
	unit_must(inner.core.rlim_max == plan.rlimits[0].hard);
	unit_must(inner.files.rlim_cur == 100 && inner.files.rlim_max == plan.rlimits[1].hard);
	unit_must(unit_child(must_be_in_new_pids, NULL) == 0);
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	back = place_now();
	must_be_same(&outer, &back);
	unit_must(access("outside", F_OK) == 0);
	/* Twice is harmless. */
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	apply_release(&joint);
	apply_release(&joint);
	unit_must(unit_fds() == before);
}

static void must_be_at_root(void)
{
	struct stat here_st, root_st;

	unit_must(stat(".", &here_st) == 0 && stat("/", &root_st) == 0);
	unit_must(here_st.st_ino == root_st.st_ino && here_st.st_dev == root_st.st_dev);
}

/* Where the room has no such directory, and where the caller's own was removed: the room's root. */
static void join_without_cwd(void *arg)
{
	(void)arg;
	unit_must(chdir(only) == 0);
	unit_must(apply_prepare(&joint, &why) == 0);
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	must_be_at_root();
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	apply_release(&joint);
	/* A link of that name in the room is not followed, wherever it leads. */
	unit_must(chdir(link_) == 0);
	unit_must(apply_prepare(&joint, &why) == 0);
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	must_be_at_root();
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	apply_release(&joint);
	unit_must(mkdir("gone", 0700) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
	unit_must(apply_prepare(&joint, &why) == 0 && joint.cwd[0] == '\0');
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	must_be_at_root();
	unit_must(apply_undo(&plan, &joint, &why) == 0);
}

/* A caller in a chroot is back in it afterwards, not at the namespace's root. */
static void join_from_chroot(void *arg)
{
	struct stat before, after;
	char proc[128];

	(void)arg;
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", root, "tmpfs", 0, NULL) == 0);
	snprintf(proc, sizeof proc, "%s/proc", root);
	unit_must(mkdir(proc, 0755) == 0);
	unit_must(mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) == 0);
	unit_must(chroot(root) == 0 && chdir("/proc") == 0);
	unit_must(stat("/", &before) == 0);
	unit_must(apply_prepare(&joint, &why) == 0);
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	unit_must(access("/etc/passwd", F_OK) == 0);
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	unit_must(stat("/", &after) == 0);
	unit_must(before.st_ino == after.st_ino && before.st_dev == after.st_dev);
	unit_must(access("/etc/passwd", F_OK) < 0 && access("self", F_OK) == 0);
}

/* Another namespace than the plan's: noticed for each of the four, and taken back. */
static void join_wrong_room(void *arg)
{
	(void)arg;
	for (int i = 0; i < PLAN_N_NS; i++) {
		struct place outer = place_now(), back;

		make_plan();
		plan.ns_ino[i]++;
		unit_must(apply_prepare(&joint, &why) == 0);
		unit_must(apply_join(&plan, keeper_fd, &joint, &why) == -ESTALE);
		unit_must(strstr(why.text, plan_ns_table[i].name) != NULL);
		unit_must(apply_undo(&plan, &joint, &why) == 0);
		apply_release(&joint);
		back = place_now();
		must_be_same(&outer, &back);
	}
}

static void join_fails_early(void *arg)
{
	struct place outer = place_now(), back;

	(void)arg;
	unit_must(apply_prepare(&joint, &why) == 0);
	unit_must(apply_join(&plan, -1, &joint, &why) == -EBADF);
	unit_must(!joint.joined);
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	back = place_now();
	must_be_same(&outer, &back);
	/* More than fs.nr_open is refused to root as well; the limit before it is taken back. */
	plan.rlimits[1].hard = UINT64_MAX;
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == -EPERM);
	unit_must(!joint.joined && joint.n_limits == 1);
	unit_must(apply_undo(&plan, &joint, &why) == 0);
	back = place_now();
	must_be_same(&outer, &back);
}

static void *join_in_thread(void *arg)
{
	(void)arg;
	unit_must(apply_prepare(&joint, &why) == 0);
	unit_must(apply_join(&plan, keeper_fd, &joint, &why) == 0);
	unit_must(access("inside", F_OK) == 0);
	return NULL;
}

/* One thread of several joins: the others stay where they are. */
static void join_one_thread(void *arg)
{
	pthread_t thread;

	(void)arg;
	plan.n_rlimits = 0;
	unit_must(chdir(here) == 0);
	unit_must(pthread_create(&thread, NULL, join_in_thread, NULL) == 0);
	unit_must(pthread_join(thread, NULL) == 0);
	unit_must(ns_of(getpid(), "mnt") != plan.ns_ino[PLAN_NS_MNT]);
	unit_must(access("outside", F_OK) == 0 && access("inside", F_OK) < 0);
}

static void child_of(void *run)
{
	make_plan();
	((void (*)(void *))(uintptr_t)run)(NULL);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(child_of, (void *)(uintptr_t)name), 0);                \
	}

TEST(join_and_back)
TEST(join_without_cwd)
TEST(join_from_chroot)
TEST(join_wrong_room)
TEST(join_fails_early)
TEST(join_one_thread)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join_and_back),
		cmocka_unit_test(test_join_without_cwd),
		cmocka_unit_test(test_join_from_chroot),
		cmocka_unit_test(test_join_wrong_room),
		cmocka_unit_test(test_join_fails_early),
		cmocka_unit_test(test_join_one_thread),
	};

	return cmocka_run_group_tests_name("apply", tests, setup, teardown);
}
