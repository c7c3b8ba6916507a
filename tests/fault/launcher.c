/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The hostile launcher: starts room-helper and a login program out of every state of
 * states_table.c, in each way that they are started, and looks at what came of it and at what is
 * left. Prints TAP.
 *
 * usage: launcher USER SYSLOG [NAME]   on a stage where nobody is logged in and the service
 * roomtest leads into rooms that end with their last login
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/sys.h"
#include "tests/fault/aftermath.h"
#include "tests/fault/mark.h"
#include "tests/fault/states_make.h"

#define HELPER ROOM_LIBEXECDIR "/room-helper"
#define SERVICE "roomtest"
#define RUN_MS 20000
#define NOT_BEGUN 126

static const char *const way_names[N_WAYS] = { "helper", "pam", "su", "manager", "user" };

static char *const no_environment[] = { NULL };
static const struct passwd *passwd;
static const char *syslog_path;
static int tests, failures;

uid_t states_uid;
gid_t states_gid;
struct start start;

/* What came of one try. */
struct result {
	bool worked;
	bool refused; /* by a word of its own */
	int status;   /* wait(2) */
	int said;     /* bytes, on standard output and error */
	bool in_time;
	char detail[400];
};

/* --- the program ------------------------------------------------------------------------------ */

static void become_user(void)
{
	if (start.became)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(states_gid, states_gid, states_gid) < 0 ||
		setresuid(states_uid, states_uid, states_uid) < 0)
		_exit(NOT_BEGUN);
}

static void arrange(enum way way, int theirs)
{
	static char helper[] = "room-helper", enter[] = "enter", service[] = SERVICE;
	static char manager[] = "user-manager";
	bool pam = way == WAY_PAM || way == WAY_SU;

	start = (struct start){ .program = pam ? ENTER_PROGRAM : HELPER,
		.argv = { pam ? enter : helper },
		.argc = 1,
		.envp = (char **)(uintptr_t)no_environment,
		.sock = theirs,
		.by_user = way == WAY_MANAGER || way == WAY_USER };
	if (pam) {
		start.argv[start.argc++] = service;
		start.argv[start.argc++] = passwd->pw_name;
	}
	if (way == WAY_MANAGER)
		start.argv[start.argc++] = manager;
}

static __attribute__((noreturn)) void become(
	const struct state *state, enum way way, int theirs, int output)
{
	int fd = -1;

	arrange(way, theirs);
	dup2(output, 1);
	dup2(output, 2);
	if (way == WAY_SU && setresuid(states_uid, 0, 0) < 0)
		_exit(NOT_BEGUN);
	if (!state->make(state)) {
		dprintf(output, "cannot make it: %s", strerror(errno));
		_exit(NOT_BEGUN);
	}
	if (start.by_fd)
		fd = open(start.program, O_PATH | O_CLOEXEC);
	if (start.sock >= 0 && start.sock != 3)
		dup2(start.sock, 3);
	else if (start.sock < 0 && way != WAY_PAM && way != WAY_SU)
		close(3);
	fcntl(3, F_SETFD, 0);
	if (start.by_user)
		become_user();
	if (start.by_fd)
		execveat(fd, "", start.argv, start.envp, AT_EMPTY_PATH);
	else
		execve(start.program, start.argv[0] ? start.argv : (char *[]){ NULL }, start.envp);
	_exit(NOT_BEGUN);
}

/* --- this side ---------------------------------------------------------------------------------
 */

/* Asks as the module does. */
static void ask_helper(int sock, struct result *result)
{
	static unsigned char buf[RECORD_MAX];
	const struct ask ask = { passwd->pw_name, passwd->pw_uid, passwd->pw_gid, passwd->pw_dir,
		SERVICE, "", "", "", false };
	long len = ask_encode(&ask, buf, sizeof buf);
	struct record record = {
		.kind = RECORD_ASK, .body = buf, .len = (size_t)len, .fds = { -1, -1 }
	};
	struct answer answer;
	struct why why = { 0 };

	if (record_send(sock, &record, deadline_in(3000), &why) < 0 ||
		record_recv(sock, RECORD_ANSWER, buf, sizeof buf, &record, deadline_in(15000),
			&why) < 0 ||
		answer_decode(record.body, record.len, &answer, &why) < 0) {
		why_print(&why, result->detail, sizeof result->detail);
		return;
	}
	result->refused = answer.outcome == OUTCOME_REFUSED && answer.why.step[0];
	result->worked = answer.outcome == OUTCOME_ROOM && record.fds[RECORD_FD_KEEPER] >= 0 &&
		record.fds[RECORD_FD_LEASE] >= 0 && aftermath_is_closed(answer.key);
	why_print(&answer.why, result->detail, sizeof result->detail);
	record_close(&record);
}

/* False: it had to be ended. */
static bool wait_for_end(pid_t pid, int *status)
{
	int64_t deadline = deadline_in(RUN_MS);

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (deadline_left(deadline) == 0) {
			kill(pid, SIGKILL);
			waitpid(pid, status, 0);
			return false;
		}
		usleep(500);
	}
	return true;
}

