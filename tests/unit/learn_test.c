/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of roomctl/learn_calls.c and roomctl/learn_read.c: what the kernel's records come to, and
 * whether that is all, and what a policy can say about them.
 */
#include "tests/unit/unit.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/socket.h>

#include "config/policy.h"
#include "helper/profiles.h"
#include "roomctl/learn.h"

#define MIDDLE "pid=25469 comm=\"strace\" exe=\"/usr/bin/strace\" "
#define BEHIND "sig=0 arch=c000003e syscall=101 compat=0 ip=0x7f6fa6e78829 code=0x7ffc0000"
#define TYPE "audit: type=1326 "

static enum learn_side side_of(uint32_t uid, char name[64], void *arg)
{
	int *asked = arg;

	(*asked)++;
	snprintf(name, 64, "u%u", uid);
	return uid == 1001 ? LEARN_INSIDE : uid == 1002 ? LEARN_UNSURE : LEARN_OUTSIDE;
}

static void add(struct learned *learned, uint32_t auid, uint32_t uid, uint32_t nr, uint32_t code)
{
	struct logged one = { .ms = 1000,
		.serial = nr,
		.auid = auid,
		.uid = uid,
		.arch = AUDIT_ARCH_X86_64,
		.nr = nr,
		.code = code,
		.program = "/bin/x" };

	learn_add(learned, LOGGED_RECORD, &one);
}

static void test_count(void **state)
{
	int asked = 0;
	struct learned learned = { .side = side_of, .arg = &asked };

	(void)state;
	add(&learned, 7, 1001, 101, SECCOMP_RET_LOG);
	add(&learned, 7, 1001, 101, SECCOMP_RET_LOG);
	/* By sudo, of a login of 1001; of a login of another. */
	add(&learned, 1001, 0, 165, SECCOMP_RET_LOG);
	add(&learned, 1003, 0, 165, SECCOMP_RET_LOG);
	add(&learned, UINT32_MAX, 0, 165, SECCOMP_RET_LOG);
	add(&learned, 1001, 1003, 165, SECCOMP_RET_LOG);
	add(&learned, 7, 1002, 165, SECCOMP_RET_LOG);
	/* A program's own filter, and numbers that no call has. */
	add(&learned, 7, 1001, 165, SECCOMP_RET_KILL_PROCESS);
	add(&learned, 7, 1001, 5000, SECCOMP_RET_LOG);
	add(&learned, 7, 1001, 5001, SECCOMP_RET_LOG);
	learn_sort(&learned);
	assert_int_equal(learned.n_calls, 3);
	assert_string_equal(learned.calls[0].name, "");
	assert_int_equal(learned.calls[0].n, 2);
	assert_string_equal(learned.calls[1].name, "mount");
	assert_int_equal(learned.calls[1].n, 1);
	assert_string_equal(learned.calls[2].name, "ptrace");
	assert_int_equal(learned.calls[2].n, 2);
	assert_int_equal(learned.n_inside, 5);
	assert_int_equal(learned.n_unlike, 1);
	assert_int_equal(learned.n_users, 4);
	assert_int_equal(asked, 4);
	learned_free(&learned);
}

static void add_lines(struct learned *learned, const char *text)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
	close(fds[1]);
	assert_int_equal(learn_read_lines(fds[0], learned), 0);
	close(fds[0]);
}

#define LINE(at, serial)                                                                           \
	"[1.0] " TYPE "audit(" at ".000:" serial "): auid=7 uid=1001 gid=7 ses=7 " MIDDLE BEHIND   \
	"\n"
#define OTHER(at) "[1.0] audit: type=1400 audit(" at ".000:1): x\n"
#define LOST "kauditd_printk_skb: 5 callbacks suppressed\n"

