/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/load.c and config/read.c: what a policy says arrives, every mistake is told with
 * its line, and a file that somebody else could have written is not believed. Each test has a
 * policy folder of its own, /mnt/etc in a mount namespace of its own: a path below /tmp can never
 * be trusted.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "config/load.h"
#include "lib/why.h"

#define ETC "/mnt/etc"
#define CONF ETC "/room.conf"

static struct policy *policy;
static struct complaints complaints;
static struct why why;

static void write_conf(const char *path, const void *text, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	unit_must(fd >= 0 && write(fd, text, len) == (ssize_t)len && fchmod(fd, mode) == 0);
	close(fd);
}

static void write_text(const char *path, const char *text)
{
	write_conf(path, text, strlen(text), 0644);
}

static int load(void)
{
	int r;

	policy_free(policy);
	policy = NULL;
	memset(&why, 0, sizeof why);
	r = policy_load(ETC, &policy, &complaints, &why);
	unit_must((r == 0) == (policy != NULL));
	return r;
}

static int load_text(const char *text)
{
	write_text(CONF, text);
	return load();
}

/* The text has exactly one mistake, on this line, and the complaint has these words. */
static void must_complain(const char *text, unsigned int line, const char *words)
{
	int r = load_text(text);
	bool right = r == -EINVAL && complaints.errors.n == 1 &&
		complaints.errors.list[0].line == line &&
		strstr(complaints.errors.list[0].text, words) &&
		strcmp(complaints.errors.list[0].file, CONF) == 0;

	if (!right)
		dprintf(2, "# %s\n# r %d, %zu complaints, the first %s:%u: %s\n", text, r,
			complaints.errors.n, complaints.errors.list[0].file,
			complaints.errors.list[0].line, complaints.errors.list[0].text);
	unit_must(right);
	unit_must(strstr(why.text, CONF ":") && (strstr(why.text, words) || strlen(words) > 60));
}

static void empty(void *arg)
{
	(void)arg;
	unit_must(load_text("") == 0);
	unit_must(policy->n_rooms == 0 && policy->n_rules == 0 && policy->uid_min > 0);
	unit_must(load_text("# nothing\n") == 0);
	unit_must(load_text("version = 1; # no newline") == 0);
	unit_must(load_text("version = 1;\nrooms: { };\nassign: ( );\n") == 0);
}

static void whole(void *arg)
{
	const struct rule *rule;

	(void)arg;
	unit_must(load_text("version = 1;\n"
			    "rooms: {\n"
			    " staff: { walls = \"brick\"; };\n"
			    " lab-1: { linger = \"none\"; };\n"
			    "};\n"
			    "assign: (\n"
			    " { group = \"wheel\"; room = \"outside\"; },\n"
			    " { user = \"ci-*\"; service = [ \"sshd\", \"cron\" ]; room = "
			    "\"lab-1\"; },\n"
			    " { group = ( \"a\", \"b c\" ); uid = \"1000-1999\"; room = "
			    "\"closed\"; },\n"
			    " { uid = \"-5\"; room = \"brick\"; }, { uid = \"7\"; room = "
			    "\"staff\"; },\n"
			    " { uid = \"2000-\"; room = \"staff\"; }\n"
			    ");\n") == 0);
	unit_must(policy->n_rooms == 2 && policy->n_rules == 6);
	unit_must(strcmp(policy->rooms[0].name, "staff") == 0);
	unit_must(policy->rooms[0].linger == LINGER_PROCESSES);
	unit_must(policy->rooms[1].linger == LINGER_NONE && policy->rooms[1].place.line == 4);
	rule = &policy->rules[0];
	unit_must(rule->verdict == VERDICT_OUTSIDE && rule->place.line == 7 && !rule->room);
	unit_must(rule->group.names.n == 1 && strcmp(rule->group.names.items[0], "wheel") == 0);
	unit_must(rule->user.n == 0 && rule->service.n == 0 && !rule->uid.present);
	rule = &policy->rules[1];
	unit_must(rule->verdict == VERDICT_ROOM && rule->room == &policy->rooms[1]);
	unit_must(rule->service.n == 2 && strcmp(rule->service.items[1], "cron") == 0);
	rule = &policy->rules[2];
	unit_must(rule->verdict == VERDICT_CLOSED && rule->group.names.n == 2);
	unit_must(rule->uid.present && rule->uid.from == 1000 && rule->uid.to == 1999);
	rule = &policy->rules[3];
	unit_must(rule->uid.from == 0 && rule->uid.to == 5);
	unit_must(rule->room && strcmp(rule->room->name, "brick") == 0);
	unit_must(policy->rules[4].uid.from == 7 && policy->rules[4].uid.to == 7);
	unit_must(policy->rules[5].uid.to == UINT32_MAX - 1);
	unit_must(strcmp(policy->rules[5].place.file, CONF) == 0);
}

