/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/ask.c: question and answer survive the way through bytes, every truncation is
 * refused, and nothing a stranger may write makes the decoder read, allocate or print too much.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>

#include "lib/ask.h"
#include "lib/plan.h"
#include "lib/text.h"
#include "lib/wire.h"

static unsigned char bytes[RECORD_MAX];
static struct why why;
static struct ask got;
static struct answer answer;

static const struct ask whole = { .user = "ann",
	.uid = 1001,
	.gid = 100,
	.home = "/home/ann",
	.service = "sshd",
	.tty = "ssh",
	.rhost = "2001:db8::1",
	.ccache = "FILE:/tmp/krb5cc_1001" };
static const struct answer room = { .outcome = OUTCOME_ROOM,
	.why = { 0, "", "" },
	.key = "1001.staff",
	.rule = "room.conf:12",
	.banner = "Welcome (room staff)",
	.plan = "plan\0bytes",
	.plan_len = 10 };

/* Decode the first n bytes from a buffer of just that size. */
static int decode_ask(size_t n)
{
	unsigned char *buf = malloc(n ? n : 1);
	int r;

	memcpy(buf, bytes, n);
	memset(&got, 0, sizeof got);
	r = ask_decode(buf, n, &got, &why);
	if (r == 0)
		assert_in_range((uintptr_t)got.rhost, (uintptr_t)buf, (uintptr_t)buf + n);
	free(buf);
	return r;
}

static int decode_answer(size_t n)
{
	unsigned char *buf = malloc(n ? n : 1);
	int r;

	memcpy(buf, bytes, n);
	memset(&answer, 0x55, sizeof answer);
	r = answer_decode(buf, n, &answer, &why);
	if (r == 0 && answer.plan_len > 0) {
		assert_true((const unsigned char *)answer.plan >= buf);
		assert_true((const unsigned char *)answer.plan + answer.plan_len <= buf + n);
	}
	free(buf);
	return r;
}

static void test_ask_round_trip(void **state)
{
	long len = ask_encode(&whole, bytes, sizeof bytes);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(ask_decode(bytes, (size_t)len, &got, &why), 0);
	assert_string_equal(got.user, "ann");
	assert_int_equal(got.uid, 1001);
	assert_int_equal(got.gid, 100);
	assert_string_equal(got.home, "/home/ann");
	assert_string_equal(got.service, "sshd");
	assert_string_equal(got.tty, "ssh");
	assert_string_equal(got.rhost, "2001:db8::1");
	assert_string_equal(got.ccache, "FILE:/tmp/krb5cc_1001");
}

static void test_ask_truncations(void **state)
{
	long len = ask_encode(&whole, bytes, sizeof bytes);

	(void)state;
	for (long n = 0; n < len; n++)
		if (decode_ask((size_t)n) != -EBADMSG)
			fail_msg("%ld of %ld bytes were accepted", n, len);
	bytes[len] = 0;
	assert_int_equal(decode_ask((size_t)len + 1), -EBADMSG);
	assert_int_equal(decode_ask((size_t)len), 0);
	for (long size = 0; size < len; size++)
		assert_int_equal(ask_encode(&whole, bytes, (size_t)size), -EMSGSIZE);
}

