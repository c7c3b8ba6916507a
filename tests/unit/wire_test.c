/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/wire.c: the bytes are as documented, nothing is read or written outside the buffer,
 * and the first error sticks. Buffers come from malloc in their exact size, so that a sanitizer
 * sees a step beyond.
 */
#include "tests/unit/unit.h"

#include "lib/wire.h"

static void test_bytes(void **state)
{
	static const unsigned char want[] = { 0xab, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x23,
		0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 2, 'h', 'i', 0, 'x', 'y' };
	unsigned char buf[sizeof want];
	struct wire wire = { .data = buf, .size = sizeof buf };

	(void)state;
	wire_put_u8(&wire, 0xab);
	wire_put_u16(&wire, 0x1234);
	wire_put_u32(&wire, 0xdeadbeef);
	wire_put_u64(&wire, 0x0123456789abcdef);
	wire_put_str(&wire, "hi");
	wire_put_bytes(&wire, "xy", 2);
	assert_int_equal(wire.err, 0);
	assert_int_equal(wire.at, sizeof want);
	assert_memory_equal(buf, want, sizeof want);
	wire = (struct wire){ .data = buf, .size = sizeof buf };
	assert_int_equal(wire_get_u8(&wire), 0xab);
	assert_int_equal(wire_get_u16(&wire), 0x1234);
	assert_true(wire_get_u32(&wire) == 0xdeadbeef);
	assert_true(wire_get_u64(&wire) == 0x0123456789abcdef);
	assert_string_equal(wire_get_str(&wire), "hi");
	assert_int_equal(wire_end(&wire), -EBADMSG);
	assert_memory_equal(wire_get_bytes(&wire, 2), "xy", 2);
	assert_int_equal(wire_end(&wire), 0);
}

static void put_all(struct wire *wire)
{
	wire_put_u8(wire, 1);
	wire_put_u16(wire, 2);
	wire_put_str(wire, "three");
	wire_put_u32(wire, 4);
	wire_put_bytes(wire, "five", 4);
	wire_put_u64(wire, 6);
}

static void get_all(struct wire *wire)
{
	wire_get_u8(wire);
	wire_get_u16(wire);
	wire_get_str(wire);
	wire_get_u32(wire);
	wire_get_bytes(wire, 4);
	wire_get_u64(wire);
}

static void test_every_short_buffer(void **state)
{
	unsigned char whole[64];
	struct wire wire = { .data = whole, .size = sizeof whole };
	size_t len;

	(void)state;
	put_all(&wire);
	len = wire.at;
	for (size_t size = 0; size <= len; size++) {
		unsigned char *buf = malloc(size ? size : 1);

		wire = (struct wire){ .data = buf, .size = size };
		put_all(&wire);
		assert_int_equal(wire.err, size == len ? 0 : -EMSGSIZE);
		assert_true(wire.at <= size);
		assert_memory_equal(buf, whole, wire.at);
		memcpy(buf, whole, size);
		wire = (struct wire){ .data = buf, .size = size };
		get_all(&wire);
		assert_int_equal(wire_end(&wire), size == len ? 0 : -EBADMSG);
		free(buf);
	}
}

static void test_first_error_sticks(void **state)
{
	unsigned char buf[4] = { 0, 0, 0, 7 };
	struct wire wire = { .data = buf, .size = sizeof buf };

	(void)state;
	assert_true(wire_get_u64(&wire) == 0);
	/* Four bytes are there, but after an error nothing is given out. */
	assert_true(wire_get_u32(&wire) == 0);
	assert_int_equal(wire_get_u8(&wire), 0);
	assert_null(wire_get_bytes(&wire, 0));
	assert_string_equal(wire_get_str(&wire), "");
	assert_int_equal(wire_end(&wire), -EBADMSG);
	wire = (struct wire){ .data = buf, .size = sizeof buf };
	wire_put_u64(&wire, UINT64_MAX);
	wire_put_u8(&wire, 0xff);
	assert_int_equal(wire.err, -EMSGSIZE);
	assert_int_equal(wire.at, 0);
	assert_memory_equal(buf, "\0\0\0\7", 4);
}

/* Lengths chosen so that an addition somewhere would wrap. */
static void test_huge_lengths(void **state)
{
	unsigned char buf[8] = { 0 };
	const size_t lens[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 7, SIZE_MAX / 2 + 1, 8 };

	(void)state;
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		struct wire wire = { .data = buf, .size = sizeof buf };

		wire_get_u8(&wire);
		assert_null(wire_get_bytes(&wire, lens[i]));
		assert_int_equal(wire.err, -EBADMSG);
		wire = (struct wire){ .data = buf, .size = sizeof buf, .at = 1 };
		wire_put_bytes(&wire, buf, lens[i]);
		assert_int_equal(wire.err, -EMSGSIZE);
		assert_int_equal(wire.at, 1);
	}
}

