/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The module through libpam, from a folder of PAM files of the test's own, where there is no
 * helper: every path that refuses, and root.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <security/pam_appl.h>
#include <sys/mount.h>

/* An account of every machine that is not root. */
#define SOMEBODY "nobody"

static char dir[64];
static int dfd = -1;
static char said[1024]; /* all that the conversation was told */
static int n_said;

static int converse(
	int n, const struct pam_message **messages, struct pam_response **ret, void *data)
{
	(void)data;
	for (int i = 0; i < n; i++) {
		n_said++;
		strncat(said, messages[i]->msg, sizeof said - strlen(said) - 1);
	}
	*ret = calloc((size_t)n, sizeof **ret);
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

static const struct pam_conv conv = { converse, NULL };

static void write_stack(const char *lines)
{
	unit_file(dfd, "roomtest", lines, 0644);
}

static int setup(void **state)
{
	(void)state;
	dfd = unit_dir_make(dir);
	write_stack("auth required " MODULE "\nauth required pam_permit.so\n"
		    "account required " MODULE "\naccount required pam_permit.so\n"
		    "session required " MODULE "\n");
	said[0] = '\0';
	n_said = 0;
	return dfd < 0 || access(MODULE, R_OK) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dfd);
	unit_dir_remove(dir);
	return 0;
}

static pam_handle_t *start(const char *user)
{
	pam_handle_t *pamh = NULL;

	assert_int_equal(pam_start_confdir("roomtest", user, &conv, dir, &pamh), PAM_SUCCESS);
	return pamh;
}

/* One session, opened and no more. */
static int open_session(const char *user, int flags)
{
	pam_handle_t *pamh = start(user);
	int r = pam_open_session(pamh, flags);

	assert_int_equal(pam_end(pamh, r), PAM_SUCCESS);
	return r;
}

static void test_root(void **state)
{
	(void)state;
	assert_int_equal(open_session("root", 0), PAM_SUCCESS);
	assert_int_equal(n_said, 0);
	/* A stack that refuses everybody else. */
	write_stack("session required " MODULE " no_such_argument\n");
	assert_int_equal(open_session("root", 0), PAM_SUCCESS);
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(open_session(SOMEBODY, 0), PAM_ABORT);
	assert_int_equal(n_said, 1);
	assert_non_null(strstr(said, "room-helper cannot be run"));
	/* "(reference k3x9pa)" */
	assert_non_null(strstr(said, "(reference "));
	assert_int_equal(strlen(strstr(said, "(reference ")), 18);
	assert_null(strchr(said, '\n'));
}

static void test_silent(void **state)
{
	(void)state;
	assert_int_equal(open_session(SOMEBODY, PAM_SILENT), PAM_ABORT);
	assert_int_equal(n_said, 0);
}

static void test_arguments(void **state)
{
	static const char *const bad[] = { "no_such_argument", "debug=1", "Debug",
		"debug no_such" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char line[256];

		snprintf(line, sizeof line, "session required " MODULE " %s\n", bad[i]);
		write_stack(line);
		said[0] = '\0';
		assert_int_equal(open_session(SOMEBODY, 0), PAM_ABORT);
		assert_non_null(strstr(said, "there is no argument"));
	}
	write_stack("session required " MODULE " debug debug\n");
	said[0] = '\0';
	assert_int_equal(open_session(SOMEBODY, 0), PAM_ABORT);
	assert_null(strstr(said, "argument"));
}

static void test_unknown(void **state)
{
	static const char *const names[] = { "no-such-user-here", "", "../../etc/passwd", "a b",
		"-x", "%s%n", "root\n", "0", "4294967295", "\033[31m", "nobody " };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (open_session(names[i], 0) != PAM_USER_UNKNOWN)
			fail_msg("user '%s'", names[i]);
	assert_null(strchr(said, '\033'));
	assert_int_equal(open_session(NULL, PAM_SILENT), PAM_USER_UNKNOWN);
}

/* No kind of refusal may be the one that sudo passes over. */
static void test_never_session_err(void **state)
{
	(void)state;
	assert_int_not_equal(open_session(SOMEBODY, 0), PAM_SESSION_ERR);
	assert_int_not_equal(open_session("no-such-user-here", 0), PAM_SESSION_ERR);
	write_stack("session required " MODULE " wrong\n");
	assert_int_not_equal(open_session(SOMEBODY, 0), PAM_SESSION_ERR);
}

static void test_other_types(void **state)
{
	pam_handle_t *pamh = start(SOMEBODY);

	(void)state;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_REINITIALIZE_CRED), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
	/* Alone it grants nothing. */
	write_stack("auth required " MODULE "\naccount required " MODULE "\n");
	pamh = start(SOMEBODY);
	assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
}

static void test_close(void **state)
{
	pam_handle_t *pamh = start(SOMEBODY);

	(void)state;
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
	pamh = start("root");
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
}

/* After a refusal the application is what it was. */
static void test_nothing_left(void **state)
{
	char cwd[4096], now[4096], link_before[64], link_now[64];
	static const char *const names[] = { "mnt", "pid", "pid_for_children", "ipc", "uts" };
	int fds;

	(void)state;
	/* libpam and NSS open what they keep the first time. */
	open_session(SOMEBODY, 0);
	fds = unit_fds();
	assert_non_null(getcwd(cwd, sizeof cwd));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[64];
		ssize_t len;

		snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
		len = readlink(path, link_before, sizeof link_before - 1);
		link_before[len > 0 ? len : 0] = '\0';
		assert_int_equal(open_session(SOMEBODY, 0), PAM_ABORT);
		len = readlink(path, link_now, sizeof link_now - 1);
		link_now[len > 0 ? len : 0] = '\0';
		assert_true(link_now[0] != '\0');
		assert_string_equal(link_now, link_before);
	}
	assert_int_equal(unit_fds(), fds);
	assert_non_null(getcwd(now, sizeof now));
	assert_string_equal(now, cwd);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Where pam_room is installed, its programs are taken out of this process's sight. */
static int hide_helper(void **state)
{
	(void)state;
	if (access(ROOM_LIBEXECDIR "/room-helper", F_OK) < 0)
		return 0;
	return unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			mount("tmpfs", ROOM_LIBEXECDIR, "tmpfs", 0, NULL) < 0 ?
		-1 :
		0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_root),
		TEST(test_refused),
		TEST(test_silent),
		TEST(test_arguments),
		TEST(test_unknown),
		TEST(test_never_session_err),
		TEST(test_other_types),
		TEST(test_close),
		TEST(test_nothing_left),
	};

	return cmocka_run_group_tests_name("pam", tests, hide_helper, NULL);
}
