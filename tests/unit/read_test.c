/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of the policy's language: every key of the schema, every trap of libconfig, and what
 * hostile texts cost.
 */
#include "tests/unit/policy.h"

#include <stdbool.h>
#include <time.h>

#include "config/rooms.h"
#include "config/schema.h"

/* For every key of a room a right value: it is read. */
static void test_every_room_key(void **state)
{
	static const struct {
		const char *key, *text;
	} rows[] = { { "walls", "walls = \"brick\";" }, { "share", "share = \"user\";" },
		{ "linger", "linger = \"none\";" }, { "strays", "strays = \"refuse\";" },
		{ "namespaces", "namespaces = [ \"mount\", \"pid\" ];" },
		{ "hostname", "hostname = \"lab-1.example\";" },
		{ "network", "network = \"host\";" }, { "homes", "homes = \"hidden\";" },
		{ "system", "system = \"protected\";" },
		{ "tmp.kind", "tmp: { kind = \"memory\"; };" },
		{ "tmp.size", "tmp: { size = \"20G\"; };" },
		{ "tmp.inodes", "tmp: { inodes = 100000; };" }, { "dev", "dev = \"host\";" },
		{ "devices", "devices = [ \"/dev/dri/*\", \"/dev/kvm\" ];" },
		{ "no_entry", "no_entry = \"/srv/private\";" },
		{ "read_only", "read_only = [ \"/opt\" ];" },
		{ "writable", "writable = [ \"/opt/cache\" ];" },
		{ "bind",
			"bind = ( { source = \"/srv/a\"; target = \"/a\"; read_only = true; } );" },
		{ "setuid", "setuid = [ \"/usr/bin/passwd\" ];" },
		{ "capabilities.bounding", "capabilities: { bounding = [ \"-kill\" ]; };" },
		{ "capabilities.inheritable", "capabilities: { inheritable = \"none\"; };" },
		{ "securebits", "securebits = [ \"noroot\" ];" },
		{ "no_new_privs", "no_new_privs = false;" },
		{ "user_namespaces", "user_namespaces = \"deny\";" },
		{ "syscalls.profile", "syscalls: { profile = \"developer\"; };" },
		{ "syscalls.allow", "syscalls: { allow = [ \"keyctl\" ]; };" },
		{ "syscalls.deny", "syscalls: { deny = \"ptrace\"; };" },
		{ "syscalls.action", "syscalls: { action = \"errno\"; };" },
		{ "limits.memory", "limits: { memory = \"16G\"; };" },
		{ "limits.memory_high", "limits: { memory_high = \"14G\"; };" },
		{ "limits.swap", "limits: { swap = \"0\"; };" },
		{ "limits.cpu", "limits: { cpu = \"400%\"; };" },
		{ "limits.cpu_weight", "limits: { cpu_weight = 100; };" },
		{ "limits.cpus", "limits: { cpus = \"0-7\"; };" },
		{ "limits.tasks", "limits: { tasks = 4096; };" },
		{ "limits.io_weight", "limits: { io_weight = 100; };" },
		{ "limits.io", "limits: { io = ( { path = \"/home\"; read = \"50M\"; } ); };" },
		{ "limits.ptys", "limits: { ptys = 64; };" },
		{ "banner", "banner = \"Welcome to the lab\";" },
		{ "on_failure", "on_failure = \"deny\";" } };
	char text[512], path[64];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < schema_n_rows; i++)
		n += (size_t)rooms_has_row(&schema_rows[i]);
	assert_int_equal(n, sizeof rows / sizeof rows[0]);
	for (size_t i = 0; i < n; i++) {
		const struct schema_row *row = NULL;

		for (size_t j = 0; j < schema_n_rows; j++)
			if (rooms_has_row(&schema_rows[j]) &&
				strcmp(schema_path(&schema_rows[j], path, sizeof path),
					rows[i].key) == 0)
				row = &schema_rows[j];
		if (!row)
			fail_msg("no key %s", rows[i].key);
		in_room(text, sizeof text, rows[i].text);
		if (read_text_of(text) != 0)
			fail_msg("%s: %s", text, why.text);
		assert_int_equal(rooms_origin(&policy->rooms[0], row).kind, ORIGIN_ROOM);
		assert_int_equal(rooms_origin(&policy->rooms[0], row).place.line, 1);
	}
}

