/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/cross.c, caps.c and rooms.c: keys that contradict each other, what may not be
 * meant, and what a room is made of.
 */
#include "tests/unit/policy.h"

#include <linux/capability.h>

#include "config/caps.h"
#include "config/rooms.h"
#include "config/schema.h"

/* Keys that contradict each other, and what no key says by itself. */
static void test_between_keys(void **state)
{
	(void)state;
	wrong_room("no_entry = \"/srv\"; bind = ( { source = \"/a\"; target = \"/srv/b\"; } );",
		"lies in no_entry /srv");
	wrong_room("no_entry = \"/srv\"; bind = ( { source = \"/a\"; target = \"/srv\"; } );",
		"lies in no_entry /srv");
	wrong_room("no_entry = \"/srv\"; writable = \"/srv/x\";", "lies in no_entry");
	wrong_room("read_only = \"/opt\"; writable = \"/opt\";", "both writable and read_only");
	wrong_room("limits: { memory = \"1G\"; memory_high = \"2G\"; };", "is above limits.memory");
	wrong_room("no_new_privs = true; setuid = \"all\";", "no program of 'setuid' elevates");
	/* Beside it is not in it. */
	assert_int_equal(
		read_text_of("rooms: { r: { no_entry = \"/srv\"; bind = ( { source = \"/a\"; "
			     "target = \"/srv2\"; } ); }; };"),
		0);
}

static void test_namespaces(void **state)
{
	const struct room_spec *spec;

	(void)state;
	wrong_room("namespaces = [ \"mount\", \"ipc\" ];", "needs \"mount\" and \"pid\"");
	wrong_room("namespaces = [ \"pid\" ];", "needs \"mount\" and \"pid\"");
	wrong_room("namespaces = [ \"mount\", \"pid\", \"network\" ];", "'network' says otherwise");
	wrong_room("namespaces = [ \"mount\", \"pid\" ]; network = \"none\";",
		"'network' says otherwise");
	wrong_room("namespaces = [ \"mount\", \"pid\" ]; hostname = \"a\";", "needs \"uts\"");
	/* Not written, they follow the network. */
	assert_int_equal(
		read_text_of("rooms: { a: { network = \"none\"; }; b: { walls = \"concrete\"; "
			     "network = \"host\"; }; };"),
		0);
	spec = policy->rooms;
	assert_int_equal(spec[0].namespaces & ROOM_NS_NETWORK, ROOM_NS_NETWORK);
	assert_int_equal(spec[1].namespaces & ROOM_NS_NETWORK, 0);
	assert_int_equal(spec[1].namespaces & ROOM_NS_CGROUP, ROOM_NS_CGROUP);
}

static void test_privileges(void **state)
{
	(void)state;
	wrong_room("securebits = [ \"keep_caps\" ];", "would leave capabilities");
	wrong_room("securebits = [ \"noroot\", \"no_setuid_fixup\" ];", "would leave capabilities");
	wrong_room("capabilities: { inheritable = [ \"sys_admin\" ]; };", "goes beyond");
	assert_int_equal(
		read_text_of("rooms: { r: { securebits = [ \"noroot\", \"noroot_locked\" ]; "
			     "capabilities: { inheritable = [ \"kill\" ]; }; }; };"),
		0);
	/* "none" is no_new_privs, and a list at concrete is a list. */
	assert_int_equal(
		read_text_of("rooms: { a: { setuid = \"none\"; }; b: { walls = \"concrete\"; }; "
			     "c: { walls = \"concrete\"; setuid = \"/usr/bin/passwd\"; }; };"),
		0);
	assert_true(policy->rooms[0].no_new_privs);
	assert_true(policy->rooms[1].no_new_privs);
	assert_false(policy->rooms[2].no_new_privs);
}