static void read_output(enum way way, int fd, struct result *result)
{
	char all[8192], *text = all;
	ssize_t len = read(fd, all, sizeof all - 1);

	if (len <= 0)
		return;
	/* Its own line is the last. */
	all[all[len - 1] == '\n' ? len - 1 : len] = '\0';
	text = strrchr(all, '\n') ? strrchr(all, '\n') + 1 : all;
	result->said = (int)len;
	snprintf(result->detail, sizeof result->detail, "%.300s", text);
	if (way == WAY_PAM || way == WAY_SU) {
		result->worked = strncmp(text, "inside ", 7) == 0;
		result->refused = strncmp(text, "refused ", 8) == 0 && strchr(text + 8, ' ');
	}
	if (way == WAY_MANAGER)
		result->worked = result->status == 0 && aftermath_manager_inside(text, states_uid);
}

static struct result try_once(const struct state *state, enum way way)
{
	struct result result = { 0 };
	cleanup_fd int ours = -1;
	int output[2], pair[2] = { -1, -1 };
	pid_t pid;

	if (pipe2(output, O_CLOEXEC | O_NONBLOCK) < 0)
		exit(3);
	if (way == WAY_USER && seteuid(states_uid) < 0)
		exit(3);
	if ((way == WAY_HELPER || way == WAY_USER) &&
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		exit(3);
	if (way == WAY_USER && seteuid(0) < 0)
		exit(3);
	pid = fork();
	if (pid == 0)
		become(state, way, pair[1], output[1]);
	close(output[1]);
	fd_closep(&pair[1]);
	ours = pair[0];
	if (ours >= 0)
		ask_helper(ours, &result);
	result.in_time = wait_for_end(pid, &result.status);
	read_output(way, output[0], &result);
	close(output[0]);
	return result;
}

/* --- the verdict -------------------------------------------------------------------------------
 */

static bool raises_limits(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return sys_capget(&header, data) == 0 && data[0].effective >> CAP_SYS_RESOURCE & 1;
}

/* What is wrong with it, or NULL. */
static const char *judge(const struct result *result, enum way way, enum end end, bool logged)
{
	bool pam = way == WAY_PAM || way == WAY_SU;
	bool killed = WIFSIGNALED(result->status) || WEXITSTATUS(result->status) == NOT_BEGUN ||
		WEXITSTATUS(result->status) == 127;

	if (end == END_RAISED)
		end = raises_limits() ? END_WORKS : END_REFUSED;
	if (!result->in_time)
		return "it does not end";
	if (end == END_KILLED)
		return killed && !result->worked ? NULL :
						   "it was not ended by what the caller left";
	if (killed)
		return "it died";
	if (!pam && result->said && (way != WAY_MANAGER || !result->worked))
		return "it says something";
	if (result->worked)
		return end == END_WORKS || end == END_EITHER ? NULL : "it works";
	if (end == END_WORKS)
		return "it does not work";
	if (end == END_SILENT)
		return logged || WEXITSTATUS(result->status) != 100 ? "not silent" : NULL;
	if (!result->refused && (pam || WEXITSTATUS(result->status) == 0))
		return "it is not refused";
	return result->refused || logged ? NULL : "no reason is given";
}

static bool login_works(void)
{
	static const struct state nothing = { .name = "", .make = make_nothing };

	return try_once(&nothing, WAY_PAM).worked;
}

/* The session of the user's manager, which is to come. */
static bool promise_manager(void)
{
	static char command[256];

	snprintf(command, sizeof command, ENTER_PROGRAM " " SERVICE " %s systemd-user >/dev/null",
		passwd->pw_name);
	return WEXITSTATUS(system(command)) == 3;
}

static void test(const struct state *state, enum way way)
{
	struct aftermath before;
	struct result result;
	const char *wrong, *left;
	bool logged;
	bool promised = way != WAY_MANAGER || promise_manager();

	aftermath_begin(&before, syslog_path);
	result = try_once(state, way);
	logged = aftermath_logged(&before);
	wrong = !promised ? "no room was promised" : judge(&result, way, state->ends[way], logged);
	if (way == WAY_MANAGER)
		aftermath_end_rooms();
	left = aftermath_left();
	if (!wrong && left)
		wrong = left;
	tests++;
	failures += wrong != NULL;
	printf("%sok %d - %s %s, %s\n", wrong ? "not " : "", tests, state->row, state->name,
		way_names[way]);
	if (wrong || !result.worked)
		printf("# %s%sstatus %x, %d bytes, %s%s\n", wrong ? wrong : "", wrong ? ": " : "",
			(unsigned int)result.status, result.said, logged ? "logged, " : "",
			result.detail);
	fflush(stdout);
}

/* After all ways of one state. */
static void test_next(const struct state *state)
{
	bool works = login_works();
	const char *left = aftermath_left();

	tests++;
	failures += !works || left;
	printf("%sok %d - %s %s: the next login is fine\n", works && !left ? "" : "not ", tests,
		state->row, state->name);
	if (left)
		printf("# %s\n", left);
}

int main(int argc, char **argv)
{
	passwd = argc < 3 ? NULL : getpwnam(argv[1]);
	if (!passwd)
		return 2;
	states_uid = passwd->pw_uid;
	states_gid = passwd->pw_gid;
	syslog_path = argv[2];
	for (size_t i = 0; i < n_states; i++) {
		if (argc > 3 && strcmp(argv[3], states[i].name) != 0)
			continue;
		for (int way = 0; way < N_WAYS; way++)
			if (states[i].ends[way] != END_NONE)
				test(&states[i], (enum way)way);
		test_next(&states[i]);
	}
	printf("1..%d\n", tests);
	return failures > 0 || tests == 0;
}