/* A value that is not right is told as that, and never as one that is not built. */
static void test_wrong_values(void **state)
{
	(void)state;
	wrong_room("linger = \"10x\";", "'linger' = \"10x\" wants");
	wrong_room("linger = 10;", "'linger' wants");
	wrong_room("namespaces = [ \"mount\", \"piid\" ];", "did you mean \"pid\"?");
	wrong_room("namespaces = [ \"mount\", \"pid\", \"user\" ];", "not built yet");
	wrong_room("hostname = \"a b\";", "'hostname' wants");
	wrong_room("tmp = \"memory\";", "'tmp' wants a group");
	wrong_room("tmp: { sise = \"1G\"; };", "did you mean 'size'?");
	wrong_room("tmp: { size = 20; };", "'tmp.size' wants a size");
	wrong_room("tmp: { size = \"20GB\"; };", "'tmp.size' = \"20GB\"");
	wrong_room("devices = \"/home/x\";", "is not below /dev");
	wrong_room("no_entry = \"srv\";", "is not absolute");
	wrong_room("no_entry = \"/srv/../etc\";", "without //, . and ..");
	wrong_room("no_entry = \"/srv/..\";", "without //, . and ..");
	wrong_room("no_entry = \"/srv/\";", "without a / at its end");
	wrong_room("no_entry = \"/a\\nb\";", "control byte");
	wrong_room("bind = ( { source = \"/a\"; } );", "a 'source' and a 'target'");
	wrong_room("bind = ( { source = \"/a\"; target = \"b\"; } );", "'bind.target' = \"b\"");
	wrong_room("bind = ( 5 );", "a bind is a group");
	wrong_room("bind = { };", "'bind' wants");
	wrong_room("setuid = \"some\";", "'setuid' wants");
	wrong_room("setuid = [ \"passwd\" ];", "is not absolute");
	wrong_room("capabilities: { bounding = [ \"net_rwa\" ]; };", "did you mean \"net_raw\"?");
	wrong_room("capabilities: { bounding = [ \"kill\", \"docker\" ]; };", "sets stand first");
	wrong_room("no_new_privs = \"yes\";", "'no_new_privs' wants true or false");
	wrong_room("syscalls: { allow = [ \"Open File\" ]; };", "no name of a system call");
	wrong_room("syscalls: { deny = [ \"read\", \"ptrase\" ]; };", "did you mean \"ptrace\"?");
	wrong_room("limits: { memory = \"8\\u\"; };", "'limits.memory'");
	wrong_room("limits: { cpu = \"400\"; };", "'limits.cpu'");
	wrong_room("limits: { cpu_weight = 0; };", "'limits.cpu_weight' wants");
	wrong_room("limits: { cpu_weight = 10001; };", "'limits.cpu_weight' wants");
	wrong_room("limits: { tasks = -1; };", "'limits.tasks' wants");
	wrong_room("limits: { tasks = \"many\"; };", "'limits.tasks' wants");
	wrong_room("limits: { tasks = 10.5; };", "'limits.tasks' wants");
	wrong_room("limits: { cpus = \"7-0\"; };", "'limits.cpus'");
	wrong_room("limits: { io = ( { path = \"/home\"; } ); };", "'read' or 'write'");
	wrong_rule("group = \"stud*\";", "looks like a pattern");
	wrong_rule("group = ( \"students\", 5 );", "'group' wants");
	wrong_rule("group = [ \"students\", \"a\\nb\" ];", "control byte");
	wrong_rule("netgroup = [ ];", "'netgroup' wants 1 to 1000 strings");
	wrong_rule("tty = \"/dev/tty1\";", "without /dev/");
	wrong_rule("user = \"*********\";", "more than 8 stars");
	wrong_rule("from = \"10.0.0\";", "'from' = \"10.0.0\"");
	wrong_rule("from = \"10.0.0.1/8\";", "bits beyond its length");
	wrong_rule("from = 10;", "'from' wants");
	wrong_rule("time = \"Mo-Fr 8-18\";", "'time' = \"Mo-Fr 8-18\"");
	wrong_rule("uid = \"2000-1000\";", "'uid' = \"2000-1000\" wants");
	wrong("rooms: { staff: { }; }; assign: ( { room = \"staf\"; } );", "did you mean 'staff'?");
	wrong("assign: ( { room = \"outsid\"; } );", "did you mean 'outside'?");
	wrong("on_failure = \"alow\";", "'on_failure' = \"alow\"");
}