/* What the room is made of is not to be laid over. */
static void test_places(void **state)
{
	char text[4096] = "no_entry = ( \"/a\"";

	(void)state;
	wrong_room("bind = ( { source = \"/proc\"; target = \"/srv\"; } );",
		"/proc, which is the room's");
	wrong_room("bind = ( { source = \"/srv\"; target = \"/dev/x\"; } );",
		"/dev, which is the room's");
	wrong_room("bind = ( { source = \"/srv\"; target = \"/run/pam_room\"; } );",
		"/run/pam_room, which is the room's");
	wrong_room("writable = \"/proc/sys/net\";", "/proc is the room's own");
	wrong_room("writable = \"/\";", "/ is the room's own");
	wrong_room("no_entry = \"/dev/shm\";", "/dev is the room's own");
	wrong_room("no_entry = \"/proc\";", "/proc is the room's own");
	wrong_room("read_only = \"/run/pam_room/x\";", "/run/pam_room is the room's own");
	assert_int_equal(read_text_of("rooms: { r: { no_entry = ( \"/proc/interrupts\", "
				      "\"/sys/class/net\", \"/devices\" ); }; };"),
		0);
	for (int i = 0; i < 64; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), ", \"/a%d\"", i);
	strcat(text, " );");
	wrong_room(text, "has 65 items, more than 64");
}

static void test_warnings(void **state)
{
	(void)state;
	warns("rooms: { r: { setuid = [ \"/usr/bin/sudo\" ]; }; };",
		"its members become administrators of this host");
	warns("rooms: { r: { capabilities: { bounding = [ \"+sys_admin\" ]; }; }; };",
		"may use sys_admin");
	warns("rooms: { r: { dev = \"host\"; devices = \"/dev/kvm\"; }; };", "adds nothing");
	warns("rooms: { r: { on_failure = \"allow\"; }; };", "may find a way");
	warns("rooms: { r: { }; };", "no rule leads to room 'r'");
	warns("assign: ( { room = \"closed\"; }, { user = \"a\"; room = \"brick\"; } );",
		"never reached");
	warns("assign: ( { uid = \"0\"; room = \"closed\"; } );", "for nobody");
	warns("assign: ( { user = \"root\"; room = \"closed\"; } );", "for nobody");
	warns("assign: ( { from = \"10.0.0.0/8\"; room = \"brick\"; } );", "user manager");
	warns("assign: ( { tty = \"tty1\"; room = \"brick\"; } );", "user manager");
	warns("assign: ( { service = \"sshd\"; room = \"brick\"; } );", "user manager");
	warns("assign: ( { from = \"*.example.org\"; room = \"outside\"; } );", "a host name");
	assert_int_equal(
		read_text_of("rooms: { r: { }; }; assign: ( { service = [ \"sshd\", "
			     "\"systemd-*\" ]; room = \"r\"; }, { uid = \"0-5\"; room = "
			     "\"closed\"; }, { from = \"10.0.0.0/8\"; room = \"closed\"; } );"),
		0);
	assert_int_equal(complaints.warnings.n, 0);
	/* A rule for the managers by name is all that they need. */
	assert_int_equal(read_text_of("assign: ( { user = \"a\"; from = \"10.0.0.0/8\"; room = "
				      "\"brick\"; }, { user = \"a\"; service = \"systemd-user\"; "
				      "room = \"brick\"; } );"),
		0);
	assert_int_equal(complaints.warnings.n, 0);
	warns("assign: ( { time = [ \"Mon-Fri\", \"08:00-18:00\" ]; room = \"closed\"; } );",
		"one of its items");
	warns("assign: ( { user = \"ci-[1-10]\"; room = \"closed\"; } );", "one character");
	warns("assign: ( { user = \"*\"; room = \"outside\"; }, { room = \"closed\"; } );",
		"never reached");
	warns("assign: ( { room = \"closed\"; } );", "closes the host to everybody but root");
}