static void mistakes(void *arg)
{
	(void)arg;
	must_complain("roms: { };", 1, "did you mean 'rooms'");
	must_complain("\nxyzzy = 1;", 2, "unknown key 'xyzzy'");
	must_complain("version = 2;", 1, "the number 1");
	must_complain("version = \"1\";", 1, "the number 1");
	must_complain("on_failure = \"alow\";", 1, "did you mean \"allow\"");
	must_complain("rooms: (\n);", 1, "a group");
	must_complain("rooms: { a: { walls = \"brikc\"; }; };", 1, "did you mean \"brick\"");
	must_complain("rooms: { a: { walls = \"wood\"; }; };", 1, "it wants \"glass\"");
	must_complain("rooms: { a: { namespaces = [ \"mount\", \"pid\", \"user\" ]; }; };", 1,
		"\"user\" is understood, but not built yet");
	must_complain("rooms: { a: { tmp: { kind = \"disk\"; }; }; };", 1, "at least \"1M\"");
	must_complain("rooms: { a: { tmp: { kind = \"disk\";\n size = \"1023K\"; }; }; };", 2,
		"at least \"1M\"");
	must_complain("rooms: { a: { walls = 3; }; };", 1, "'walls' wants");
	must_complain("rooms: { a: {\n linger = \"10x\"; }; };", 2, "'linger'");
	must_complain("rooms: { a: { wals = \"brick\"; }; };", 1, "did you mean 'walls'");
	must_complain("rooms: { a: { };\n b = 1; };", 2, "room 'b' wants a group");
	must_complain("rooms: { outside: { }; };", 1, "'outside' is no room");
	must_complain("rooms: { closed: { }; };", 1, "'closed' is no room");
	must_complain("rooms: { Staff: { }; };", 1, "no name for a room");
	must_complain("rooms: { a*: { }; };", 1, "no name for a room");
	must_complain("rooms: { a: { }; a: { }; };", 1, "duplicate");
	must_complain("assign: { };", 1, "a list");
	must_complain("assign: ( 5 );", 1, "a rule is a group");
	must_complain("assign: (\n { user = \"a\"; } );", 2, "no 'room'");
	must_complain("assign: ( { room = \"nowhere\"; } );", 1, "there is no room 'nowhere'");
	must_complain("assign: ( { room = 1; } );", 1, "'room' wants");
	must_complain("assign: ( { from = \"10.0.0.1/8\"; room = \"closed\"; } );", 1,
		"'from' = \"10.0.0.1/8\"");
	must_complain("assign: ( { user = \"\"; room = \"closed\"; } );", 1, "'user' wants");
	must_complain("assign: ( { user = [ ]; room = \"closed\"; } );", 1, "'user' wants");
	must_complain("assign: ( { user = [ 1 ]; room = \"closed\"; } );", 1, "'user' wants");
	must_complain("assign: ( { user = 1000; room = \"closed\"; } );", 1, "'user' wants");
	must_complain("assign: ( { usr = \"a\"; room = \"closed\"; } );", 1, "did you mean 'user'");
	must_complain("a b c", 1, "syntax error");
	must_complain("rooms: {\n a: {\n", 2, "never closed");
	must_complain("assign: ( { user = a; room = \"b\"; } );", 1, "double quotes");
}

