/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/match.c: the first rule wins, all conditions must hold, no condition looks at
 * another kind of name, and what is not known neither opens nor closes a room unless it cannot
 * matter.
 */
#include "tests/unit/unit.h"

#include "config/load.h"
#include "config/match.h"
#include "lib/why.h"

static struct policy *policy;
static struct subject subject;
static struct decision decision;
static unsigned char said[16];

static int setup(void **state)
{
	(void)state;
	memset(said, LOOKUP_NO, sizeof said);
	subject = (struct subject){
		.user = "ann", .uid = 1000, .service = "sshd", .tty = "ssh", .said = said
	};
	from_host_read("", &subject.from);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	policy_free(policy);
	policy = NULL;
	return 0;
}

/* The policy whose rules are these, with two rooms. */
static void rules(const char *text)
{
	static struct complaints complaints;
	struct sources *sources = NULL;
	struct why why;
	char whole[4096];

	policy_free(policy);
	policy = NULL;
	snprintf(whole, sizeof whole, "rooms: { staff: { }; lab: { }; }; assign: ( %s );", text);
	assert_int_equal(sources_take("t", whole, strlen(whole), &sources), 0);
	if (policy_read(sources, false, &policy, &complaints, &why) < 0)
		fail_msg("%s: %s", text, why.text);
	policy->uid_min = 1000;
	sources_free(sources);
}

/* "staff", "outside", "closed" or "unsure"; with the rule's number before it: "1 staff". */
static const char *match(void)
{
	static char answer[64];
	const char *end = decision.verdict == VERDICT_OUTSIDE ? "outside" : "closed";

	policy_match(policy, &subject, &decision, NULL, NULL);
	end = decision.unsure                       ? "unsure" :
		decision.verdict == VERDICT_ROOM    ? decision.room->name :
		decision.verdict == VERDICT_OUTSIDE ? "outside" :
						      "closed";
	if (decision.rule)
		snprintf(answer, sizeof answer, "%d %s", (int)(decision.rule - policy->rules), end);
	else
		snprintf(answer, sizeof answer, "- %s", end);
	return answer;
}

static void test_no_rule(void **state)
{
	(void)state;
	rules("");
	assert_string_equal(match(), "- brick");
	subject.uid = 999;
	assert_string_equal(match(), "- outside");
	subject.uid = UINT32_MAX - 1;
	assert_string_equal(match(), "- brick");
}

static void test_root(void **state)
{
	(void)state;
	rules("{ uid = \"0\"; room = \"staff\"; }, { room = \"closed\"; }");
	subject.uid = 0;
	assert_string_equal(match(), "- outside");
	subject.user = "root";
	subject.uid = 1000; /* the name alone makes nobody root */
	assert_string_equal(match(), "1 closed");
}

static void test_first_match(void **state)
{
	(void)state;
	rules("{ uid = \"1001-2000\"; room = \"staff\"; }, { room = \"closed\"; }, "
	      "{ room = \"outside\"; }");
	assert_string_equal(match(), "1 closed");
	subject.uid = 1001;
	assert_string_equal(match(), "0 staff");
}

static void test_uid(void **state)
{
	(void)state;
	rules("{ uid = \"1000-1999\"; room = \"staff\"; }");
	for (uint32_t uid = 998; uid < 2002; uid++) {
		subject.uid = uid;
		assert_int_equal(strcmp(match(), "0 staff") == 0, uid >= 1000 && uid <= 1999);
	}
}

static void test_globs(void **state)
{
	static const struct {
		const char *glob, *name;
		int matches;
	} rows[] = { { "ann", "ann", 1 }, { "ann", "anne", 0 }, { "ann", "Ann", 0 },
		{ "a*", "ann", 1 }, { "*", "ann", 1 }, { "a?n", "ann", 1 }, { "[a-c]nn", "ann", 1 },
		{ "[!a]nn", "ann", 0 }, { "[*]", "ann", 0 }, { "[*]", "*", 1 }, { "\\\\*", "*", 0 },
		{ "1000", "ann", 0 }, { "wheel", "ann", 0 }, { "?", "", 0 },
		{ "DOM\\\\*", "DOM\\ann", 1 }, { "DOM\\\\ann", "DOM\\ann", 1 } };
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int kind = 0; kind < 3; kind++) {
			static const char *const keys[] = { "user", "service", "tty" };

			setup(NULL);
			snprintf(text, sizeof text, "{ %s = \"%s\"; room = \"staff\"; }",
				keys[kind], rows[i].glob);
			rules(text);
			*(kind == 0               ? &subject.user :
					kind == 1 ? &subject.service :
						    &subject.tty) = rows[i].name;
			if ((strcmp(match(), "0 staff") == 0) != rows[i].matches)
				fail_msg(
					"%s %s against %s", keys[kind], rows[i].glob, rows[i].name);
		}
}

