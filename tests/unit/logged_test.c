/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of roomctl/logged.c, roomctl/learn_calls.c and roomctl/learn_read.c: the kernel's records,
 * and what a policy can say about them.
 */
#include "tests/unit/unit.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/socket.h>

#include "config/policy.h"
#include "helper/profiles.h"
#include "roomctl/learn.h"

#define BEFORE "audit(1795780555.287:12): auid=1001 uid=1002 gid=1003 ses=4 "
#define MIDDLE "pid=25469 comm=\"strace\" exe=\"/usr/bin/strace\" "
#define BEHIND "sig=0 arch=c000003e syscall=101 compat=0 ip=0x7f6fa6e78829 code=0x7ffc0000"
#define WHOLE BEFORE MIDDLE BEHIND
#define KMSG "5,345,3152403955,-;"
#define TYPE "audit: type=1326 "

static struct logged logged;

static enum logged_kind parse(const char *text, enum logged_form form)
{
	char line[2048];

	assert_true(snprintf(line, sizeof line, "%s", text) < (int)sizeof line);
	return logged_parse(line, form, &logged);
}

static void test_record(void **state)
{
	static const char *const texts[] = { TYPE WHOLE, TYPE WHOLE "\n",
		"[ 3152.403955] " TYPE WHOLE, "[ 3152.403955][ T2512] " TYPE WHOLE,
		"[Fri Nov 27 11:55:55 2026] " TYPE WHOLE,
		"Nov 27 11:55:55 house kernel: " TYPE WHOLE,
		"Nov  7 11:55:55 house kernel: [ 3152.403955] " TYPE WHOLE,
		"2026-11-27T11:55:55+0000 house kernel: " TYPE WHOLE, "type=SECCOMP msg=" WHOLE,
		"type=1326 msg=" WHOLE "\n", "node=house type=SECCOMP msg=" WHOLE,
		"type=SECCOMP msg=" WHOLE "\x1d"
		"ARCH=x86_64 SYSCALL=ptrace AUID=\"ann\"",
		TYPE BEFORE "subj=unconfined " MIDDLE BEHIND,
		TYPE BEFORE "subj=/usr/bin/man (enforce) " MIDDLE BEHIND };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(parse(texts[i], LOGGED_TEXT), LOGGED_RECORD);
		assert_true(logged.ms == 1795780555287);
		assert_int_equal(logged.serial, 12);
		assert_int_equal(logged.auid, 1001);
		assert_int_equal(logged.uid, 1002);
		assert_int_equal(logged.arch, AUDIT_ARCH_X86_64);
		assert_int_equal(logged.nr, 101);
		assert_int_equal(logged.code, SECCOMP_RET_LOG);
		assert_string_equal(logged.program, "/usr/bin/strace");
	}
	assert_int_equal(parse(KMSG TYPE WHOLE "\n SUBSYSTEM=x\n", LOGGED_KMSG), LOGGED_RECORD);
	assert_true(logged.sequence == 345);
	assert_int_equal(logged.uid, 1002);
}

/* What the user chose is a name, and stays one. */
static void test_names(void **state)
{
	static const struct {
		const char *names, *program;
	} rows[] = {
		{ "comm=\"a\" exe=\"/tmp/uid=0\" ", "/tmp/uid=0" },
		{ "comm=\"code=0x0\" exe=2F746D702F61206222 ", "/tmp/a b\"" },
		{ "comm=\"uid=0\" exe=2F0A7D ", "/\n}" },
		{ "comm=6120756964 exe=(null) ", "a uid" },
		{ "comm=\"sh\" exe=\"/memfd:x\" ", "/memfd:x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];

		snprintf(text, sizeof text, TYPE BEFORE "pid=7 %s" BEHIND, rows[i].names);
		assert_int_equal(parse(text, LOGGED_TEXT), LOGGED_RECORD);
		assert_string_equal(logged.program, rows[i].program);
		assert_int_equal(logged.uid, 1002);
		assert_int_equal(logged.nr, 101);
	}
}

/* Not a byte of it counts when it is not as the kernel writes it. */
static void test_strange(void **state)
{
	static const char *const texts[] = { "", "audit(", WHOLE " more=1", BEFORE BEHIND,
		BEFORE MIDDLE "sig=0 arch=c000003e syscall=-1 compat=0 ip=0x0 code=0x7ffc0000",
		BEFORE MIDDLE "sig=0 arch=c000003e syscall=101 compat=0 ip=0x0 code=7ffc0000",
		BEFORE MIDDLE "sig=0 arch=c00000003e syscall=101 compat=0 ip=0x0 code=0x0",
		BEFORE MIDDLE "sig=0 syscall=101 arch=c000003e compat=0 ip=0x0 code=0x0",
		BEFORE "uid=0 " MIDDLE BEHIND, BEFORE "x=subj=y " MIDDLE BEHIND,
		BEFORE "pid=7 comm=\"a\" exe=\"/a\"b\" " BEHIND,
		BEFORE "pid=7 comm=\"a\" exe=\"/a b\" " BEHIND,
		BEFORE "pid=7 comm=\"a\" exe=2F7 " BEHIND,
		BEFORE "pid=7 comm=\"a\" exe=2F00 " BEHIND, BEFORE "pid=7 comm=\"a\" exe= " BEHIND,
		BEFORE "pid=7 comm=\"a\" exe=\" " BEHIND,
		"audit(1795780555.28:12): auid=1 uid=2 gid=3 ses=4 " MIDDLE BEHIND,
		"audit(1795780555.287:12): auid=1 uid=4294967296 gid=3 ses=4 " MIDDLE BEHIND,
		"audit(1795780555.287:12): auid=1 uid=-1 gid=3 ses=4 " MIDDLE BEHIND,
		"audit(1795780555.287:12): uid=2 auid=1 gid=3 ses=4 " MIDDLE BEHIND };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[1024];

		snprintf(text, sizeof text, TYPE "%s", texts[i]);
		assert_int_equal(parse(text, LOGGED_TEXT), LOGGED_STRANGE);
	}
}