/* Records are lost before the next one is written, or at the end. */
static void test_since(void **state)
{
	static const struct {
		const char *text;
		unsigned int n, n_lost;
	} rows[] = {
		{ LINE("99", "1") LINE("100", "2") LINE("101", "3"), 2, 0 },
		{ LOST LINE("99", "1") LINE("100", "2"), 1, 0 },
		{ LINE("99", "1") LOST LINE("100", "2"), 1, 5 },
		{ LINE("99", "1") LINE("100", "2") LOST, 1, 5 },
		/* Any line of the audit's is the next one. */
		{ LOST OTHER("99") LINE("100", "2"), 1, 0 },
		{ LOST OTHER("100") LINE("99", "2"), 0, 5 },
		/* Strange ones. */
		{ LINE("100", "2") "[1.0] " TYPE "audit(99.000:1): x\n", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int asked = 0;
		struct learned learned = { .side = side_of, .arg = &asked, .since_ms = 100000 };

		add_lines(&learned, rows[i].text);
		assert_int_equal(learned.n_inside, rows[i].n);
		assert_int_equal(learned.n_lost, rows[i].n_lost);
		assert_int_equal(learned.lost, rows[i].n_lost > 0);
		assert_int_equal(!learn_doubt(&learned), rows[i].n_lost == 0);
		learned_free(&learned);
	}
}

/* What auditd has and the kernel's log had before is one record. */
static void test_again(void **state)
{
	int asked = 0;
	struct learned learned = { .side = side_of, .arg = &asked };

	(void)state;
	add_lines(&learned, LINE("99", "1") LINE("99", "2"));
	learned.stamps = calloc(2, sizeof *learned.stamps);
	learned.stamps[0] = (struct learn_stamp){ 99000, 2 };
	learned.stamps[1] = (struct learn_stamp){ 99000, 1 };
	learned.n_stamps = 2;
	learn_sort(&learned);
	learned.again = true;
	add_lines(&learned, LINE("99", "2") LINE("99", "3") LINE("100", "1"));
	assert_int_equal(learned.n_inside, 4);
	learned_free(&learned);
}

/* auditd's log may begin later than what is asked for, where it has put older lines away. */
static void test_late(void **state)
{
	static const struct {
		const char *text;
		uint64_t since_ms;
		bool rotated, late;
	} rows[] = {
		{ "type=LOGIN msg=audit(100.000:1): x\n", 100000, true, false },
		{ "type=LOGIN msg=audit(100.001:1): x\n", 100000, true, true },
		{ "node=x type=LOGIN msg=audit(99.000:1): x\n", 100000, true, false },
		{ "type=LOGIN msg=audit(100.000:1): x\n", 0, true, true },
		{ "x\ntype=LOGIN msg=audit(99.000:1): x\n", 100000, true, true },
		{ "", 100000, true, true },
		{ "type=LOGIN msg=audit(100.001:1): x\n", 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int asked = 0;
		struct learned learned = { .side = side_of,
			.arg = &asked,
			.since_ms = rows[i].since_ms,
			.late = rows[i].rotated };

		add_lines(&learned, rows[i].text);
		assert_int_equal(learned.late, rows[i].late);
		assert_int_equal(!learn_doubt(&learned), !rows[i].late);
		learned_free(&learned);
	}
}

/* Too many ids are others, of whom it cannot be told. */
static void test_others(void **state)
{
	int asked = 0;
	struct learned learned = { .side = side_of, .arg = &asked };

	(void)state;
	add(&learned, 7, 1001, 101, SECCOMP_RET_LOG);
	for (uint32_t uid = 10001; uid < 14096; uid++)
		add(&learned, 7, uid, 101, SECCOMP_RET_LOG);
	assert_null(learn_doubt(&learned));
	add(&learned, 7, 20001, 101, SECCOMP_RET_LOG);
	add(&learned, 7, 20002, 101, SECCOMP_RET_LOG);
	add(&learned, 7, 1001, 101, SECCOMP_RET_LOG);
	assert_false(learned.failed);
	assert_int_equal(asked, 4096);
	assert_int_equal(learned.n_users, 4097);
	assert_string_equal(learned.users[4096].name, "others");
	assert_int_equal(learned.users[4096].side, LEARN_UNSURE);
	assert_int_equal(learned.users[4096].n, 2);
	assert_int_equal(learned.n_inside, 2);
	assert_non_null(learn_doubt(&learned));
	learned_free(&learned);
}

/* One read of the kernel's log, one line. */
static void read_kmsg(struct learned *learned, const char *const *lines)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	for (; *lines; lines++)
		assert_int_equal(write(fds[1], *lines, strlen(*lines)), strlen(*lines));
	assert_int_equal(learn_read_kmsg(fds[0], learned), 0);
	close(fds[0]);
	close(fds[1]);
}

/* A line of the kernel's at a second; the first of all has the number 0. */
#define AT(n, at, text) "5," n "," at "000000,-;" text "\n"
#define MINE(n, at)                                                                                \
	AT(n, at, TYPE "audit(" at ".000:" n "): auid=7 uid=1001 gid=7 ses=7 " MIDDLE BEHIND)
#define THEIRS(n, at) AT(n, at, "audit: type=1400 audit(" at ".000:" n "): x")
#define FAULT(n, at) AT(n, at, "x[7]: segfault at 0 ip 0 sp 0 error 4")

/* Of the last ones the kernel may not have told yet how many it lost. */
static void test_full(void **state)
{
	static const struct {
		const char *lines[7];
		bool full;
	} rows[] = {
		{ { MINE("0", "100"), MINE("1", "101"), MINE("2", "102") }, true },
		{ { MINE("0", "100"), MINE("1", "101"), MINE("2", "106") }, false },
		{ { MINE("0", "90"), MINE("1", "101"), MINE("2", "102") }, false },
		{ { MINE("0", "101"), MINE("1", "100"), MINE("2", "102") }, true },
		/* Nor may it have when others came between. */
		{ { THEIRS("0", "100"), FAULT("1", "101"), MINE("2", "102") }, true },
		{ { MINE("0", "100"), FAULT("1", "101"), FAULT("2", "102") }, true },
		{ { FAULT("0", "100"), FAULT("1", "101"), FAULT("2", "102") }, true },
		{ { MINE("0", "100"), AT("1", "101", "x"), MINE("2", "102") }, false },
		/* It begins to count with any of them. */
		{ { MINE("0", "96"), MINE("1", "101"), MINE("2", "102"), FAULT("3", "103") },
			true },
		/* It would have told. */
		{ { FAULT("0", "100"), FAULT("1", "101"), FAULT("2", "102"), THEIRS("3", "120") },
			false },
		/* What is old does not count. */
		{ { FAULT("0", "60"), FAULT("1", "61"), FAULT("2", "62") }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int asked = 0;
		struct learned learned = { .side = side_of,
			.arg = &asked,
			.since_boot_ms = 70000,
			.burst = 3,
			.burst_ms = 5000 };

		read_kmsg(&learned, rows[i].lines);
		assert_int_equal(learned.full, rows[i].full);
		assert_int_equal(!learn_doubt(&learned), !rows[i].full);
		learned_free(&learned);
	}
}

/* What was overwritten, and what was lost, but before what is asked for. */
static void test_before(void **state)
{
	static const struct {
		const char *lines[4];
		bool overwritten, lost;
	} rows[] = {
		{ { MINE("0", "100"), MINE("1", "101") }, false, false },
		{ { MINE("7", "100"), MINE("8", "101") }, true, false },
		{ { "30,7,100000000,-;systemd[1]: x\n", MINE("8", "101") }, true, false },
		{ { AT("7", "69", "x"), MINE("8", "101") }, false, false },
		{ { "30,7,69000000,-;systemd[1]: x\n", MINE("8", "101") }, false, false },
		{ { AT("0", "69", "audit: backlog limit exceeded") }, false, false },
		{ { AT("0", "71", "audit: backlog limit exceeded") }, false, true },
		{ { AT("0", "71", "show_signal: 4 callbacks suppressed"), MINE("1", "101") }, false,
			true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int asked = 0;
		struct learned learned = { .side = side_of, .arg = &asked, .since_boot_ms = 70000 };

		read_kmsg(&learned, rows[i].lines);
		assert_int_equal(learned.overwritten, rows[i].overwritten);
		assert_int_equal(learned.lost, rows[i].lost);
		assert_int_equal(!learn_doubt(&learned), !rows[i].overwritten && !rows[i].lost);
		learned_free(&learned);
	}
}

/* --- what a policy can say ----------------------------------------------------------------------
 */

static const char *hinders(const struct room_spec *spec, uint32_t arch, uint32_t nr)
{
	static char phrase[256];
	struct learned learned = { .side = side_of, .arg = &(int){ 0 } };
	struct logged one = { .uid = 1001, .arch = arch, .nr = nr, .code = SECCOMP_RET_LOG };
	const char *why;

	learn_add(&learned, LOGGED_RECORD, &one);
	why = learn_hinders(spec, AUDIT_ARCH_X86_64, &learned.calls[0]);
	if (why)
		snprintf(phrase, sizeof phrase, "%s", why);
	learned_free(&learned);
	return why ? phrase : NULL;
}

static void test_hinders(void **state)
{
	const char *denied[] = { "mount" };
	struct room_spec spec = { .profile = PROFILE_DEVELOPER,
		.syscalls_deny = { .items = denied, .n = 1 } };

	(void)state;
	assert_null(hinders(&spec, AUDIT_ARCH_X86_64, 101));
	assert_null(hinders(&spec, AUDIT_ARCH_X86_64, 425)); /* io_uring_setup */
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_X86_64, 165), "syscalls.deny"));
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_X86_64, 5000), "can name"));
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_X86_64, 16), "another filter"));
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_I386, 26), "another ABI"));
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_X86_64, 521 | 0x40000000), "another ABI"));
	assert_non_null(hinders(&spec, AUDIT_ARCH_AARCH64, 117));
	spec.profile = PROFILE_LOGIN;
	assert_null(hinders(&spec, AUDIT_ARCH_I386, 26));
	assert_null(hinders(&spec, AUDIT_ARCH_I386, 425));
	assert_null(hinders(&spec, AUDIT_ARCH_X86_64, 425 | 0x40000000));
	/* Numbers that are no call's, but for libseccomp or with a bit of another ABI. */
	assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_I386, 425 | 0x40000000), "can name"));
	for (int nr = -1; nr > -11000; nr -= nr > -9990 ? 100 : 1) {
		assert_non_null(strstr(hinders(&spec, AUDIT_ARCH_I386, (uint32_t)nr), "can name"));
		assert_non_null(
			strstr(hinders(&spec, AUDIT_ARCH_X86_64, (uint32_t)nr), "can name"));
	}
}

/* The calls that learn takes for another filter's are those that every profile lets through but for
 * what nothing lifts. */
static void test_held(void **state)
{
	struct room_spec spec = { .profile = PROFILE_DEVELOPER };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < profiles_n_rules; i++) {
		struct learn_call call = { .arch = AUDIT_ARCH_X86_64 };
		bool held = true;
		const char *why;

		snprintf(call.name, sizeof call.name, "%s", profiles_rules[i].name);
		for (unsigned int p = 0; p <= PROFILE_STRICT; p++)
			held &= profiles_call(p, call.name) == PROFILES_PASS;
		for (size_t j = 0; j < profiles_n_rules; j++)
			held &= profiles_rules[j].always ||
				strcmp(profiles_rules[j].name, call.name) != 0;
		why = learn_hinders(&spec, AUDIT_ARCH_X86_64, &call);
		assert_int_equal(why && strstr(why, "another filter"), held);
		n += held;
	}
	assert_true(n > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_hinders),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
