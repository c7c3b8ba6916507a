/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/mend.c: what is looked for in a living room's view, and the steps that lay it
 * again.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "config/preset.h"
#include "helper/mend.h"
#include "helper/mount_do.h"
#include "lib/why.h"

static char base[64];
static struct mount_list list;
static struct why why;
static bool joins; /* a member comes into a group's room */

static void make(const char *path, bool directory)
{
	char text[256];

	snprintf(text, sizeof text, "%s%s", base, path);
	if (directory)
		unit_must(mkdir(text, 0755) == 0);
	else
		unit_must(mknod(text, S_IFREG | 0644, 0) == 0);
}

static void lay(const char *path)
{
	char text[256];

	snprintf(text, sizeof text, "%s%s", base, path);
	unit_must(mount("tmpfs", text, "tmpfs", 0, NULL) == 0);
}

/* A room's tree in which nothing but the mark lies over anything. */
static void in_a_room(void (*run)(void))
{
	static const char *const dirs[] = { "/run", "/run/pam_room", "/usr", "/usr/bin", "/srv",
		"/dev" };
	int dfd = unit_dir_make(base);

	unit_must(dfd >= 0 && unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", base, "tmpfs", 0, NULL) == 0);
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		make(dirs[i], true);
	make("/usr/bin/passwd", false);
	make("/usr/bin/at", false);
	lay("/run/pam_room");
	run();
	unit_must(umount2(base, MNT_DETACH) == 0 && rmdir(base) == 0);
}

static int look(void)
{
	static const char *programs[] = { "/usr/bin/passwd", "/usr/bin/at", "/usr/bin/none" };
	static const char *read_only[] = { "/srv" }, *closed[] = { "/srv", "/none" };
	struct room_spec spec = *preset_find("glass");
	const struct mend_request request = { .spec = &spec,
		.facts = { "1001.glass", "/home/ann", 1001, 100 },
		.look = true,
		.joins = joins,
		.tty = "",
		.keeper = 1,
		.keeper_pidfd = -1 };
	int root_dfd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC), r;

	spec.tmp_kind = TMP_HOST;
	if (joins)
		spec.homes = HOMES_HIDDEN;
	spec.setuid = (struct room_setuid){ SETUID_LISTED, { programs, 3 } };
	spec.read_only = (struct text_list){ read_only, 1 };
	spec.no_entry = (struct text_list){ closed, 2 };
	r = mend_list(&request, root_dfd, &list, &why);
	close(root_dfd);
	return r;
}

/* Every slot still holds what its PUT is for: sources of the host wait while the room's are laid.
 */
static void all_is_missing(void)
{
	const char *held[MOUNT_SLOTS] = { NULL };
	size_t puts = 0, masks = 0, homes = 0, enter = 0;

	unit_must(look() == 0);
	for (size_t i = 0; i < list.n; i++) {
		const struct mount_step *step = &list.steps[i];

		if (step->op == MOUNT_ENTER)
			enter = i;
		if (step->op == MOUNT_MASK)
			masks++;
		if (step->op == MOUNT_TAKE)
			held[step->slot] = step->path;
		/* A member's home comes from the host as everything else did. */
		if (step->op == MOUNT_TAKE && step->owner == 1001)
			homes += (step->attrs & MOUNT_ATTR_NOSUID) != 0;
		if (step->op == MOUNT_TAKE && step->file)
			unit_must(enter == 0 && !(step->attrs & MOUNT_ATTR_NOSUID));
		if (step->op != MOUNT_PUT)
			continue;
		unit_must(enter > 0 && held[step->slot]);
		unit_must(strcmp(held[step->slot], step->path) == 0);
		puts++;
	}
	unit_must(puts == 3 + homes && masks == 1 && homes == joins);
}

static void member_comes(void)
{
	char from[128], to[128];

	make("/home", true);
	make("/home/ann", true);
	snprintf(from, sizeof from, "%s/run/pam_room", base);
	snprintf(to, sizeof to, "%s/home", base);
	unit_must(mount(from, to, NULL, MS_BIND, NULL) == 0);
	joins = true;
	all_is_missing();
}

static void nothing_is_missing(void)
{
	lay("/srv");
	for (const char *const *name =
			(const char *const[]){ "/usr/bin/passwd", "/usr/bin/at", NULL };
		*name; name++) {
		char text[256];

		snprintf(text, sizeof text, "%s%s", base, *name);
		unit_must(mount("/dev/null", text, NULL, MS_BIND, NULL) == 0);
	}
	unit_must(look() == 0 && list.n == 0);
}

static void mark_is_missing(void)
{
	char text[128];

	snprintf(text, sizeof text, "%s/run/pam_room", base);
	unit_must(umount(text) == 0);
	unit_must(look() == -ENOTRECOVERABLE && strstr(why.text, "/run/pam_room"));
}

/* The room's process: its mounts are the tree as it is now. */
static pid_t start_keeper(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	unit_must(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		unit_must(unshare(CLONE_NEWNS) == 0 && chdir(base) == 0);
		unit_must(syscall(SYS_pivot_root, ".", ".") == 0);
		unit_must(umount2(".", MNT_DETACH) == 0 && write(ready[1], "", 1) == 1);
		pause();
	}
	close(ready[1]);
	unit_must(read(ready[0], &byte, 1) == 1 && close(ready[0]) == 0);
	return pid;
}