static void test_empty_bytes(void **state)
{
	unsigned char buf[1];
	struct wire wire = { .data = buf, .size = 0 };

	(void)state;
	wire_put_bytes(&wire, NULL, 0);
	assert_int_equal(wire.err, 0);
	assert_ptr_equal(wire_get_bytes(&wire, 0), buf);
	assert_int_equal(wire_end(&wire), 0);
}

static void test_longest_string(void **state)
{
	size_t size = 2 + 65536 + 1;
	unsigned char *buf = malloc(size);
	char *text = malloc(65537);
	struct wire wire = { .data = buf, .size = size };

	(void)state;
	memset(text, 's', 65536);
	text[65536] = '\0';
	wire_put_str(&wire, text);
	assert_int_equal(wire.err, -EMSGSIZE);
	assert_int_equal(wire.at, 0);
	text[65535] = '\0';
	wire = (struct wire){ .data = buf, .size = size };
	wire_put_str(&wire, text);
	assert_int_equal(wire.err, 0);
	wire = (struct wire){ .data = buf, .size = wire.at };
	assert_string_equal(wire_get_str(&wire), text);
	assert_int_equal(wire_end(&wire), 0);
	free(buf);
	free(text);
}

/* A too long string after another error must not hide the first one. */
static void test_long_string_keeps_first_error(void **state)
{
	char *text = calloc(1, 70000);
	struct wire wire = { .data = (unsigned char *)text, .size = 1, .err = -EBADMSG };

	(void)state;
	memset(text, 's', 69999);
	wire_put_str(&wire, text);
	assert_int_equal(wire.err, -EBADMSG);
	free(text);
}

static void refuse_str(const void *bytes, size_t len)
{
	unsigned char *buf = malloc(len);
	struct wire wire = { .data = buf, .size = len };

	memcpy(buf, bytes, len);
	assert_string_equal(wire_get_str(&wire), "");
	assert_int_equal(wire.err, -EBADMSG);
	free(buf);
}

static void test_bad_strings(void **state)
{
	(void)state;
	refuse_str("\0\3a\0b\0", 6); /* a NUL inside */
	refuse_str("\0\3\0ab\0", 6); /* at its start */
	refuse_str("\0\3ab\0\0", 6); /* at its end */
	refuse_str("\0\3abcd", 6);   /* no NUL after it */
	refuse_str("\0\3abc", 5);    /* cut before the NUL */
	refuse_str("\0\3ab", 4);     /* cut inside */
	refuse_str("\0\0", 2);       /* empty and cut */
	refuse_str("\0\0x", 3);      /* empty, no NUL */
	refuse_str("\0", 1);         /* half a length */
	refuse_str("\xff\xff"
		   "ab",
		5); /* a length far beyond the end */
}

/* Random operations on random bytes: what comes out lies inside what went in. */
static void test_random_reads(void **state)
{
	unsigned int seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = (size_t)rand_r(&seed) % 40;
		unsigned char *buf = malloc(size ? size : 1);
		struct wire wire = { .data = buf, .size = size };

		for (size_t i = 0; i < size; i++)
			buf[i] = (unsigned char)(rand_r(&seed) % 5 ? rand_r(&seed) % 4 : 0xff);
		while (!wire.err && wire.at < size) {
			int op = rand_r(&seed) % 4;
			const char *text = op == 0 ? wire_get_str(&wire) : "";
			const unsigned char *bytes =
				op == 1 ? wire_get_bytes(&wire, (size_t)rand_r(&seed) % 9) : NULL;

			if (op == 2)
				wire_get_u64(&wire);
			if (op == 3)
				wire_get_u8(&wire);
			if (*text)
				assert_true(
					(const unsigned char *)text + strlen(text) < buf + wire.at);
			if (bytes)
				assert_true(bytes >= buf && bytes <= buf + wire.at);
			assert_true(wire.at <= size);
		}
		free(buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_every_short_buffer),
		cmocka_unit_test(test_first_error_sticks),
		cmocka_unit_test(test_huge_lengths),
		cmocka_unit_test(test_empty_bytes),
		cmocka_unit_test(test_longest_string),
		cmocka_unit_test(test_long_string_keeps_first_error),
		cmocka_unit_test(test_bad_strings),
		cmocka_unit_test(test_random_reads),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