static void test_ask_bits(void **state)
{
	long len = ask_encode(&whole, bytes, sizeof bytes);

	(void)state;
	for (long bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (decode_ask((size_t)len) != 0)
			assert_int_equal(why.err, EBADMSG);
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

/* Any string byte set to NUL would end the name early in one reader and not in another. */
static void test_ask_embedded_nul(void **state)
{
	static const char *const words[] = { "ann", "/home/ann", "sshd", "2001:" };
	long len = ask_encode(&whole, bytes, sizeof bytes);

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		unsigned char *at = memmem(bytes, (size_t)len, words[i], strlen(words[i]));

		assert_non_null(at);
		for (size_t c = 0; c < strlen(words[i]); c++) {
			unsigned char kept = at[c];

			at[c] = '\0';
			assert_int_equal(decode_ask((size_t)len), -EBADMSG);
			at[c] = kept;
		}
	}
}

static void test_answer_round_trip(void **state)
{
	long len = answer_encode(&room, bytes, sizeof bytes);
	struct answer refused = { .outcome = OUTCOME_REFUSED };

	(void)state;
	assert_int_equal(decode_answer((size_t)len), 0);
	assert_int_equal(answer.outcome, OUTCOME_ROOM);
	assert_string_equal(answer.key, "1001.staff");
	assert_string_equal(answer.rule, "room.conf:12");
	assert_string_equal(answer.banner, "Welcome (room staff)");
	assert_int_equal(answer.plan_len, 10);
	assert_int_equal(answer_decode(bytes, (size_t)len, &answer, &why), 0);
	assert_memory_equal(answer.plan, "plan\0bytes", 10);
	why_set(&refused.why, EACCES, "load policy", "line 3");
	len = answer_encode(&refused, bytes, sizeof bytes);
	assert_int_equal(decode_answer((size_t)len), 0);
	assert_int_equal(answer.outcome, OUTCOME_REFUSED);
	assert_int_equal(answer.why.err, EACCES);
	assert_string_equal(answer.why.step, "load policy");
	assert_string_equal(answer.why.text, "line 3");
	assert_string_equal(answer.key, "");
	assert_int_equal(answer.plan_len, 0);
}

static void test_answer_truncations(void **state)
{
	long len = answer_encode(&room, bytes, sizeof bytes);

	(void)state;
	for (long n = 0; n < len; n++)
		if (decode_answer((size_t)n) != -EBADMSG)
			fail_msg("%ld of %ld bytes were accepted", n, len);
	bytes[len] = 0;
	assert_int_equal(decode_answer((size_t)len + 1), -EBADMSG);
	for (long size = 0; size < len; size++)
		assert_int_equal(answer_encode(&room, bytes, (size_t)size), -EMSGSIZE);
}

static void test_answer_bits(void **state)
{
	long len = answer_encode(&room, bytes, sizeof bytes);

	(void)state;
	for (long bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (decode_answer((size_t)len) == 0) {
			assert_true(answer.outcome < N_OUTCOMES);
			assert_true(!answer.key[0] || text_is_room_key(answer.key));
		} else {
			assert_int_equal(why.err, EBADMSG);
		}
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

static void test_answer_outcomes(void **state)
{
	long len = answer_encode(&room, bytes, sizeof bytes);

	(void)state;
	for (unsigned int outcome = 0; outcome < 256; outcome++) {
		bytes[0] = (unsigned char)outcome;
		assert_int_equal(decode_answer((size_t)len), outcome < N_OUTCOMES ? 0 : -EBADMSG);
	}
}

/* Writes an answer with these strings, which may be longer than the fields they go to. */
static int with_banner(
	const char *step, const char *text, const char *key, const char *rule, const char *banner)
{
	struct wire wire = { .data = bytes, .size = sizeof bytes };

	wire_put_u8(&wire, OUTCOME_REFUSED);
	wire_put_u32(&wire, EPERM);
	wire_put_str(&wire, step);
	wire_put_str(&wire, text);
	wire_put_str(&wire, key);
	wire_put_str(&wire, rule);
	wire_put_str(&wire, banner);
	wire_put_u32(&wire, 0);
	return decode_answer(wire.at);
}

static int with_strings(const char *step, const char *text, const char *key, const char *rule)
{
	return with_banner(step, text, key, rule, "");
}

static void test_answer_long_strings(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'l', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(with_strings(text, text, "", text), 0);
	assert_int_equal(strlen(answer.why.step), sizeof answer.why.step - 1);
	assert_int_equal(strlen(answer.why.text), sizeof answer.why.text - 1);
	assert_int_equal(strlen(answer.rule), sizeof answer.rule - 1);
	assert_int_equal(with_banner("", "", "", "", text), 0);
	assert_int_equal(strlen(answer.banner), sizeof answer.banner - 1);
}

static void test_answer_strings_are_tame(void **state)
{
	(void)state;
	assert_int_equal(with_strings("a\nb", "c\033[2Jd", "", "e\377f"), 0);
	assert_string_equal(answer.why.step, "a?b");
	assert_string_equal(answer.why.text, "c?[2Jd");
	assert_string_equal(answer.rule, "e?f");
	assert_int_equal(with_banner("", "", "", "", "Gr\xc3\xbc\xc3\x9f\033[2J\n"), 0);
	assert_string_equal(answer.banner, "Gr\xc3\xbc\xc3\x9f?[2J?");
}

static void test_answer_key(void **state)
{
	char key[60] = "4294967294.";

	(void)state;
	assert_int_equal(with_strings("", "", "../../etc", ""), -EBADMSG);
	assert_int_equal(with_strings("", "", "1001.", ""), -EBADMSG);
	assert_int_equal(with_strings("", "", "1001.a\nb", ""), -EBADMSG);
	assert_int_equal(with_strings("", "", "x", ""), -EBADMSG);
	/* The longest key, then longer ones beyond the field: none becomes valid by a cut. */
	memset(key + 11, 'k', 32);
	assert_int_equal(with_strings("", "", key, ""), 0);
	assert_string_equal(answer.key, key);
	for (size_t len = 44; len < sizeof key; len++) {
		memset(key + 11, 'k', len - 11);
		assert_int_equal(with_strings("", "", key, ""), -EBADMSG);
	}
}

static void test_answer_plan_size(void **state)
{
	static unsigned char plan[PLAN_SIZE_MAX + 1];
	struct answer big = room;
	long len;

	(void)state;
	big.plan = plan;
	big.plan_len = PLAN_SIZE_MAX;
	len = answer_encode(&big, bytes, sizeof bytes);
	assert_int_equal(decode_answer((size_t)len), 0);
	assert_int_equal(answer.plan_len, PLAN_SIZE_MAX);
	big.plan_len = PLAN_SIZE_MAX + 1;
	len = answer_encode(&big, bytes, sizeof bytes);
	assert_true(len > 0);
	assert_int_equal(decode_answer((size_t)len), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask_round_trip),
		cmocka_unit_test(test_ask_truncations),
		cmocka_unit_test(test_ask_bits),
		cmocka_unit_test(test_ask_embedded_nul),
		cmocka_unit_test(test_answer_round_trip),
		cmocka_unit_test(test_answer_truncations),
		cmocka_unit_test(test_answer_bits),
		cmocka_unit_test(test_answer_outcomes),
		cmocka_unit_test(test_answer_long_strings),
		cmocka_unit_test(test_answer_strings_are_tame),
		cmocka_unit_test(test_answer_key),
		cmocka_unit_test(test_answer_plan_size),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
