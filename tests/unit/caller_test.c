/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/caller.c: the question mode is for root alone, by real uid and by who made the
 * socket, and only over the one kind of socket.
 */
#include "tests/unit/unit.h"

#include <sys/socket.h>

#include "helper/caller.h"
#include "lib/why.h"

static struct why why;

static int pair_of(int domain, int type)
{
	int pair[2];

	unit_must(socketpair(domain, type, 0, pair) == 0);
	return pair[0];
}

static void test_root(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(caller_check_module(0, pair_of(AF_UNIX, SOCK_SEQPACKET), &why), 0);
}

static void test_real_uid(void **state)
{
	static const uid_t uids[] = { 1, 999, 1000, 65534, UINT32_MAX };
	int fd = pair_of(AF_UNIX, SOCK_SEQPACKET);

	(void)state;
	for (size_t i = 0; i < sizeof uids / sizeof uids[0]; i++)
		assert_int_equal(caller_check_module(uids[i], fd, &why), -EPERM);
	assert_non_null(strstr(why.text, "real uid"));
}

/* A user who has somebody's real uid 0 run the helper, but made the socket himself. */
static void socket_of_user(void *arg)
{
	int fd;

	(void)arg;
	unit_must(seteuid(1) == 0);
	fd = pair_of(AF_UNIX, SOCK_SEQPACKET);
	unit_must(seteuid(0) == 0);
	unit_must(caller_check_module(0, fd, &why) == -EPERM);
	unit_must(strstr(why.text, "uid 1 asks") != NULL);
}

static void test_socket_of_user(void **state)
{
	(void)state;
	unit_need_root();
	assert_int_equal(unit_child(socket_of_user, NULL), 0);
}

static void test_other_descriptors(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(caller_check_module(0, -1, &why), -EBADF);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(caller_check_module(0, pipes[0], &why), -ENOTSOCK);
	assert_int_equal(caller_check_module(0, open("/dev/null", O_RDWR), &why), -ENOTSOCK);
	assert_int_equal(caller_check_module(0, pair_of(AF_UNIX, SOCK_STREAM), &why), -EPROTOTYPE);
	assert_int_equal(caller_check_module(0, pair_of(AF_UNIX, SOCK_DGRAM), &why), -EPROTOTYPE);
	assert_int_equal(
		caller_check_module(0, socket(AF_INET, SOCK_STREAM, 0), &why), -EPROTOTYPE);
}

static void test_program(void **state)
{
	(void)state;
	assert_int_equal(caller_check_program("/proc/self/exe", &why), 0);
	assert_int_equal(caller_check_program("/bin/sh", &why), -EPERM);
	assert_int_equal(caller_check_program("/nowhere", &why), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_real_uid),
		cmocka_unit_test(test_socket_of_user),
		cmocka_unit_test(test_other_descriptors),
		cmocka_unit_test(test_program),
	};

	return cmocka_run_group_tests_name("caller", tests, NULL, NULL);
}
