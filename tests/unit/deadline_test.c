/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/deadline.h: it goes by the monotonic clock, and what is left is never negative and
 * never too much for poll(2).
 */
#include "tests/unit/unit.h"

#include <limits.h>
#include <time.h>

#include "lib/deadline.h"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_in(void **state)
{
	int64_t before = now_ms(), got = deadline_in(500), after = now_ms();

	(void)state;
	assert_true(got >= before + 500);
	assert_true(got <= after + 500);
}

static void test_left_shrinks(void **state)
{
	int64_t deadline = deadline_in(10000);
	int first = deadline_left(deadline), second;

	(void)state;
	assert_in_range(first, 9000, 10000);
	usleep(30000);
	second = deadline_left(deadline);
	assert_true(second <= first - 29);
}

static void test_left_is_never_negative(void **state)
{
	(void)state;
	assert_int_equal(deadline_left(deadline_in(-1)), 0);
	assert_int_equal(deadline_left(deadline_in(-100000)), 0);
	assert_int_equal(deadline_left(0), 0);
	/* poll(2) would take a negative number for "for ever". */
	assert_int_equal(deadline_left(deadline_in(INT_MIN)), 0);
}

static void test_left_fits_poll(void **state)
{
	(void)state;
	assert_int_equal(deadline_left(deadline_in(INT_MAX)), 3600000);
	assert_int_equal(deadline_left(INT64_MAX), 3600000);
	assert_int_equal(deadline_left(deadline_in(3700000)), 3600000);
}

static void test_sooner(void **state)
{
	int64_t soon = deadline_in(100), late = deadline_in(60000);

	(void)state;
	assert_true(deadline_sooner(soon, 60000) == soon);
	assert_in_range(deadline_left(deadline_sooner(late, 200)), 100, 200);
	assert_int_equal(deadline_left(deadline_sooner(0, 200)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_left_shrinks),
		cmocka_unit_test(test_left_is_never_negative),
		cmocka_unit_test(test_left_fits_poll),
		cmocka_unit_test(test_sooner),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