static void test_tty(void **state)
{
	(void)state;
	rules("{ tty = [ \"tty*\", \"pts/*\" ]; room = \"staff\"; }, { tty = \"*\"; room = "
	      "\"lab\"; }");
	assert_string_equal(match(), "1 lab");
	subject.tty = "/dev/pts/3";
	assert_string_equal(match(), "0 staff");
	subject.tty = "tty1";
	assert_string_equal(match(), "0 staff");
	subject.tty = ""; /* no terminal: not even any */
	assert_string_equal(match(), "- brick");
	subject.tty = "/dev/";
	assert_string_equal(match(), "- brick");
}

/* A host is never looked for among networks, a network never among hosts, nor a terminal in them.
 */
static void test_from(void **state)
{
	static const struct {
		const char *from, *answer;
	} rows[] = { { "10.1.2.3", "0 staff" }, { "11.1.2.3", "- brick" }, { "", "- brick" },
		{ "fd00::1", "0 staff" }, { "::ffff:10.1.2.3", "0 staff" },
		{ "a.example.org", "1 lab" }, { "A.EXAMPLE.ORG.", "1 lab" },
		{ "example.org", "- brick" }, { "10.example.net", "- brick" }, { "ssh", "- brick" },
		{ "staff", "- brick" } };

	(void)state;
	rules("{ from = [ \"10.0.0.0/8\", \"fd00::/8\" ]; room = \"staff\"; }, "
	      "{ from = \"*.example.org\"; room = \"lab\"; }");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		from_host_read(rows[i].from, &subject.from);
		if (strcmp(match(), rows[i].answer) != 0)
			fail_msg("from '%s': %s", rows[i].from, match());
	}
}

static void test_time(void **state)
{
	(void)state;
	rules("{ time = [ \"Mon-Fri 08:00-18:00\", \"Sat\" ]; room = \"staff\"; }");
	subject.wday = 1;
	subject.minute = 8 * 60;
	assert_string_equal(match(), "0 staff");
	subject.minute = 18 * 60;
	assert_string_equal(match(), "- brick");
	subject.wday = 6;
	assert_string_equal(match(), "0 staff");
	subject.wday = 0;
	assert_string_equal(match(), "- brick");
}

/* The policy's groups are sorted: lab-people, users, wheel; then its netgroups: wheel. */
static void test_groups(void **state)
{
	(void)state;
	rules("{ group = [ \"users\", \"wheel\" ]; room = \"staff\"; }, "
	      "{ netgroup = \"wheel\"; room = \"lab\"; }, { group = \"lab-people\"; room = "
	      "\"lab\"; }");
	assert_int_equal(policy->groups.n, 3);
	assert_int_equal(policy->netgroups.n, 1);
	assert_string_equal(match(), "- brick");
	said[0] = LOOKUP_YES;
	assert_string_equal(match(), "2 lab");
	said[3] = LOOKUP_YES; /* the netgroup of that name, not the group */
	assert_string_equal(match(), "1 lab");
	said[2] = LOOKUP_YES;
	assert_string_equal(match(), "0 staff");
	said[2] = LOOKUP_NO;
	said[1] = LOOKUP_YES;
	assert_string_equal(match(), "0 staff");
}