static void test_capabilities(void **state)
{
	static const char *const docker_less[] = { "docker", "-net_raw", "CAP_SYS_PTRACE" };
	static const char *const relative[] = { "+net_raw", "-kill" };
	static const char *const bare[] = { "kill", "chown", "CAP_KILL" };
	uint64_t set = CAPS_BRICK;
	char text[1024];
	size_t bad;

	(void)state;
	assert_true(caps_read(docker_less, 3, &set, &bad, text, sizeof text));
	assert_int_equal(set, (CAPS_DOCKER & ~CAPS_BIT(CAP_NET_RAW)) | CAPS_BIT(CAP_SYS_PTRACE));
	set = CAPS_BRICK;
	assert_true(caps_read(relative, 2, &set, &bad, text, sizeof text));
	assert_int_equal(set, (CAPS_BRICK | CAPS_BIT(CAP_NET_RAW)) & ~CAPS_BIT(CAP_KILL));
	assert_true(caps_read(bare, 3, &set, &bad, text, sizeof text));
	assert_int_equal(set, CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL));
	for (size_t i = 0; i < 2; i++) {
		static const char *const mixed[2][2] = { { "-chown", "kill" },
			{ "kill", "-chown" } };

		assert_false(caps_read(mixed[i], 2, &set, &bad, text, sizeof text));
		assert_int_equal(bad, 1);
	}
	assert_true(caps_read(NULL, 0, &set, &bad, text, sizeof text));
	assert_int_equal(set, 0);
	/* Docker's default is fourteen, podman's eleven, brick's ten. */
	assert_int_equal(__builtin_popcountll(CAPS_DOCKER), 14);
	assert_int_equal(__builtin_popcountll(CAPS_PODMAN), 11);
	assert_int_equal(__builtin_popcountll(CAPS_BRICK), 10);
	assert_string_equal(caps_print(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL), text, sizeof text),
		"chown, kill");
	assert_string_equal(caps_print(0, text, sizeof text), "none");
}

static const char *printed(const char *name, const char *key, char *buf, size_t size)
{
	const struct schema_row *row = schema_find(SCHEMA_ROOM, key);

	return rooms_print(rooms_find(policy, name), row, buf, size);
}

/* What a room is made of, in this order: the language, its walls, the file, its own keys. */
static void test_origins(void **state)
{
	const struct schema_row *failure = schema_find(SCHEMA_ROOM, "on_failure");
	const struct schema_row *linger = schema_find(SCHEMA_ROOM, "linger");
	char text[64];

	(void)state;
	assert_int_equal(
		read_text_of("on_failure = \"deny\";\nrooms: {\n a: { linger = \"none\"; };\n "
			     "b: { on_failure = \"deny\"; }; };"),
		0);
	assert_int_equal(rooms_origin(rooms_find(policy, "a"), failure).kind, ORIGIN_POLICY);
	assert_int_equal(rooms_origin(rooms_find(policy, "a"), failure).place.line, 1);
	assert_int_equal(rooms_origin(rooms_find(policy, "b"), failure).kind, ORIGIN_ROOM);
	assert_int_equal(rooms_origin(rooms_find(policy, "brick"), failure).kind, ORIGIN_POLICY);
	assert_int_equal(rooms_origin(rooms_find(policy, "a"), linger).kind, ORIGIN_ROOM);
	assert_int_equal(rooms_origin(rooms_find(policy, "a"), linger).place.line, 3);
	assert_int_equal(rooms_origin(rooms_find(policy, "b"), linger).kind, ORIGIN_WALLS);
	assert_string_equal(printed("a", "linger", text, sizeof text), "none");
	assert_string_equal(printed("b", "linger", text, sizeof text), "processes");
	assert_string_equal(printed("b", "hostname", text, sizeof text), "the host's");
	assert_string_equal(printed("b", "namespaces", text, sizeof text), "mount, pid, ipc, uts");
	assert_string_equal(printed("b", "namespaces", text, 10), "mount,...");
}

/* A key at the top of two files is nobody's. */
static void test_generations(void **state)
{
	uint64_t before, room;

	(void)state;
	assert_int_equal(read_text_of("rooms: { a: { linger = \"none\"; }; };"), 0);
	before = policy->generation;
	room = rooms_hash(rooms_find(policy, "a"));
	assert_int_equal(read_text_of("rooms: { a: { linger = \"none\"; }; }; # another"), 0);
	assert_int_not_equal(policy->generation, before);
	assert_int_equal(rooms_hash(rooms_find(policy, "a")), room);
	assert_int_equal(read_text_of("rooms: { a: { }; };"), 0);
	assert_int_not_equal(rooms_hash(rooms_find(policy, "a")), room);
	/* What a room says again is no other room. */
	room = rooms_hash(rooms_find(policy, "a"));
	assert_int_equal(read_text_of("rooms: { a: { linger = \"processes\"; }; };"), 0);
	assert_int_equal(rooms_hash(rooms_find(policy, "a")), room);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_between_keys),
		TEST(test_namespaces),
		TEST(test_privileges),
		TEST(test_places),
		TEST(test_warnings),
		TEST(test_capabilities),
		TEST(test_origins),
		TEST(test_generations),
	};

	return cmocka_run_group_tests_name("rooms", tests, NULL, NULL);
}
