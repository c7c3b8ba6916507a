/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/promise.c, in a child with a mount namespace and an empty /run of its own.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>

#include "helper/promise.h"
#include "lib/deadline.h"
#include "lib/registry.h"
#include "lib/why.h"

static struct why why;

static void own_run(void)
{
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0);
}

static void make_room(const char *key)
{
	int rooms_dfd = registry_open(1, &why);

	close(registry_lock_room(rooms_dfd, key, deadline_in(1000), &why));
	close(rooms_dfd);
}

static bool promised(uid_t uid, const char *want)
{
	char key[REGISTRY_KEY_MAX] = "";
	int r = promise_read(uid, key, &why);

	return want ? r == 1 && strcmp(key, want) == 0 : r == 0;
}

static void kept(void *arg)
{
	int before, rooms_dfd, room_dfd;

	(void)arg;
	own_run();
	before = unit_fds();
	unit_must(promised(1001, NULL));
	unit_must(promise_write(1001, NULL, &why) == 0);
	unit_must(access(ROOM_RUNDIR, F_OK) < 0);
	make_room("1001.a");
	make_room("1001.b");
	make_room("10010.a");
	unit_must(promise_write(1001, "1001.a", &why) == 0);
	unit_must(promise_write(10010, "10010.a", &why) == 0);
	unit_must(promised(1001, "1001.a") && promised(1001, "1001.a"));
	unit_must(promised(10010, "10010.a") && promised(100, NULL) && promised(1, NULL));
	/* Another room: the old promise is none any more. */
	unit_must(promise_write(1001, "1001.b", &why) == 0);
	unit_must(promised(1001, "1001.b"));
	unit_must(access(ROOM_RUNDIR "/rooms/1001.a/" REGISTRY_PROMISE, F_OK) < 0);
	/* No room: none at all. */
	unit_must(promise_write(1001, NULL, &why) == 0);
	unit_must(promised(1001, NULL) && promised(10010, "10010.a"));
	/* With the room the promise goes. */
	rooms_dfd = registry_open(0, &why);
	room_dfd = registry_lock_room(rooms_dfd, "10010.a", deadline_in(1000), &why);
	unit_must(registry_remove_room(rooms_dfd, room_dfd, "10010.a") == 0);
	close(room_dfd);
	close(rooms_dfd);
	unit_must(promised(10010, NULL));
	unit_must(unit_fds() == before);
}

/* Two managers of one room that a group shares. */
static void shared(void *arg)
{
	(void)arg;
	own_run();
	make_room("0.lab");
	make_room("1001.a");
	unit_must(promise_write(1001, "0.lab", &why) == 0);
	unit_must(promised(1001, "0.lab"));
	unit_must(promised(1002, NULL));
	unit_must(promise_write(1002, "0.lab", &why) == 0);
	unit_must(promised(1001, "0.lab") && promised(1002, "0.lab"));
	/* One of them moves to a room of his own, and the other is where he was. */
	unit_must(promise_write(1001, "1001.a", &why) == 0);
	unit_must(promised(1001, "1001.a") && promised(1002, "0.lab"));
	unit_must(promise_write(1002, NULL, &why) == 0);
	unit_must(promised(1001, "1001.a") && promised(1002, NULL));
}

static void broken(void *arg)
{
	char key[REGISTRY_KEY_MAX];

	(void)arg;
	own_run();
	make_room("1001.a");
	make_room("1001.b");
	unit_must(promise_write(1001, "1001.c", &why) == -ENOENT);
	unit_must(promised(1001, NULL));
	unit_must(promise_write(1001, "1001.a", &why) == 0);
	unit_file(AT_FDCWD, ROOM_RUNDIR "/rooms/1001.b/" REGISTRY_PROMISE, "", 0600);
	unit_must(promise_read(1001, key, &why) == -EBUSY);
	/* A registry that others could have written to promises nothing. */
	unit_must(chmod(ROOM_RUNDIR "/rooms", 0777) == 0);
	unit_must(promise_read(1001, key, &why) == -EPERM);
}

static void test_kept(void **state)
{
	(void)state;
	assert_int_equal(unit_child(kept, NULL), 0);
}

static void test_shared(void **state)
{
	(void)state;
	assert_int_equal(unit_child(shared, NULL), 0);
}

static void test_broken(void **state)
{
	(void)state;
	assert_int_equal(unit_child(broken, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