/* Unknown groups: certain where they cannot matter, unsure where they can. */
static void test_unknown(void **state)
{
	static const struct {
		const char *rules, *answer;
	} rows[] = {
		{ "{ group = \"a\"; room = \"staff\"; }, { room = \"lab\"; }", "1 unsure" },
		{ "{ group = \"a\"; room = \"lab\"; }, { room = \"lab\"; }", "1 lab" },
		{ "{ group = \"a\"; uid = \"5\"; room = \"staff\"; }, { room = \"lab\"; }",
			"1 lab" },
		{ "{ room = \"lab\"; }, { group = \"a\"; room = \"staff\"; }", "0 lab" },
		{ "{ group = \"a\"; room = \"staff\"; }", "- unsure" },
		{ "{ group = \"a\"; room = \"brick\"; }", "- brick" },
		{ "{ group = \"a\"; room = \"outside\"; }, { room = \"closed\"; }", "1 unsure" },
		{ "{ netgroup = \"a\"; room = \"outside\"; }, { room = \"closed\"; }", "1 unsure" },
		{ "{ group = \"a\"; room = \"lab\"; }, { group = \"b\"; room = \"staff\"; }, "
		  "{ room = \"lab\"; }",
			"2 unsure" },
		{ "{ group = \"a\"; netgroup = \"b\"; room = \"staff\"; }", "- unsure" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rules(rows[i].rules);
		memset(said, LOOKUP_UNKNOWN, sizeof said);
		subject.said = said;
		if (strcmp(match(), rows[i].answer) != 0)
			fail_msg("%s: %s", rows[i].rules, match());
		subject.said = NULL; /* not asked yet is the same */
		if (strcmp(match(), rows[i].answer) != 0)
			fail_msg("%s, not asked: %s", rows[i].rules, match());
	}
	rules("{ group = [ \"a\", \"b\" ]; room = \"staff\"; }");
	memset(said, LOOKUP_UNKNOWN, sizeof said);
	subject.said = said;
	said[0] = LOOKUP_NO;
	match();
	assert_string_equal(decision.unsure_name, "b");
	said[1] = LOOKUP_YES; /* one is enough */
	said[0] = LOOKUP_UNKNOWN;
	assert_string_equal(match(), "0 staff");
	/* Two groups, one not the user's: the other need not be known. */
	rules("{ group = \"a\"; netgroup = \"b\"; room = \"staff\"; }");
	said[0] = LOOKUP_UNKNOWN;
	said[1] = LOOKUP_NO;
	assert_string_equal(match(), "- brick");
}

/* Each condition alone can fail the rule. */
static void test_all_must_hold(void **state)
{
	(void)state;
	for (unsigned int bad = 0; bad < 256; bad++) {
		char text[512];

		setup(NULL);
		from_host_read("10.0.0.1", &subject.from);
		subject.wday = 1;
		snprintf(text, sizeof text,
			"{ user = \"%s\"; group = \"%s\"; service = \"%s\"; uid = \"%s\"; tty = "
			"\"%s\"; "
			"from = \"%s\"; time = \"%s\"; netgroup = \"%s\"; room = \"staff\"; }, "
			"{ group = [ \"a\", \"b\" ]; netgroup = [ \"a\", \"b\" ]; room = \"lab\"; "
			"}",
			bad & 1 ? "bob" : "ann", bad & 2 ? "b" : "a", bad & 4 ? "su" : "sshd",
			bad & 8 ? "5" : "1000", bad & 16 ? "tty1" : "ssh",
			bad & 32 ? "10.0.0.2" : "10.0.0.1", bad & 64 ? "Tue" : "Mon",
			bad & 128 ? "b" : "a");
		rules(text);
		said[0] = said[2] = LOOKUP_YES;
		assert_string_equal(match(), bad == 0 ? "0 staff" : "1 lab");
	}
}

static void count_tried(const struct tried *tried, void *arg)
{
	char *at = (char *)arg + strlen(arg);

	sprintf(at, "%d%s ", tried->matches, tried->condition ? tried->condition : "");
}

static void test_trace(void **state)
{
	char trace[200] = "";

	(void)state;
	rules("{ user = \"bob\"; room = \"lab\"; }, { group = \"a\"; room = \"lab\"; }, "
	      "{ group = \"b\"; room = \"staff\"; }, { room = \"staff\"; }, { room = \"lab\"; }");
	said[1] = LOOKUP_UNKNOWN;
	policy_match(policy, &subject, &decision, count_tried, trace);
	assert_string_equal(trace, "1user 1group 0group 2 ");
	assert_null(decision.unsure);
	assert_ptr_equal(decision.rule, &policy->rules[3]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_rule),
		TEST(test_root),
		TEST(test_first_match),
		TEST(test_uid),
		TEST(test_globs),
		TEST(test_tty),
		TEST(test_from),
		TEST(test_time),
		TEST(test_groups),
		TEST(test_unknown),
		TEST(test_all_must_hold),
		TEST(test_trace),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