static void test_traps(void **state)
{
	(void)state;
	wrong_room("limits: { tasks = 010; };", "read as decimal 10");
	wrong_room("limits: { tasks = 99999999999; };", "at most 2147483647");
	wrong_room("limits: { tasks = 2147483648; };", "at most 2147483647");
	wrong_room("limits: { tasks = 0x80000000; };", "at most 0x7fffffff");
	wrong_room("limits: { tasks = 4096L; };", "'limits.tasks' wants");
	wrong("version = 4294967297;", "at most 2147483647");
	wrong("version = 01;", "does not begin with 0");
	wrong("assign: ( { user = \"a\\x00b\"; room = \"closed\"; } );", "would end the string");
	wrong("# \x01", "a control byte");
	wrong("assign: ( { user = \"\xff\"; room = \"closed\"; } );", "no UTF-8");
	wrong("# \xc3(", "no UTF-8");
	wrong("x = \"\n@include \\\"y\\\"\";", "@include is not supported");
	wrong("a = 1; a = 2;", "duplicate");
	wrong("/* to the end\nversion = 1;", "this comment is never closed");
	wrong("# ours\rversion = 1;\n", "a carriage return that ends no line");
	wrong("assign: ( { user = [ \"a\" \"b\" ]; room = \"closed\"; } );", "a comma is missing");
	wrong("version = 1a = 2;", "a number runs into a name");
	wrong("version = 4294967297assign: ( );", "a number runs into a name");
	assert_int_equal(read_bytes("version = 1\0;\nrooms: { ", 23), -EINVAL);
	must_say(&complaints.errors, "", "a NUL byte");
	assert_int_equal(read_text_of("version = 1;\r\n# ours\r\n"), 0);
	/* What only looks like one of them. */
	assert_int_equal(read_text_of("version = 1; # 010 99999999999 @include \"x\"\n"), 0);
	assert_int_equal(read_text_of("/* 010 \n 99999999999 */ version = 0x1;"), 0);
	assert_int_equal(read_text_of("assign: ( { user = \"010 \\\" 99999999999 {{{ # \"; "
				      "room = \"closed\"; } );"),
		0);
	assert_int_equal(
		read_text_of("assign: ( { user = \"J\xc3\xbcrgen\"; room = \"closed\"; } );"), 0);
	assert_int_equal(read_bytes("version = 1;\0", 13), -EINVAL);
	must_say(&complaints.errors, "", "a NUL byte");
}

