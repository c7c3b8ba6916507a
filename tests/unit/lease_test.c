/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/lease.c: words arrive as they were said, other lengths and versions are refused, and
 * a keeper that is silent, deaf or dead costs its deadline and no more.
 */
#include "tests/unit/unit.h"

#include <sys/socket.h>

#include "lib/deadline.h"
#include "lib/lease.h"
#include "lib/why.h"

static int ours, theirs;
static struct why why;

static int setup(void **state)
{
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(ours);
	if (theirs >= 0)
		close(theirs);
	return 0;
}

static int hear(enum lease_kind *kind)
{
	return lease_hear(ours, kind, deadline_in(1000), &why);
}

static void test_every_word(void **state)
{
	(void)state;
	for (enum lease_word word = LEASE_HELLO; word <= LEASE_UNKNOWN; word++)
		for (enum lease_kind kind = LEASE_LOGIN; kind <= LEASE_HOLD; kind++) {
			enum lease_kind heard = 0;

			assert_int_equal(lease_say(theirs, word, kind, deadline_in(1000), &why), 0);
			assert_int_equal(hear(&heard), word);
			assert_int_equal(heard, kind);
		}
}

static void test_bytes(void **state)
{
	unsigned char got[8];

	(void)state;
	assert_int_equal(lease_say(theirs, LEASE_FULL, LEASE_MANAGER, deadline_in(1000), &why), 0);
	assert_int_equal(recv(ours, got, sizeof got, MSG_DONTWAIT), LEASE_BYTES);
	assert_memory_equal(got, "\1\4\2", 3);
}

static void test_other_length(void **state)
{
	const unsigned char message[64] = { LEASE_VERSION, LEASE_READY, LEASE_LOGIN, LEASE_LOGIN };
	enum lease_kind kind;

	(void)state;
	for (size_t len = 1; len <= sizeof message; len++) {
		assert_int_equal(send(theirs, message, len, 0), len);
		assert_int_equal(hear(&kind), len == LEASE_BYTES ? LEASE_READY : -EPROTO);
	}
}

static void test_other_version(void **state)
{
	(void)state;
	for (int version = 0; version < 256; version++) {
		const unsigned char message[] = { (unsigned char)version, LEASE_READY,
			LEASE_LOGIN };
		enum lease_kind kind;

		assert_int_equal(send(theirs, message, sizeof message, 0), 3);
		assert_int_equal(hear(&kind), version == LEASE_VERSION ? LEASE_READY : -EPROTO);
	}
}

/* Whatever the word: it is never taken for an error, and never for one of the known six. */
static void test_unknown_words(void **state)
{
	(void)state;
	for (int word = LEASE_UNKNOWN + 1; word < 256; word++) {
		const unsigned char message[] = { LEASE_VERSION, (unsigned char)word, 0 };
		enum lease_kind kind;
		int r;

		assert_int_equal(send(theirs, message, sizeof message, 0), 3);
		r = hear(&kind);
		assert_true(r < LEASE_HELLO || r > LEASE_UNKNOWN);
	}
}

static void test_gone(void **state)
{
	enum lease_kind kind;

	(void)state;
	close(theirs);
	theirs = -1;
	assert_int_equal(hear(&kind), -ECONNRESET);
	/* SIGPIPE would end this program. */
	assert_int_equal(
		lease_say(ours, LEASE_HELLO, LEASE_LOGIN, deadline_in(1000), &why), -EPIPE);
}

static void test_silent(void **state)
{
	int64_t begin = deadline_in(0);
	enum lease_kind kind;

	(void)state;
	assert_int_equal(lease_hear(ours, &kind, deadline_in(120), &why), -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 118, 1000);
	begin = deadline_in(0);
	assert_int_equal(lease_hear(ours, &kind, begin - 1, &why), -ETIMEDOUT);
	assert_true(deadline_in(0) - begin < 100);
}

/* Says words until the other side's queue is full; returns the last result. */
static int say_until_full(void)
{
	int r = 0;

	for (int i = 0; r == 0 && i < 100000; i++)
		r = lease_say(theirs, LEASE_HELLO, LEASE_LOGIN, deadline_in(50), &why);
	return r;
}

static void test_deaf(void **state)
{
	int64_t begin;

	(void)state;
	assert_int_equal(say_until_full(), -ETIMEDOUT);
	begin = deadline_in(0);
	assert_int_equal(
		lease_say(theirs, LEASE_HELLO, LEASE_LOGIN, deadline_in(120), &why), -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 118, 1000);
}

static void end_pester(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* A signal in the middle is no answer: both sides go on waiting. */
static void test_interrupted_hear(void **state)
{
	int64_t begin = deadline_in(0);
	enum lease_kind kind;
	pid_t pester;

	(void)state;
	unit_interrupt_by(SIGUSR1);
	pester = unit_pester(SIGUSR1, 20, 5);
	assert_int_equal(lease_hear(ours, &kind, deadline_in(200), &why), -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 198, 1000);
	end_pester(pester);
}

static void test_interrupted_say(void **state)
{
	int64_t begin;
	pid_t pester;

	(void)state;
	assert_int_equal(say_until_full(), -ETIMEDOUT);
	unit_interrupt_by(SIGUSR1);
	pester = unit_pester(SIGUSR1, 20, 5);
	begin = deadline_in(0);
	assert_int_equal(
		lease_say(theirs, LEASE_HELLO, LEASE_LOGIN, deadline_in(200), &why), -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 198, 1000);
	end_pester(pester);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_word),
		TEST(test_bytes),
		TEST(test_other_length),
		TEST(test_other_version),
		TEST(test_unknown_words),
		TEST(test_gone),
		TEST(test_silent),
		TEST(test_deaf),
		TEST(test_interrupted_hear),
		TEST(test_interrupted_say),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
