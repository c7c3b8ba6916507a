/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/text.c: numbers and names at their borders, because names become parts of paths.
 */
#include "tests/unit/unit.h"

#include <linux/capability.h>
#include <strings.h>

#include "lib/text.h"

static void test_tame(void **state)
{
	char every[256];

	(void)state;
	for (int i = 1; i < 256; i++)
		every[i - 1] = (char)i;
	every[255] = '\0';
	text_tame(every);
	for (int i = 1; i < 256; i++)
		assert_int_equal(every[i - 1], i >= 0x20 && i <= 0x7e ? i : '?');
	assert_int_equal(every[255], '\0');
}

static void test_u64_good(void **state)
{
	uint64_t value = 1;

	(void)state;
	assert_int_equal(text_u64("0", UINT64_MAX, &value), 0);
	assert_true(value == 0);
	assert_int_equal(text_u64("18446744073709551615", UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(text_u64("255", 255, &value), 0);
	assert_true(value == 255);
	assert_int_equal(text_u64("0", 0, &value), 0);
	assert_true(value == 0);
}

static void test_u64_no_number(void **state)
{
	static const char *const bad[] = { "", " ", " 1", "1 ", "+1", "-1", "-0", "00", "01", "0x1",
		"1a", "1\n", "1.0", "1e3", "\xd9\xa1", "0-" };
	uint64_t value = 42;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(text_u64(bad[i], UINT64_MAX, &value), -EINVAL);
	assert_true(value == 42);
}

static void test_u64_range(void **state)
{
	uint64_t value = 42;

	(void)state;
	assert_int_equal(text_u64("256", 255, &value), -ERANGE);
	assert_int_equal(text_u64("1", 0, &value), -ERANGE);
	assert_int_equal(text_u64("9", 5, &value), -ERANGE);
	assert_int_equal(text_u64("18446744073709551616", UINT64_MAX, &value), -ERANGE);
	assert_int_equal(text_u64("99999999999999999999", UINT64_MAX, &value), -ERANGE);
	assert_int_equal(text_u64("184467440737095516150", UINT64_MAX, &value), -ERANGE);
	assert_true(value == 42);
}

/* Every maximum up to 200 against every number up to 250: no off-by-one at any digit. */
static void test_u64_every_border(void **state)
{
	char text[16];

	(void)state;
	for (unsigned int max = 0; max <= 200; max++)
		for (unsigned int n = 0; n <= 250; n++) {
			uint64_t value = 999;
			int r;

			snprintf(text, sizeof text, "%u", n);
			r = text_u64(text, max, &value);
			assert_int_equal(r, n <= max ? 0 : -ERANGE);
			assert_true(value == (n <= max ? n : 999));
		}
}

static void test_id(void **state)
{
	uint32_t id = 7;

	(void)state;
	assert_int_equal(text_id("4294967295", &id), -ERANGE);
	assert_int_equal(text_id("4294967296", &id), -ERANGE);
	assert_int_equal(text_id("-1", &id), -EINVAL);
	assert_int_equal(text_id("root", &id), -EINVAL);
	assert_int_equal(id, 7);
	assert_int_equal(text_id("4294967294", &id), 0);
	assert_true(id == 4294967294u);
	assert_int_equal(text_id("0", &id), 0);
	assert_int_equal(id, 0);
}

static void test_room_name_length(void **state)
{
	char name[40] = "";

	(void)state;
	assert_false(text_is_room_name(""));
	for (size_t len = 1; len < sizeof name; len++) {
		memset(name, 'a', len);
		name[len] = '\0';
		if (text_is_room_name(name) != (len <= 32))
			fail_msg("length %zu", len);
	}
}

/* Each byte value at the first place, in the middle and at the end. */
static void test_room_name_bytes(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		bool letter = c >= 'a' && c <= 'z';
		bool other = letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
		char first[] = { (char)c, 'b', '\0' }, middle[] = { 'a', (char)c, 'b', '\0' };
		char last[] = { 'a', (char)c, '\0' };

		if (text_is_room_name(first) != letter || text_is_room_name(middle) != other ||
			text_is_room_name(last) != other)
			fail_msg("byte %#x", c);
	}
}

static void test_room_key(void **state)
{
	static const char *const good[] = { "0.a", "1001.staff", "4294967294.a-b_9",
		"4294967294.abcdefghijklmnopqrstuvwxyz012345", "1001.guests.0",
		"4294967294.abcdefghijklmnopqrstuvwxyz012345.9223372036854775807" };
	static const char *const bad[] = { "", ".", "1001", "1001.", ".staff", "1001.Staff", "01.a",
		"-1.a", "+1.a", " 1.a", "1.a ", "1..a", "1.a.b", "1./", "../a", "1.../a", "1.a/..",
		"1/2.a", "4294967295.a", "4294967296.a", "99999999999999999999.a", "0x1.a",
		"1.abcdefghijklmnopqrstuvwxyz0123456", "1.a\n", "1\n.a", "000000000000000.a",
		"0000000000000000.a", "1.a.", "1.a.01", "1.a.-1", "1.a.1.1",
		"1.a.9223372036854775808", "1.a.1 ", "1..1" };
	char name[TEXT_ROOM_NAME_MAX + 1];

	(void)state;
	assert_string_equal(text_key_name("1001.guests.7", name), "guests");
	assert_string_equal(text_key_name("1001.staff", name), "staff");
	assert_string_equal(text_key_name("1.abcdefghijklmnopqrstuvwxyz012345", name),
		"abcdefghijklmnopqrstuvwxyz012345");
	assert_string_equal(text_key_name("1.abcdefghijklmnopqrstuvwxyz0123456", name), "");
	assert_string_equal(text_key_name("1001", name), "");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!text_is_room_key(good[i]))
			fail_msg("'%s' was refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_is_room_key(bad[i]))
			fail_msg("'%s' was accepted", bad[i]);
}

#define ROW(name)                                                                                  \
	{                                                                                          \
		CAP_##name, #name                                                                  \
	}
static const struct {
	unsigned int cap;
	const char *name;
} caps[] = { ROW(CHOWN), ROW(DAC_OVERRIDE), ROW(DAC_READ_SEARCH), ROW(FOWNER), ROW(FSETID),
	ROW(KILL), ROW(SETGID), ROW(SETUID), ROW(SETPCAP), ROW(LINUX_IMMUTABLE),
	ROW(NET_BIND_SERVICE), ROW(NET_BROADCAST), ROW(NET_ADMIN), ROW(NET_RAW), ROW(IPC_LOCK),
	ROW(IPC_OWNER), ROW(SYS_MODULE), ROW(SYS_RAWIO), ROW(SYS_CHROOT), ROW(SYS_PTRACE),
	ROW(SYS_PACCT), ROW(SYS_ADMIN), ROW(SYS_BOOT), ROW(SYS_NICE), ROW(SYS_RESOURCE),
	ROW(SYS_TIME), ROW(SYS_TTY_CONFIG), ROW(MKNOD), ROW(LEASE), ROW(AUDIT_WRITE),
	ROW(AUDIT_CONTROL), ROW(SETFCAP), ROW(MAC_OVERRIDE), ROW(MAC_ADMIN), ROW(SYSLOG),
	ROW(WAKE_ALARM), ROW(BLOCK_SUSPEND), ROW(AUDIT_READ), ROW(PERFMON), ROW(BPF),
	ROW(CHECKPOINT_RESTORE) };

static void test_cap_names(void **state)
{
	const unsigned int n = sizeof caps / sizeof caps[0];

	(void)state;
	for (unsigned int i = 0; i < n; i++) {
		const char *name = text_cap_name(caps[i].cap);

		assert_non_null(name);
		if (strcasecmp(name, caps[i].name) != 0)
			fail_msg("capability %u is '%s', not %s", caps[i].cap, name, caps[i].name);
		for (const char *c = name; *c; c++)
			assert_true(*c == '_' || (*c >= 'a' && *c <= 'z'));
	}
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP; cap++)
		assert_non_null(text_cap_name(cap));
	assert_null(text_cap_name(n));
	assert_null(text_cap_name(63));
	assert_null(text_cap_name(UINT32_MAX));
}