/* What libconfig calls a syntax error, some lines later, is told where it is. */
static void test_slips(void **state)
{
	static const struct {
		const char *text, *words;
		unsigned int line, column;
	} rows[] = { { "assign: (\n { room = \"closed\"; }\n { room = \"closed\"; } );",
			     "a comma is missing", 3, 2 },
		{ "assign: (\n { room = \"closed\"; },\n);", "a comma too many", 3, 1 },
		{ "rooms: {\n a: { linger = \"none\"; \n};\nversion = 1;\n", "never closed", 1, 0 },
		{ "assign: ( {\n room = \"closed; }, \n { room = \"brick\"; } );",
			"no quote at its end", 2, 9 },
		{ "assign: ( { room = outside; } );", "double quotes", 1, 20 },
		{ "assign: ( { user = [ ann, \"bob\" ]; room = \"closed\"; } );", "double quotes",
			1, 22 },
		{ "assign: ( { room = \xe2\x80\x9c"
		  "closed\xe2\x80\x9d; } );",
			"typographic", 1, 20 },
		{ "rooms: { a: { limits.memory = \"8G\"; }; };", "a key has no dot", 1, 15 },
		{ "rooms: { a: { ); };", "is still open here", 1, 15 },
		{ "version = 1; }", "nothing is open", 1, 14 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct complaint *first = &complaints.errors.list[0];

		wrong(rows[i].text, rows[i].words);
		if (first->line != rows[i].line || first->column != rows[i].column)
			fail_msg("%s\n%u:%u: %s", rows[i].text, first->line, first->column,
				first->text);
	}
	assert_int_equal(read_text_of("rooms: { a: { }; }; assign: ( { room = \"a\"; }, { room = "
				      "\"closed\"; } ); version = 1;"),
		0);
	assert_int_equal(read_text_of("assign = ( ( { } ) );"), -EINVAL);
}

/* The place of a mistake is where the key stands. */
static void test_columns(void **state)
{
	static const struct {
		const char *text;
		unsigned int line, column;
	} rows[] = { { "rooms: {\n  r: { wals = 1; };\n};", 2, 8 },
		{ "rooms: { r: { linger = 1; }; };", 1, 15 },
		{ "version = 1;\n\tversion2 = 2;", 2, 2 },
		{ "rooms: { r: { limits: { tasks = 010; }; }; };", 1, 33 },
		{ "assign: ( { user = 1; room = \"closed\"; }, { user = 2; room = \"closed\"; } );",
			1, 0 },
		{ "assign: ( { user =\n 1; room = \"closed\"; } );", 1, 13 }, { "  \x02", 1, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct complaint *first = &complaints.errors.list[0];

		assert_int_equal(read_text_of(rows[i].text), -EINVAL);
		if (first->line != rows[i].line || first->column != rows[i].column)
			fail_msg("%s\n%u:%u: %s", rows[i].text, first->line, first->column,
				first->text);
	}
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

/* Texts that are meant to cost: each is answered, in a time that has a bound. */
static void test_bounds(void **state)
{
	static const struct {
		const char *open, *repeat;
		size_t n;
		const char *words;
	} rows[] = {
		{ "", "a{", 100000, "nested too deep" },
		{ "x = ", "(", 100000, "nested too deep" },
		{ "x = (", "{},", 300000, "too many groups" },
		{ "", "a = 1;", 5000, "duplicate" },
		{ "assign: (", "{room=\"closed\";},", 100000, "never closed" },
		{ "x = \"", "\\\"", 500000, "no quote at its end" },
		{ "# ", "\xf0\x9f", 100000, "no UTF-8" },
		{ "/*", "*", 1000000, "" },
		{ "", "1", 1000000, "at most 2147483647" },
		{ "", "-", 1000000, "syntax error" },
	};
	struct timespec begin;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t one = strlen(rows[i].repeat), skip = strlen(rows[i].open);
		char *text = malloc(skip + one * rows[i].n + 1);

		strcpy(text, rows[i].open);
		for (size_t j = 0; j < rows[i].n; j++)
			memcpy(text + skip + j * one, rows[i].repeat, one);
		if (read_bytes(text, skip + one * rows[i].n) != 0)
			must_say(&complaints.errors, rows[i].repeat, rows[i].words);
		free(text);
	}
	/* Seconds, where a machine in no hurry needs less than one: what this is about are hours.
	 */
	assert_true(seconds_since(&begin) < 30);
}

/* Many keys in one group would make libconfig look through all of them for each. */
static void test_many_keys(void **state)
{
	char *text = malloc(4u << 20), *at = text;

	(void)state;
	for (int i = 0; i < 200000; i++)
		at += sprintf(at, "k%d=1;", i);
	assert_int_equal(read_bytes(text, (size_t)(at - text)), -EINVAL);
	must_say(&complaints.errors, "", "more than 10000 keys in one group");
	at = text + sprintf(text, "rooms: {");
	for (int i = 0; i < 1001; i++)
		at += sprintf(at, "r%d: { };", i);
	strcpy(at, "};");
	assert_int_equal(read_text_of(text), 0);
	must_say(&complaints.warnings, "", "1001 rooms");
	free(text);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_room_key),
		TEST(test_wrong_values),
		TEST(test_traps),
		TEST(test_columns),
		TEST(test_slips),
		TEST(test_bounds),
		TEST(test_many_keys),
	};

	return cmocka_run_group_tests_name("read", tests, NULL, NULL);
}
