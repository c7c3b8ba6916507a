/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/why.c and of the log line that lib/log.c makes: a reason is always terminated, never
 * longer than its fields, and one line, whatever text a stranger put into it.
 */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "lib/log.h"
#include "lib/why.h"

static void test_returns_minus_err(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_set(&why, EPERM, "do it", "on %s", "that"), -EPERM);
	assert_int_equal(why.err, EPERM);
	assert_string_equal(why.step, "do it");
	assert_string_equal(why.text, "on that");
}

static void test_never_returns_success(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_set(&why, 0, "step", "no errno"), -EINVAL);
	assert_int_equal(why.err, 0);
	assert_int_equal(why_set(&why, -5, "step", "wrong sign"), -EINVAL);
}

static void test_null_why(void **state)
{
	(void)state;
	assert_int_equal(why_set(NULL, ENOMEM, "step", "%d", 1), -ENOMEM);
	assert_int_equal(why_set(NULL, 0, "step", "x"), -EINVAL);
}

static void test_long_text_is_cut(void **state)
{
	struct {
		struct why why;
		unsigned char guard[16];
	} held;
	char text[1000];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(&held, 0x55, sizeof held);
	why_set(&held.why, EIO, text, "%s", text);
	assert_int_equal(strlen(held.why.step), sizeof held.why.step - 1);
	assert_int_equal(strlen(held.why.text), sizeof held.why.text - 1);
	for (size_t i = 0; i < sizeof held.guard; i++)
		assert_int_equal(held.guard[i], 0x55);
}

static void test_text_is_one_line(void **state)
{
	struct why why;

	(void)state;
	why_set(&why, EIO, "step", "user %s", "a\nb\rc\033[2Jd\177e\200f\tg");
	assert_string_equal(why.text, "user a?b?c?[2Jd?e?f?g");
}

static void test_stranger_percent(void **state)
{
	struct why why;

	(void)state;
	why_set(&why, EIO, "step", "%s", "%n%s%x");
	assert_string_equal(why.text, "%n%s%x");
}

static void test_print(void **state)
{
	struct why why;
	char buf[512];

	(void)state;
	why_set(&why, ENOENT, "open it", "the file");
	assert_ptr_equal(why_print(&why, buf, sizeof buf), buf);
	assert_string_equal(buf, "open it: the file: No such file or directory");
	why_set(&why, 0, "open it", "the file");
	assert_string_equal(why_print(&why, buf, sizeof buf), "open it: the file");
}

/* The number comes over a socket: it may be anything. */
static void test_print_unknown_errno(void **state)
{
	struct why why;
	char buf[512];

	(void)state;
	why_set(&why, EIO, "step", "text");
	why.err = 0x7fffffff;
	assert_string_equal(why_print(&why, buf, sizeof buf), "step: text");
	why.err = -0x7fffffff - 1;
	assert_string_equal(why_print(&why, buf, sizeof buf), "step: text");
}

static void test_print_into_small_buffers(void **state)
{
	const char *whole = "step: text: Input/output error";
	struct why why;

	(void)state;
	why_set(&why, EIO, "step", "text");
	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		char *buf = malloc(size);

		assert_non_null(buf);
		why_print(&why, buf, size);
		assert_int_equal(strlen(buf), size - 1);
		assert_memory_equal(buf, whole, size - 1);
		free(buf);
	}
}

/* What one log_line() call writes to stderr; text is filled. */
static void log_to_text(int stderr_too, const char *said, char *text, size_t size)
{
	int pipe_fds[2], saved = dup(2);
	ssize_t len;

	assert_true(saved >= 0);
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(dup2(pipe_fds[1], 2), 2);
	log_open("pam_room_unit", stderr_too);
	log_line(LOG_DEBUG, "said %s", said);
	dup2(saved, 2);
	close(saved);
	close(pipe_fds[1]);
	len = read(pipe_fds[0], text, size - 1);
	text[len > 0 ? len : 0] = '\0';
	close(pipe_fds[0]);
}

static void test_log_is_one_line(void **state)
{
	char text[2048];

	(void)state;
	log_to_text(1, "a\nb\033c%n", text, sizeof text);
	assert_string_equal(text, "said a?b?c%n\n");
}

static void test_log_cuts_long_lines(void **state)
{
	char text[8192], said[4000];

	(void)state;
	memset(said, 'x', sizeof said - 1);
	said[sizeof said - 1] = '\0';
	log_to_text(1, said, text, sizeof text);
	assert_in_range(strlen(text), 256, 1024);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_log_keeps_off_stderr(void **state)
{
	char text[256];

	(void)state;
	log_to_text(0, "nothing", text, sizeof text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_returns_minus_err),
		cmocka_unit_test(test_never_returns_success),
		cmocka_unit_test(test_null_why),
		cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_text_is_one_line),
		cmocka_unit_test(test_stranger_percent),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_unknown_errno),
		cmocka_unit_test(test_print_into_small_buffers),
		cmocka_unit_test(test_log_is_one_line),
		cmocka_unit_test(test_log_cuts_long_lines),
		cmocka_unit_test(test_log_keeps_off_stderr),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
