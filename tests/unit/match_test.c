/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/match.c: the first rule whose conditions all hold decides, root is outside
 * whatever the rules say, and no condition looks at another kind of name.
 */
#include "tests/unit/unit.h"

#include "config/match.h"
#include "config/preset.h"

static const struct room_spec staff = { .name = "staff" };
static const char *groups[] = { "users", "wheel", "1000" };
static struct subject subject;
static struct rule rules[4];
static struct policy policy;
static struct decision decision;

static int setup(void **state)
{
	(void)state;
	subject = (struct subject){
		.user = "ann", .uid = 1000, .groups = groups, .n_groups = 3, .service = "sshd"
	};
	memset(rules, 0, sizeof rules);
	policy = (struct policy){ .rules = rules, .uid_min = 1000 };
	return 0;
}

/* Adds a rule into staff and returns it for filling. */
static struct rule *rule(void)
{
	struct rule *ret = &rules[policy.n_rules++];

	ret->verdict = VERDICT_ROOM;
	ret->room = &staff;
	return ret;
}

static struct pattern_list list(const char **items, size_t n)
{
	return (struct pattern_list){ items, n };
}

static const struct rule *match(void)
{
	policy_match(&policy, &subject, &decision);
	return decision.rule;
}

static void test_no_rule(void **state)
{
	(void)state;
	assert_null(match());
	assert_int_equal(decision.verdict, VERDICT_ROOM);
	assert_ptr_equal(decision.room, preset_find("brick"));
	subject.uid = 999;
	assert_null(match());
	assert_int_equal(decision.verdict, VERDICT_OUTSIDE);
	subject.uid = UINT32_MAX - 1;
	match();
	assert_int_equal(decision.verdict, VERDICT_ROOM);
}

/* A room that the policy describes under the preset's name takes its place. */
static void test_own_brick(void **state)
{
	struct room_spec rooms[] = { { .name = "staff" }, { .name = "brick" } };

	(void)state;
	policy.rooms = rooms;
	policy.n_rooms = 2;
	match();
	assert_ptr_equal(decision.room, &rooms[1]);
}

static void test_root(void **state)
{
	(void)state;
	rule()->uid = (struct uid_range){ true, 0, 0 };
	rule();
	subject.uid = 0;
	assert_null(match());
	assert_int_equal(decision.verdict, VERDICT_OUTSIDE);
	subject.user = "root";
	subject.uid = 1000; /* the name alone makes nobody root */
	assert_ptr_equal(match(), &rules[1]);
}

static void test_first_match(void **state)
{
	(void)state;
	rule()->uid = (struct uid_range){ true, 1001, 2000 };
	rule()->verdict = VERDICT_CLOSED;
	rule()->verdict = VERDICT_OUTSIDE;
	assert_ptr_equal(match(), &rules[1]);
	assert_int_equal(decision.verdict, VERDICT_CLOSED);
	subject.uid = 1001;
	assert_ptr_equal(match(), &rules[0]);
	assert_ptr_equal(decision.room, &staff);
}

static void test_uid(void **state)
{
	(void)state;
	rule()->uid = (struct uid_range){ true, 1000, 1999 };
	for (uint32_t uid = 998; uid < 2002; uid++) {
		subject.uid = uid;
		assert_int_equal(match() != NULL, uid >= 1000 && uid <= 1999);
	}
}

static void test_globs(void **state)
{
	static const struct {
		const char *glob, *name;
		int matches;
	} rows[] = { { "ann", "ann", 1 }, { "ann", "anne", 0 }, { "ann", "Ann", 0 },
		{ "a*", "ann", 1 }, { "*", "ann", 1 }, { "a?n", "ann", 1 }, { "[a-c]nn", "ann", 1 },
		{ "[!a]nn", "ann", 0 }, { "\\*", "ann", 0 }, { "\\*", "*", 1 },
		{ "1000", "ann", 0 }, { "wheel", "ann", 0 }, { "*", "", 1 }, { "?", "", 0 },
		{ "DOM\\\\*", "DOM\\ann", 1 } };

	(void)state;
	rule();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *glob = rows[i].glob;

		rules[0].user = list(&glob, 1);
		rules[0].service = (struct pattern_list){ 0 };
		subject.user = rows[i].name;
		subject.service = "sshd";
		if ((match() != NULL) != rows[i].matches)
			fail_msg("user %s against %s", rows[i].glob, rows[i].name);
		rules[0].service = rules[0].user;
		rules[0].user = (struct pattern_list){ 0 };
		subject.user = "somebody";
		subject.service = rows[i].name;
		if ((match() != NULL) != rows[i].matches)
			fail_msg("service %s against %s", rows[i].glob, rows[i].name);
	}
}

static void test_groups(void **state)
{
	const char *names[] = { "nobodys", "wheel" };

	(void)state;
	rule()->group = list(names, 2);
	assert_non_null(match());
	rules[0].group = list(names, 1);
	assert_null(match());
	names[0] = "w*"; /* no glob */
	assert_null(match());
	names[0] = "ann"; /* no user */
	assert_null(match());
	names[0] = "wheel";
	subject.n_groups = 0;
	assert_null(match());
}

/* Four conditions, each of which may fail: only all of them together match. */
static void test_all_must_hold(void **state)
{
	const char *user = "ann", *group = "users", *service = "sshd", *other = "other";

	(void)state;
	rule();
	for (unsigned int bad = 0; bad < 16; bad++) {
		rules[0].user = list(bad & 1 ? &other : &user, 1);
		rules[0].group = list(bad & 2 ? &other : &group, 1);
		rules[0].service = list(bad & 4 ? &other : &service, 1);
		rules[0].uid = (struct uid_range){ true, bad & 8 ? 5 : 1000, bad & 8 ? 5 : 1000 };
		assert_int_equal(match() != NULL, bad == 0);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_rule),
		TEST(test_own_brick),
		TEST(test_root),
		TEST(test_first_match),
		TEST(test_uid),
		TEST(test_globs),
		TEST(test_groups),
		TEST(test_all_must_hold),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
