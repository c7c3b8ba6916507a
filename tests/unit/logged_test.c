/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of roomctl/logged.c: the kernel's records.
 */
#include "tests/unit/unit.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "roomctl/logged.h"

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
	static const char *const texts[] = { "[ 3152.403955] " TYPE WHOLE,
		"[ 3152.403955] " TYPE WHOLE "\n", "[ 3152.403955][ T2512] " TYPE WHOLE,
		"[Fri Nov 27 11:55:55 2026] " TYPE WHOLE,
		"Nov 27 11:55:55 house kernel: " TYPE WHOLE,
		"d\xc3\xa9"
		"c. 7 11:55:55 house kernel: " TYPE WHOLE,
		"Nov  7 11:55:55 house kernel: [ 3152.403955] " TYPE WHOLE,
		"2026-11-27T11:55:55+0000 house kernel: " TYPE WHOLE,
		"2026-11-27T11:55:55.123456+00:00 house-1.lan kernel: " TYPE WHOLE,
		"type=SECCOMP msg=" WHOLE, "type=1326 msg=" WHOLE "\n",
		"node=house type=SECCOMP msg=" WHOLE,
		"type=SECCOMP msg=" WHOLE "\x1d"
		"ARCH=x86_64 SYSCALL=ptrace AUID=\"ann\"",
		"[1.0] " TYPE BEFORE "subj=unconfined " MIDDLE BEHIND,
		"[1.0] " TYPE BEFORE "subj=/usr/bin/man (enforce) " MIDDLE BEHIND };

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
	assert_true(logged.boot_ms == 3152403);
	assert_true(logged.audit && logged.limited);
	assert_int_equal(logged.uid, 1002);
	assert_int_equal(parse(KMSG TYPE BEFORE MIDDLE
				 "sig=0 arch=c000003e syscall=-1 compat=0 ip=0x0 code=0x7ffc0000",
				 LOGGED_KMSG),
		LOGGED_RECORD);
	assert_true(logged.nr == UINT32_MAX);
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

		snprintf(text, sizeof text, "[1.0] " TYPE BEFORE "pid=7 %s" BEHIND, rows[i].names);
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
		BEFORE MIDDLE "sig=0 arch=c000003e syscall=--1 compat=0 ip=0x0 code=0x7ffc0000",
		BEFORE MIDDLE "sig=0 arch=c000003e syscall=-4294967295 compat=0 ip=0x0 code=0x0",
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

		snprintf(text, sizeof text, "[1.0] " TYPE "%s", texts[i]);
		assert_int_equal(parse(text, LOGGED_TEXT), LOGGED_STRANGE);
	}
	/* Whether it is old is known all the same. */
	assert_int_equal(parse(KMSG TYPE WHOLE " more=1", LOGGED_KMSG), LOGGED_STRANGE);
	assert_true(logged.ms == 1795780555287);
}

/*
 * A record's text inside somebody else's is none, but not nothing either: it may be one that a tool
 * printed in another form. What a program wrote to the kernel's log is nothing.
 */
static void test_forged(void **state)
{
	static const char *const texts[] = { "x " TYPE WHOLE, "process 'x " TYPE WHOLE "' launched",
		"Nov 27 11:55:55 house mallory: kernel: " TYPE WHOLE,
		"Nov 27 11:55:55 house mallory: " TYPE WHOLE,
		"Nov 27 11:55:55 house x y kernel: " TYPE WHOLE, "[x] y " TYPE WHOLE,
		"[" TYPE WHOLE, "type=EXECVE msg=audit(1.000:1): a0=\"type=SECCOMP msg=" WHOLE "\"",
		/* Where a message that has several lines goes on. */
		"               a b c kernel: " TYPE WHOLE, " " TYPE WHOLE, "\t" TYPE WHOLE,
		"\ta b c d kernel: " TYPE WHOLE, TYPE WHOLE,
		"process 'a' launched 'x kernel: " TYPE WHOLE,
		"[ 31.5] process 'a' launched 'x kernel: " TYPE WHOLE,
		"[ 31.5] Nov 27 11:55:55 house kernel: " TYPE WHOLE,
		"Nov 27 11:55:55 house kernel: type=SECCOMP msg=" WHOLE,
		/* dmesg -x, journalctl -o short-full, and without -k */
		"kern  :notice: [ 31.5] " TYPE WHOLE,
		"Fri 2026-11-27 11:55:55 UTC house kernel: " TYPE WHOLE,
		"Nov 27 11:55:55 house audit[7]: SECCOMP auid=1 uid=1" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(parse(texts[i], LOGGED_TEXT), LOGGED_STRANGE);
	assert_int_equal(parse("type=USER_CMD msg=" WHOLE, LOGGED_TEXT), LOGGED_OTHER);
	assert_true(logged.ms == 1795780555287);
	assert_int_equal(parse("12,345,31,-;" TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse("13,345,31,-;" TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	/* But its number and its time are the kernel's. */
	assert_int_equal(
		parse("30,90000,7000,-;systemd[1]: " TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_true(logged.sequence == 90000 && logged.boot_ms == 7);
	assert_false(logged.audit || logged.limited);
	assert_int_equal(parse(KMSG "x " TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse(KMSG "type=SECCOMP msg=" WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse(TYPE WHOLE, LOGGED_KMSG), LOGGED_OTHER);
	assert_int_equal(parse("5,345,31", LOGGED_KMSG), LOGGED_OTHER);
}

/* The kernel counts them with the audit's lines. */
static void test_limited(void **state)
{
	static const struct {
		const char *text;
		bool audit, limited;
	} rows[] = {
		{ "audit: type=1400 audit(1795780555.287:12): apparmor=\"DENIED\"", true, true },
		{ "audit: backlog limit exceeded", false, true },
		{ "audit: type=13 [7]: segfault at 0 ip 0 sp 0 error 4", false, true },
		{ "x y[7]: segfault at 0 ip 0 sp 0 error 4", false, true },
		{ "traps: x[7] general protection fault ip:0 sp:0 error:0", false, true },
		{ "x[7] bad frame in rt_sigreturn frame:0 ip:0 sp:0 orax:f", false, true },
		{ "Linux version 6.12", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];

		snprintf(text, sizeof text, KMSG "%s\n", rows[i].text);
		parse(text, LOGGED_KMSG);
		assert_int_equal(logged.audit, rows[i].audit);
		assert_int_equal(logged.limited, rows[i].limited);
		assert_true(logged.ms == (rows[i].audit ? 1795780555287 : 0));
	}
}

static void test_lost(void **state)
{
	(void)state;
	assert_int_equal(parse(KMSG "kauditd_printk_skb: 27 callbacks suppressed\n", LOGGED_KMSG),
		LOGGED_LOST);
	assert_int_equal(logged.lost, 27);
	/* It is named who asked next. */
	assert_int_equal(
		parse(KMSG "show_signal_msg: 2 callbacks suppressed\n", LOGGED_KMSG), LOGGED_LOST);
	assert_int_equal(logged.lost, 2);
	assert_int_equal(parse("kern  :warn  : [ 1.5] kauditd_printk_skb: 27 callbacks suppressed",
				 LOGGED_TEXT),
		LOGGED_STRANGE);
	assert_int_equal(
		parse("[   12.5] audit: audit_lost=4 audit_rate_limit=0 audit_backlog_limit=64",
			LOGGED_TEXT),
		LOGGED_LOST);
	assert_int_equal(parse("audit: backlog limit exceeded", LOGGED_TEXT), LOGGED_LOST);
	assert_int_equal(parse("net_ratelimit: 3 callbacks suppressed", LOGGED_TEXT), LOGGED_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