/* A uid that is no uid is told, and never taken for another one. */
static void uids(void *arg)
{
	static const char *const bad[] = { "", "-", "x", "1000-x", "2000-1000", "010", "+5", " 5",
		"4294967295", "4294967296", "1-2-3", "0x10", "1e3", "root",
		"99999999999999999999" };
	char text[128];

	(void)arg;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "assign: ( { uid = \"%s\"; room = \"closed\"; } );",
			bad[i]);
		must_complain(text, 1, "'uid' = ");
	}
	must_complain("assign: ( { uid = 1000; room = \"closed\"; } );", 1, "'uid' wants");
	unit_must(load_text("assign: ( { uid = \"0-4294967294\"; room = \"closed\"; } );") == 0);
}

/* What libconfig would let pass. */
static void traps(void *arg)
{
	static const char nul[] = "version = 1;\n\0rooms: { ";

	(void)arg;
	must_complain("@include \"/etc/shadow\"\n", 1, "@include is not supported");
	must_complain("version = 1;\n \t@include \"x\"\n", 2, "@include is not supported");
	must_complain("/* a comment\n@include \"x\"\n*/", 2, "@include is not supported");
	write_conf(CONF, nul, sizeof nul - 1, 0644);
	unit_must(load() == -EINVAL && complaints.errors.n == 1 &&
		complaints.errors.list[0].line == 2);
	unit_must(strstr(complaints.errors.list[0].text, "NUL") != NULL);
	unit_must(load_text("assign: ( { user = \"@include\"; room = \"closed\"; } );") == 0);
}

/* All of them at once, up to twenty, in the order of the file. */
static void many_mistakes(void *arg)
{
	char text[4096] = "";

	(void)arg;
	for (int i = 0; i < 30; i++)
		sprintf(text + strlen(text), "wrong%d = 1;\n", i);
	unit_must(load_text(text) == -EINVAL);
	unit_must(complaints.errors.n == COMPLAINTS_MAX && complaints.errors.n_more == 10);
	for (unsigned int i = 0; i < COMPLAINTS_MAX; i++)
		unit_must(complaints.errors.list[i].line == i + 1);
}

static void several_files(void *arg)
{
	(void)arg;
	unit_must(mkdir(ETC "/room.d", 0755) == 0);
	write_text(ETC "/room.d/20.conf", "assign: ({ user = \"c\"; room = \"two\"; });");
	write_text(ETC "/room.d/10.conf",
		"rooms: { two: { }; };\n"
		"assign: ({ user = \"b\"; room = \"one\"; });");
	write_text(ETC "/room.d/.hidden.conf", "nonsense");
	write_text(ETC "/room.d/10.conf~", "nonsense");
	unit_must(
		load_text("rooms: { one: { }; };\nassign: ({ user = \"a\"; room = \"two\"; });") ==
		0);
	unit_must(policy->n_rooms == 2 && policy->n_rules == 3);
	for (int i = 0; i < 3; i++)
		unit_must(policy->rules[i].user.items[0][0] == 'a' + i);
	unit_must(policy->rules[0].room == &policy->rooms[1]);
	unit_must(policy->rules[1].room == &policy->rooms[0]);
	unit_must(strcmp(policy->rules[1].place.file, ETC "/room.d/10.conf") == 0);
	/* A room that two files describe is nobody's. */
	write_text(ETC "/room.d/30.conf", "\nrooms: { one: { }; };");
	unit_must(load() == -EINVAL && complaints.errors.n == 1 &&
		complaints.errors.list[0].line == 2);
	unit_must(strstr(complaints.errors.list[0].text, CONF ":1") != NULL);
	unit_must(strcmp(complaints.errors.list[0].file, ETC "/room.d/30.conf") == 0);
}

