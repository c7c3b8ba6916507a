/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/record.c: every descriptor arrives under its name and close-on-exec; whatever is
 * cut, unasked for or malformed is refused, and the descriptors that came with it are closed;
 * nobody waits longer than the deadline.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <sys/socket.h>

#include "lib/deadline.h"
#include "lib/record.h"
#include "lib/why.h"

static unsigned char big[RECORD_MAX];
static int ours, theirs, fds_before;

static int setup(void **state)
{
	int pair[2];

	(void)state;
	fds_before = unit_fds();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	return 0;
}

/* Every test ends with as many fds open as it began with. */
static int teardown(void **state)
{
	(void)state;
	if (theirs >= 0)
		close(theirs);
	close(ours);
	if (unit_fds() == fds_before)
		return 0;
	print_error("# %d fds open, before %d\n", unit_fds(), fds_before);
	return -1;
}

static int receive(struct record *ret)
{
	struct why why;

	return record_recv(ours, RECORD_ANSWER, big, sizeof big, ret, deadline_in(1000), &why);
}

/* Sends raw bytes with n fds, all of them /dev/null: what a hostile other side could do. */
static void send_raw(const void *data, size_t len, size_t n)
{
	char control[CMSG_SPACE(64 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec part = { (void *)(uintptr_t)data, len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct cmsghdr *cmsg = (struct cmsghdr *)control;

	if (n > 0) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(n * sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			memcpy(CMSG_DATA(cmsg) + i * sizeof(int), &null_fd, sizeof null_fd);
	}
	assert_int_equal(sendmsg(theirs, &message, MSG_NOSIGNAL), (ssize_t)len);
	close(null_fd);
}

static bool same_file(int a, int b)
{
	struct stat st_a, st_b;

	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 && st_a.st_ino == st_b.st_ino &&
		st_a.st_dev == st_b.st_dev;
}

/* Each combination of present and absent descriptors. */
static void test_fds_by_name(void **state)
{
	int files[RECORD_N_FDS] = { open("/dev/null", O_RDONLY | O_CLOEXEC),
		open("/", O_PATH | O_CLOEXEC) };
	struct record got;

	(void)state;
	for (unsigned int names = 0; names < 1u << RECORD_N_FDS; names++) {
		struct record record = { .kind = RECORD_ANSWER, .body = "body", .len = 4 };
		struct why why;

		for (int i = 0; i < RECORD_N_FDS; i++)
			record.fds[i] = names >> i & 1 ? files[i] : -1;
		assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
		assert_int_equal(receive(&got), 0);
		assert_int_equal(got.kind, RECORD_ANSWER);
		assert_int_equal(got.len, 4);
		assert_memory_equal(got.body, "body", 4);
		for (int i = 0; i < RECORD_N_FDS; i++) {
			assert_int_equal(got.fds[i] >= 0, names >> i & 1);
			if (got.fds[i] < 0)
				continue;
			assert_true(same_file(got.fds[i], files[i]));
			assert_true(fcntl(got.fds[i], F_GETFD) & FD_CLOEXEC);
			/* The sender's own stay open. */
			assert_true(fcntl(files[i], F_GETFD) >= 0);
		}
		record_close(&got);
		for (int i = 0; i < RECORD_N_FDS; i++)
			assert_int_equal(got.fds[i], -1);
		record_close(&got);
	}
	for (int i = 0; i < RECORD_N_FDS; i++)
		close(files[i]);
}

static void test_largest_and_empty_body(void **state)
{
	static unsigned char body[RECORD_MAX];
	struct record record = {
		.kind = RECORD_ANSWER, .body = body, .len = RECORD_MAX - 7, .fds = { -1, -1 }
	};
	struct record got;
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (unsigned char)(i * 31 >> 3);
	assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
	assert_int_equal(receive(&got), 0);
	assert_int_equal(got.len, record.len);
	assert_memory_equal(got.body, body, record.len);
	record.len = 0;
	assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
	assert_int_equal(receive(&got), 0);
	assert_int_equal(got.len, 0);
}

static void test_cut_data(void **state)
{
	struct record record = { .kind = RECORD_ANSWER, .body = "0123456789", .len = 10 }, got;
	struct why why;

	(void)state;
	for (size_t size = 0; size < 17; size++) {
		record.fds[0] = record.fds[1] = ours;
		assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
		/* A buffer of no bytes reads like the end of the connection: refused as well. */
		assert_int_equal(
			record_recv(ours, RECORD_ANSWER, big, size, &got, deadline_in(1000), &why),
			size ? -EMSGSIZE : -ECONNRESET);
		assert_int_equal(got.fds[0], -1);
		assert_int_equal(got.fds[1], -1);
		assert_int_equal(unit_fds(), fds_before + 2);
	}
	assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
	assert_int_equal(
		record_recv(ours, RECORD_ANSWER, big, 17, &got, deadline_in(1000), &why), 0);
	record_close(&got);
}

/* More descriptors than there are names: the kernel delivers those that fit and cuts the rest. */
static void test_too_many_fds(void **state)
{
	static const size_t many[] = { 3, 4, 5, 16, 64 };
	struct record got;

	(void)state;
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		for (unsigned char names = 0; names < 8; names++) {
			const unsigned char head[] = { 'R', 'O', 'O', 'M', 5, RECORD_ANSWER,
				names };

			send_raw(head, sizeof head, many[i]);
			assert_int_equal(receive(&got), -EMSGSIZE);
			assert_int_equal(unit_fds(), fds_before + 2);
			for (int fd = 0; fd < RECORD_N_FDS; fd++)
				assert_int_equal(got.fds[fd], -1);
		}
}

/* Every byte of names against every number of descriptors that fits. */
static void test_names_must_match(void **state)
{
	struct record got;

	(void)state;
	for (unsigned int names = 0; names < 256; names++)
		for (size_t n = 0; n <= RECORD_N_FDS; n++) {
			const unsigned char head[] = { 'R', 'O', 'O', 'M', 5, RECORD_ANSWER,
				(unsigned char)names };
			bool good = names < 1u << RECORD_N_FDS &&
				(size_t)__builtin_popcount(names) == n;

			send_raw(head, sizeof head, n);
			assert_int_equal(receive(&got), good ? 0 : -EBADMSG);
			record_close(&got);
			assert_int_equal(unit_fds(), fds_before + 2);
		}
}

/* Each bit of the head flipped, each shorter head, with descriptors that must not stay. */
static void test_wrong_heads(void **state)
{
	const unsigned char good[] = { 'R', 'O', 'O', 'M', 5, RECORD_ANSWER, 3 };
	struct record got;

	(void)state;
	send_raw(good, sizeof good, 2);
	assert_int_equal(receive(&got), 0);
	record_close(&got);
	for (size_t bit = 0; bit < 8 * sizeof good; bit++) {
		unsigned char head[sizeof good];

		memcpy(head, good, sizeof good);
		head[bit / 8] ^= (unsigned char)(1u << bit % 8);
		send_raw(head, sizeof head, 2);
		assert_int_equal(receive(&got), -EBADMSG);
		assert_int_equal(unit_fds(), fds_before + 2);
	}
	for (size_t len = 1; len < sizeof good; len++) {
		send_raw(good, len, 2);
		assert_int_equal(receive(&got), -EBADMSG);
		assert_int_equal(unit_fds(), fds_before + 2);
	}
}

static void test_other_kind(void **state)
{
	struct record record = { .kind = RECORD_ASK, .body = "x", .len = 1, .fds = { ours, -1 } },
		      got;
	struct why why;

	(void)state;
	assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), 0);
	assert_int_equal(receive(&got), -EBADMSG);
	assert_int_equal(got.fds[0], -1);
	assert_int_equal(unit_fds(), fds_before + 2);
}

/* An empty message with descriptors looks like the end of the connection; they are closed too. */
static void test_empty_message(void **state)
{
	struct record got;

	(void)state;
	send_raw("", 0, 2);
	assert_int_equal(receive(&got), -ECONNRESET);
	assert_int_equal(unit_fds(), fds_before + 2);
}

static void test_other_side_gone(void **state)
{
	struct record record = { .kind = RECORD_ANSWER, .body = "x", .len = 1, .fds = { -1, -1 } },
		      got;
	struct why why;

	(void)state;
	close(theirs);
	theirs = -1;
	assert_int_equal(receive(&got), -ECONNRESET);
	assert_int_equal(got.fds[0], -1);
	/* SIGPIPE would end this program. */
	assert_int_equal(record_send(ours, &record, deadline_in(1000), &why), -EPIPE);
	assert_int_equal(why.err, EPIPE);
}

static void test_receive_in_time(void **state)
{
	int64_t begin = deadline_in(0), took;
	struct record got = { .fds = { 77, 78 } };
	struct why why;

	(void)state;
	assert_int_equal(
		record_recv(ours, RECORD_ANSWER, big, sizeof big, &got, deadline_in(120), &why),
		-ETIMEDOUT);
	took = deadline_in(0) - begin;
	assert_in_range(took, 118, 1000);
	/* Nothing is left in ret that a caller could close by mistake. */
	assert_int_equal(got.fds[0], -1);
	assert_int_equal(got.fds[1], -1);
	begin = deadline_in(0);
	assert_int_equal(record_recv(ours, RECORD_ANSWER, big, sizeof big, &got, begin - 5, &why),
		-ETIMEDOUT);
	assert_true(deadline_in(0) - begin < 100);
}

/* Signals neither end the wait early nor make it longer. */
static void test_interrupted_receive(void **state)
{
	struct record got;
	struct why why;
	int64_t begin;
	pid_t pester;
	int status;

	(void)state;
	unit_interrupt_by(SIGUSR1);
	pester = unit_pester(SIGUSR1, 10, 60);
	begin = deadline_in(0);
	assert_int_equal(
		record_recv(ours, RECORD_ANSWER, big, sizeof big, &got, deadline_in(300), &why),
		-ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 298, 500);
	while (waitpid(pester, &status, 0) < 0 && errno == EINTR)
		;
}

static void test_send_in_time(void **state)
{
	struct record record = {
		.kind = RECORD_ANSWER, .body = big, .len = 20000, .fds = { -1, -1 }
	};
	int64_t begin = 0;
	struct why why;
	int r = 0;

	(void)state;
	for (int i = 0; r == 0 && i < 1000; i++) {
		begin = deadline_in(0);
		r = record_send(theirs, &record, deadline_in(120), &why);
	}
	assert_int_equal(r, -ETIMEDOUT);
	assert_in_range(deadline_in(0) - begin, 118, 1000);
}

static void test_too_large_to_send(void **state)
{
	size_t size = 4 << 20;
	struct record record = {
		.kind = RECORD_ANSWER, .body = calloc(1, size), .len = size, .fds = { -1, -1 }
	};
	struct why why;

	(void)state;
	assert_non_null(record.body);
	assert_int_equal(record_send(theirs, &record, deadline_in(1000), &why), -EMSGSIZE);
	free((void *)(uintptr_t)record.body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fds_by_name),
		TEST(test_largest_and_empty_body),
		TEST(test_cut_data),
		TEST(test_too_many_fds),
		TEST(test_names_must_match),
		TEST(test_wrong_heads),
		TEST(test_other_kind),
		TEST(test_empty_message),
		TEST(test_other_side_gone),
		TEST(test_receive_in_time),
		TEST(test_interrupted_receive),
		TEST(test_send_in_time),
		TEST(test_too_large_to_send),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