/* A record's text inside somebody else's is none; nor is what a program wrote to the kernel's log.
 */
static void test_forged(void **state)
{
	static const char *const texts[] = { "x " TYPE WHOLE, "process 'x " TYPE WHOLE "' launched",
		"Nov 27 11:55:55 house mallory: kernel: " TYPE WHOLE,
		"Nov 27 11:55:55 house mallory: " TYPE WHOLE,
		"Nov 27 11:55:55 house x y kernel: " TYPE WHOLE, "[x] y " TYPE WHOLE,
		"[" TYPE WHOLE, "type=USER_CMD msg=" WHOLE,
		"type=EXECVE msg=audit(1.000:1): a0=\"type=SECCOMP msg=" WHOLE "\"" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(parse(texts[i], LOGGED_TEXT), LOGGED_OTHER);
	assert_int_equal(parse("12,345,31,-;" TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse("13,345,31,-;" TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse(KMSG "x " TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse(KMSG "type=SECCOMP msg=" WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse(TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse("5,345,31", LOGGED_KMSG), LOGGED_OTHER);
}

static void test_lost(void **state)
{
	(void)state;
	assert_int_equal(parse(KMSG "kauditd_printk_skb: 27 callbacks suppressed\n", LOGGED_KMSG),
		LOGGED_LOST);
	assert_int_equal(logged.lost, 27);
	assert_int_equal(
		parse("[   12.5] audit: audit_lost=4 audit_rate_limit=0 audit_backlog_limit=64",
			LOGGED_TEXT),
		LOGGED_LOST);
	assert_int_equal(parse("audit: backlog limit exceeded", LOGGED_TEXT), LOGGED_LOST);
	assert_int_equal(parse("net_ratelimit: 3 callbacks suppressed", LOGGED_TEXT), LOGGED_OTHER);
}

/* --- counting ------------------------------------------------------------------------------------
 */

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
	TYPE "audit(" at ".000:" serial "): auid=7 uid=1001 gid=7 ses=7 " MIDDLE BEHIND "\n"
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
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int asked = 0;
		struct learned learned = { .side = side_of, .arg = &asked, .since_ms = 100000 };

		add_lines(&learned, rows[i].text);
		assert_int_equal(learned.n_inside, rows[i].n);
		assert_int_equal(learned.n_lost, rows[i].n_lost);
		assert_int_equal(learned.lost, rows[i].n_lost > 0);
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

/* The kernel's log: one read, one line. Of the last ones it may not have told yet how many it lost.
 */
static void test_kmsg(void **state)
{
	static const struct {
		const char *at[3];
		bool full;
	} rows[] = {
		{ { "100", "101", "102" }, true },
		{ { "100", "101", "106" }, false },
		{ { "90", "101", "102" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fds[2], asked = 0;
		struct learned learned = {
			.side = side_of, .arg = &asked, .burst = 3, .burst_ms = 5000
		};

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
		for (size_t j = 0; j < 3; j++)
			assert_true(dprintf(fds[1],
					    "5,%zu,1,-;" TYPE "audit(%s.000:%zu): auid=7 uid=1001 "
					    "gid=7 ses=7 " MIDDLE BEHIND "\n",
					    i + j, rows[i].at[j], j) > 0);
		assert_int_equal(learn_read_kmsg(fds[0], &learned), 0);
		close(fds[0]);
		close(fds[1]);
		assert_int_equal(learned.n_inside, 3);
		assert_int_equal(learned.n_stamps, 3);
		assert_int_equal(learned.full, rows[i].full);
		assert_int_equal(learned.overwritten, i > 0);
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
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_kmsg),
		cmocka_unit_test(test_hinders),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