/* Each of these is refused, whoever may write it, whatever it is. */
static void untrusted(void *arg)
{
	static const mode_t modes[] = { 0666, 0664, 0646, 0620, 0602 };
	struct sources *sources;

	(void)arg;
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		write_conf(CONF, "", 0, modes[i]);
		unit_must(load() == -EPERM && strstr(why.text, CONF) && complaints.errors.n == 0);
	}
	write_conf(CONF, "", 0, 0644);
	unit_must(chown(CONF, 1, 0) == 0 && load() == -EPERM && strstr(why.text, CONF));
	unit_must(unlink(CONF) == 0 && load() == -ENOENT && strstr(why.text, CONF));
	unit_must(symlink("real", CONF) == 0 && load() == -ELOOP);
	unit_must(unlink(CONF) == 0 && mkfifo(CONF, 0644) == 0 && load() == -EINVAL);
	unit_must(unlink(CONF) == 0 && mkdir(CONF, 0755) == 0 && load() == -EINVAL);
	unit_must(rmdir(CONF) == 0 && load_text("") == 0);
	unit_must(chmod(ETC, 0775) == 0 && load() == -EPERM && strstr(why.text, ETC));
	unit_must(chmod(ETC, 0755) == 0 && chmod("/mnt", 0757) == 0 && load() == -EPERM);
	unit_must(chmod("/mnt", 0755) == 0 && mkdir(ETC "/room.d", 0755) == 0 && load() == 0);
	unit_must(chmod(ETC "/room.d", 0775) == 0 && load() == -EPERM);
	unit_must(chmod(ETC "/room.d", 0755) == 0);
	write_conf(ETC "/room.d/a.conf", "", 0, 0666);
	unit_must(load() == -EPERM && strstr(why.text, "a.conf"));
	/* A draft may be anybody's, but it is a file. */
	unit_must(sources_read_file(ETC "/room.d/a.conf", &sources, &why) == 0);
	sources_free(sources);
	unit_must(sources_read_file("/dev/null", &sources, &why) == -EINVAL);
	unit_must(sources_read_file(ETC, &sources, &why) == -EINVAL);
	unit_must(sources_read_file(ETC "/none", &sources, &why) == -ENOENT);
}

static void large(void *arg)
{
	size_t size = 9u << 20;
	char *text = malloc(size);

	(void)arg;
	memset(text, '#', size);
	write_conf(CONF, text, size, 0644);
	unit_must(load() == -EFBIG && strstr(why.text, "larger than"));
	write_conf(CONF, text, 8u << 20, 0644);
	unit_must(load() == 0);
	memset(text, '{', 100000);
	write_conf(CONF, text, 100000, 0644);
	unit_must(load() == -EINVAL && complaints.errors.n == 1);
	free(text);
}

/* Whoever edits it in place is not read halfway. */
static void changing(void *arg)
{
	size_t size = 6u << 20;
	char *text = malloc(size);
	int r = 0, fd;
	pid_t pid;

	(void)arg;
	memset(text, '#', size);
	write_conf(CONF, text, size, 0644);
	free(text);
	fd = open(CONF, O_WRONLY | O_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (pwrite(fd, "#", 1, 0) == 1)
			;
	}
	for (int i = 0; i < 50 && r != -EAGAIN; i++)
		r = load();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	unit_must(r == -EAGAIN && strstr(why.text, "changed while it was read"));
	unit_must(load() == 0);
}

/* Any bytes: an answer, and no crash. */
static void junk(void *arg)
{
	unsigned char text[512];

	(void)arg;
	srand(1);
	for (int i = 0; i < 500; i++) {
		for (size_t j = 0; j < sizeof text; j++)
			text[j] =
				(unsigned char)(i % 2 ? rand() :
							" \t\n{}()[]=:;\"\\#/*@a1.,"[rand() % 22]);
		write_conf(CONF, text, sizeof text, 0644);
		load();
	}
}

static void no_fds_left(void *arg)
{
	int before = unit_fds();

	mistakes(arg);
	many_mistakes(arg);
	several_files(arg);
	unit_must(unit_fds() == before);
}

static void in_own_etc(void *run)
{
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") == 0);
	unit_must(mkdir(ETC, 0755) == 0);
	((void (*)(void *))(uintptr_t)run)(NULL);
	policy_free(policy);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(in_own_etc, (void *)(uintptr_t)name), 0);              \
	}

TEST(empty)
TEST(whole)
TEST(mistakes)
TEST(uids)
TEST(traps)
TEST(many_mistakes)
TEST(several_files)
TEST(untrusted)
TEST(large)
TEST(changing)
TEST(junk)
TEST(no_fds_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_uids),
		cmocka_unit_test(test_traps),
		cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_several_files),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_changing),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_no_fds_left),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
