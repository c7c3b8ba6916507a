/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What is asked of systemd as words, and the process that asks: a script stands in for it.
 */
#include "bus/property.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/why.h"
#include "tests/unit/unit.h"

static void round_trip(const struct bus_property *property)
{
	struct bus_property read;
	char word[BUS_WORD_MAX];

	assert_int_equal(bus_print(property, word), 0);
	assert_int_equal(property_read(word, &read), 0);
	assert_string_equal(read.name, property->name);
	assert_int_equal(read.type, property->type);
	assert_int_equal(read.number, property->number);
	if (property->text)
		assert_string_equal(read.text, property->text);
	else
		assert_null(read.text);
	assert_int_equal(read.len, property->len);
	if (property->len > 0)
		assert_memory_equal(read.bytes, property->bytes, property->len);
}

static void test_words(void **state)
{
	const unsigned char bytes[128] = { 0x03, 0xff, 0x80, [127] = 1 };

	(void)state;
	round_trip(&(struct bus_property){ "Description", BUS_TEXT, .text = "Keeper of room 1.a" });
	round_trip(&(struct bus_property){ "Description", BUS_TEXT, .text = "" });
	round_trip(&(struct bus_property){ "Before", BUS_TEXTS, .text = "user-1.slice" });
	round_trip(&(struct bus_property){ "PIDs", BUS_NUMBERS, .text = "", .number = 12 });
	round_trip(&(struct bus_property){
		"MemoryMax", BUS_NUMBER, .text = "", .number = UINT64_MAX });
	round_trip(&(struct bus_property){
		"AllowedCPUs", BUS_BYTES, .bytes = bytes, .len = sizeof bytes });
	round_trip(&(struct bus_property){
		"IOReadBandwidthMax", BUS_RATES, .text = "/dev/block/8:0", .number = 1 });
	round_trip(&(struct bus_property){ "IOReadBandwidthMax", BUS_RATES, .text = NULL });
}

static void test_no_words(void **state)
{
	static const char *const wrong[] = { "", "a", "a 0", "a 0 1", " 0 1 text", "a 6 1 text",
		"a -1 1 text", "a 0 x text", "a 4 0 abc", "a 4 0 0g", "a 4 0 AB" };
	const struct bus_property long_one = { "Description", BUS_TEXT,
		.text = "0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"0123456789012345678901234567890123456789012345678901234567890123456789" };
	char word[BUS_WORD_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bus_property read;

		snprintf(word, sizeof word, "%s", wrong[i]);
		assert_int_equal(property_read(word, &read), -EBADMSG);
	}
	assert_int_equal(bus_print(&long_one, word), -EMSGSIZE);
}

static int ask_with(const char *script, uint64_t *numbers, int ms, struct why *why)
{
	static const char *const names[] = { "A", "B" };
	FILE *file;

	mkdir(ROOM_LIBEXECDIR, 0755);
	unlink(BUS_PROGRAM);
	file = fopen(BUS_PROGRAM, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(BUS_PROGRAM, 0755), 0);
	*why = (struct why){ 0 };
	return bus_get_numbers("user-1.slice", "Slice", names, 2, numbers, deadline_in(ms), why);
}

static void test_answers(void **state)
{
	static const char *const none[] = { "echo", "echo +", "echo + 1", "echo + 1 2 3",
		"echo + 1 x", "echo -- -5 no", "printf '+ 1 2'", "printf '+ 1 2\\n+ 1 2\\n'",
		"echo -5", "exit 100", "kill -9 $$", ":" };
	uint64_t numbers[2];
	struct why why;

	(void)state;
	unit_need_root();
	assert_int_equal(ask_with("echo + 7 18446744073709551615", numbers, 5000, &why), 0);
	assert_int_equal(numbers[0], 7);
	assert_int_equal(numbers[1], UINT64_MAX);
	assert_int_equal(ask_with("test \"$*\" = 'get user-1.slice '$3' Slice A B' && echo + 1 2",
				 numbers, 5000, &why),
		0);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_true(ask_with(none[i], numbers, 5000, &why) < 0);
	assert_int_equal(ask_with("echo -2 there is none", numbers, 5000, &why), -ENOENT);
	assert_string_equal(why.text, "there is none");
	assert_int_equal(ask_with("echo -0 it was not made", numbers, 5000, &why), -EINVAL);
	assert_int_equal(why.err, 0);
	assert_int_equal(ask_with("exec sleep 60", numbers, 200, &why), -ETIMEDOUT);
}

static void test_program(void **state)
{
	uint64_t numbers[2];
	struct why why;

	(void)state;
	unit_need_root();
	assert_int_equal(ask_with("echo + 1 2", numbers, 5000, &why), 0);
	assert_int_equal(chmod(BUS_PROGRAM, 0775), 0);
	assert_int_equal(bus_restart("user@1.service", deadline_in(5000), &why), -EPERM);
	assert_int_equal(unlink(BUS_PROGRAM), 0);
	assert_int_equal(bus_restart("user@1.service", deadline_in(5000), &why), -ENOENT);
}

/* Nothing of the asker's powers, environment and signals; 32 and 33 are the C library's. */
static void test_powerless(void **state)
{
	uint64_t numbers[2];
	struct why why;

	(void)state;
	unit_need_root();
	assert_int_equal(setenv("BUS_TEST", "1", 1), 0);
	signal(SIGTERM, SIG_IGN);
	assert_int_equal(ask_with("set -- $(sed -n 's/^Cap[PE][a-z]*:.0*/0/p' /proc/self/status)\n"
				  "set -- $1 $2 $(sed -n 's/^SigIgn:.*\\(.\\{8\\}\\)$/\\1/p' "
				  "/proc/self/status)\n"
				  "echo + $((0x$1 | 0x$2 | (0x$3 & 0x7fffffff))) ${BUS_TEST-0}",
				 numbers, 5000, &why),
		0);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(numbers[0], 0);
	assert_int_equal(numbers[1], 0);
}

/* The program itself, with questions that are none. */
static void test_no_question(void **state)
{
	static const char *const questions[][5] = { { NULL }, { "scope" }, { "scope", "a.scope" },
		{ "scope", "a.scope", "100" }, { "scope", "a.scope", "x", "a 0 0 b" },
		{ "scope", "a.scope", "100", "a" }, { "get", "a.slice", "100", "Slice" },
		{ "restart", "a.service", "100", "b" }, { "other", "a.scope", "100", "a 0 0 b" } };

	(void)state;
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			const char *const *q = questions[i];

			execl(BUS_BUILT, "room-bus", q[0], q[1], q[2], q[3], NULL);
			_exit(1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 100);
	}
}

/* Nothing of it stays in the tree that was built. */
static int remove_script(void **state)
{
	(void)state;
	unlink(BUS_PROGRAM);
	rmdir(ROOM_LIBEXECDIR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_powerless),
		cmocka_unit_test(test_no_question),
	};

	return cmocka_run_group_tests(tests, NULL, remove_script);
}
