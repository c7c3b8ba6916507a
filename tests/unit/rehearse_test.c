/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/rehearse.c: what a session that is only tried must not do to its user.
 */
#include "tests/unit/policy.h"

#include "config/rooms.h"
#include "helper/rehearse.h"

static struct room_spec tried;

static void rehearse(const char *keys)
{
	char text[512];

	in_room(text, sizeof text, keys);
	assert_int_equal(read_text_of(text), 0);
	/* Whether this machine has the controllers does not matter here. */
	rehearse_room(policy->rooms, &tried, &why);
}

static void test_leaves_nothing(void **state)
{
	(void)state;
	rehearse("share = \"group\"; linger = \"1h\"; homes = \"visible\";");
	assert_int_equal(tried.share, SHARE_SESSION);
	assert_int_equal(tried.linger, LINGER_NONE);
	assert_int_equal(tried.homes, HOMES_VISIBLE);
	assert_ptr_equal(tried.name, policy->rooms[0].name);
}

/* It asks for nothing to be done to them, and hears whom they would keep out. */
static void test_strays(void **state)
{
	(void)state;
	rehearse("strays = \"restart\";");
	assert_int_equal(tried.strays, STRAYS_ACCEPT);
	rehearse("strays = \"accept\";");
	assert_int_equal(tried.strays, STRAYS_ACCEPT);
	rehearse("strays = \"refuse\";");
	assert_int_equal(tried.strays, STRAYS_REFUSE);
}

static void test_limits(void **state)
{
	(void)state;
	rehearse("limits: { tasks = 100; memory = \"1G\"; ptys = 7; };");
	assert_true(rooms_are_limited(policy->rooms));
	assert_false(rooms_are_limited(&tried));
	assert_int_equal(tried.limits.ptys, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_leaves_nothing, teardown),
		cmocka_unit_test_teardown(test_strays, teardown),
		cmocka_unit_test_teardown(test_limits, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