/* The definition itself, slow and plain. */
static unsigned int plain_distance(const char *a, const char *b)
{
	unsigned int del, ins, sub;

	if (!*a || !*b)
		return (unsigned int)(strlen(a) + strlen(b));
	sub = plain_distance(a + 1, b + 1) + (*a != *b);
	del = plain_distance(a + 1, b) + 1;
	ins = plain_distance(a, b + 1) + 1;
	return sub < del ? (sub < ins ? sub : ins) : (del < ins ? del : ins);
}

static void test_distance(void **state)
{
	unsigned int seed = 1;

	(void)state;
	assert_int_equal(text_distance("brick", "brick", 3), 0);
	assert_int_equal(text_distance("brikc", "brick", 3), 2);
	assert_int_equal(text_distance("", "abc", 3), 3);
	assert_int_equal(text_distance("abc", "", 3), 3);
	for (int i = 0; i < 2000; i++) {
		char words[2][6];

		for (int w = 0; w < 2; w++) {
			size_t len = (size_t)rand_r(&seed) % sizeof words[w];

			for (size_t c = 0; c < len; c++)
				words[w][c] = (char)('a' + rand_r(&seed) % 3);
			words[w][len] = '\0';
		}
		assert_int_equal(
			text_distance(words[0], words[1], 9), plain_distance(words[0], words[1]));
	}
}

static void test_distance_stops(void **state)
{
	char a[80], b[96];

	(void)state;
	assert_int_equal(text_distance("abcdef", "uvwxyz", 2), 3);
	assert_int_equal(text_distance("abcdef", "uvwxyz", 5), 6);
	assert_int_equal(text_distance("abcdef", "uvwxyz", 6), 6);
	for (size_t len = 60; len < 70; len++) {
		memset(a, 'a', len);
		a[len] = '\0';
		snprintf(b, sizeof b, "%sx", a);
		assert_int_equal(text_distance(a, b, 2), len + 1 < 64 ? 1 : 3);
		assert_int_equal(text_distance(b, a, 2), len + 1 < 64 ? 1 : 3);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_true(text_has_word("cpu io memory", "cpu"));
	assert_true(text_has_word("cpu io memory", "io"));
	assert_true(text_has_word("cpu io memory\n", "memory"));
	assert_true(text_has_word("one\ntwo\n", "two"));
	assert_true(text_has_word("cpuset cpu", "cpu"));
	assert_true(text_has_word("logs log", "log"));
	assert_true(text_has_word("aa-aa aa", "aa"));
	assert_false(text_has_word("cpuset", "cpu"));
	assert_false(text_has_word("cpuset", "set"));
	assert_false(text_has_word("", "cpu"));
	assert_false(text_has_word("audit=01", "audit=0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tame),
		cmocka_unit_test(test_u64_good),
		cmocka_unit_test(test_u64_no_number),
		cmocka_unit_test(test_u64_range),
		cmocka_unit_test(test_u64_every_border),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_room_name_length),
		cmocka_unit_test(test_room_name_bytes),
		cmocka_unit_test(test_room_key),
		cmocka_unit_test(test_cap_names),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_distance_stops),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