/* What the look says of a room with a bind of source at /srv: how often it is laid. */
static int laid(const char *source, pid_t keeper)
{
	static const char *no_programs[] = { NULL };
	struct room_bind bind = { source, "/srv", false, { 0 } };
	struct room_spec spec = *preset_find("glass");
	const struct mend_request request = { .spec = &spec,
		.facts = { "1001.glass", "/home/ann", 1001, 100 },
		.look = true,
		.tty = "",
		.keeper = keeper,
		.keeper_pidfd = -1 };
	int root_dfd, puts = 0;
	char root[48];

	snprintf(root, sizeof root, "/proc/%d/root", keeper);
	root_dfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	spec.tmp_kind = TMP_HOST;
	spec.setuid = (struct room_setuid){ SETUID_LISTED, { no_programs, 0 } };
	spec.binds = (struct bind_list){ &bind, 1 };
	unit_must(mend_list(&request, root_dfd, &list, &why) == 0);
	close(root_dfd);
	for (size_t i = 0; i < list.n; i++) {
		const struct mount_step *step = &list.steps[i];

		/* From the host, before the room is entered, and nosuid. */
		if (step->op == MOUNT_TAKE)
			unit_must(i == 0 && strcmp(step->path, source) == 0 &&
				step->attrs & MOUNT_ATTR_NOSUID);
		puts += step->op == MOUNT_PUT;
	}
	return puts;
}

static void lay_as_told(void *arg)
{
	unit_must(mount_do(&list, pidfd_open(*(pid_t *)arg, 0), -1, &why) == 0);
}

/* As above, and it is done: then there is nothing more to do. */
static void must_be_laid(const char *source, pid_t keeper)
{
	unit_must(laid(source, keeper) == 1);
	unit_must(unit_child(lay_as_told, &keeper) == 0);
	unit_must(laid(source, keeper) == 0);
}

/* A wall of the room's below the bind. */
static void close_door(void *arg)
{
	unit_must(setns(pidfd_open(*(pid_t *)arg, 0), CLONE_NEWNS) == 0);
	unit_must(mount("room", "/srv/closed", "tmpfs", 0, NULL) == 0);
}

/* What the host mounts below a bind later is there at the next login, and nothing twice. */
static void mounts_come_later(void)
{
	char source[128], usb[160], at[128];
	pid_t keeper;

	snprintf(source, sizeof source, "%s/host", base);
	snprintf(usb, sizeof usb, "%s/host/usb", base);
	snprintf(at, sizeof at, "%s/srv", base);
	make("/host", true);
	make("/host/usb", true);
	make("/host/closed", true);
	unit_must(mount(source, at, NULL, MS_BIND | MS_REC, NULL) == 0);
	keeper = start_keeper();
	unit_must(umount(at) == 0 && laid(source, keeper) == 0);
	/* One that cannot be copied is not looked for, or each login would lay the others again. */
	unit_must(mount("none", usb, "tmpfs", 0, NULL) == 0);
	unit_must(mount(NULL, usb, NULL, MS_UNBINDABLE, NULL) == 0);
	unit_must(laid(source, keeper) == 0 && umount(usb) == 0);
	unit_must(mount("one", usb, "tmpfs", 0, NULL) == 0);
	must_be_laid(source, keeper);
	/* What is unmounted stays where it is; another one in its place is seen. */
	unit_must(umount(usb) == 0 && laid(source, keeper) == 0);
	unit_must(mount("two", usb, "tmpfs", 0, NULL) == 0);
	must_be_laid(source, keeper);
	/* Not over a wall. */
	unit_must(unit_child(close_door, &keeper) == 0);
	unit_must(mount("three", usb, "tmpfs", 0, NULL) == 0);
	unit_must(laid(source, keeper) == 0);
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
}

/* Another file system on top, another directory in its place. */
static void source_is_replaced(void)
{
	char source[128], old[128], at[128];
	pid_t keeper;

	snprintf(source, sizeof source, "%s/host", base);
	snprintf(old, sizeof old, "%s/old", base);
	snprintf(at, sizeof at, "%s/srv", base);
	make("/host", true);
	unit_must(mount(source, at, NULL, MS_BIND | MS_REC, NULL) == 0);
	keeper = start_keeper();
	unit_must(umount(at) == 0 && laid(source, keeper) == 0);
	unit_must(mount("one", source, "tmpfs", 0, NULL) == 0);
	must_be_laid(source, keeper);
	unit_must(umount(source) == 0);
	must_be_laid(source, keeper);
	unit_must(rename(source, old) == 0 && laid(source, keeper) == 0);
	make("/host", true);
	must_be_laid(source, keeper);
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
}

static void run_in_a_room(void *arg)
{
	in_a_room((void (*)(void))(uintptr_t)arg);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(run_in_a_room, (void *)(uintptr_t)name), 0);           \
	}

TEST(all_is_missing)
TEST(nothing_is_missing)
TEST(mark_is_missing)
TEST(member_comes)
TEST(mounts_come_later)
TEST(source_is_replaced)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_missing),
		cmocka_unit_test(test_nothing_is_missing),
		cmocka_unit_test(test_mark_is_missing),
		cmocka_unit_test(test_member_comes),
		cmocka_unit_test(test_mounts_come_later),
		cmocka_unit_test(test_source_is_replaced),
	};

	return cmocka_run_group_tests_name("mend", tests, NULL, NULL);
}
