/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A login program that trusts nothing: it opens a PAM session, starts a program as the user, and
 * says in one line what came of it, by looking.
 *
 * usage: enter SERVICE USER [AS [hold]]   AS: the service's name as modules see it; hold: the
 * session stays until standard input ends enter --look                      what it runs as the
 * user, in the session systemd --user                    the same, in the place of the user manager
 *
 * inside    the session and its program are in namespaces of their own, all of them, and confined
 * outside   nothing has changed, and PAM is content
 * refused   nothing has changed, and PAM refused; then its result and what it said
 * half      anything else, and what
 * Exit status: 0 inside, 1 refused, 2 half, 3 outside, 4 it could not try.
 *
 * A call of prctl(2) that the kernel does not know marks where the module begins and where it ends
 * (tests/fault/inject.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/clean.h"
#include "tests/fault/mark.h"
#include "tests/fault/walls.h"

#define DECOY_FD 200 /* a directory outside, as su(1)'s caller may leave one */

enum verdict { INSIDE, REFUSED, HALF, OUTSIDE, CANNOT_TRY };

static char said[512];
static int self_dfd;

static int converse(
	int n, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)data;
	for (int i = 0; i < n; i++)
		snprintf(said, sizeof said, "%s", messages[i]->msg);
	*responses = calloc((size_t)n, sizeof **responses);
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static __attribute__((format(printf, 2, 3))) enum verdict tell(
	enum verdict verdict, const char *fmt, ...)
{
	static const char *const words[] = { "inside", "refused", "half", "outside", "cannot try" };
	va_list args;

	va_start(args, fmt);
	printf("%s ", words[verdict]);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	return verdict;
}

/* In the session; the descriptor that looks is its own. */
static int look(void)
{
	struct walls walls;
	int self = walls_open();

	if (self < 0 || !walls_look(self, &walls))
		return 1;
	walls.n_fds -= self > 2;
	walls_print(&walls);
	return 0;
}

/* A descriptor where no program's standard input is looked for. */
static int away(int fd)
{
	int far = fcntl(fd, F_DUPFD_CLOEXEC, DECOY_FD + 1);

	close(fd);
	return far;
}

/* Runs "enter --look" as the user, and reads what it says. False: it did not run. */
static bool look_inside(const struct passwd *passwd, struct walls *ret, uid_t *ret_uid)
{
	char *environment[] = { NULL }, line[256] = "";
	int report[2], status = -1;
	ssize_t len = 0, n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		if (dup2(report[1], 1) == 1 && setgroups(0, NULL) == 0 &&
			setgid(passwd->pw_gid) == 0 && setuid(passwd->pw_uid) == 0)
			execle(ENTER_PROGRAM, "enter", "--look", (char *)NULL, environment);
		_exit(4);
	}
	close(report[1]);
	while ((n = read(report[0], line + len, sizeof line - 1 - (size_t)len)) > 0)
		len += n;
	close(report[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 &&
		walls_read(line, ret, ret_uid);
}

/* Outside, with what it had before; less can come of a refusal after capabilities were given away.
 */
static bool is_outside(const struct walls *before, const struct walls *now)
{
	return walls_shared(before, now) == N_WALLS && !(now->bounding & ~before->bounding) &&
		before->seccomp == now->seccomp && before->no_new_privs == now->no_new_privs &&
		before->root == now->root && before->cwd == now->cwd && before->n_fds == now->n_fds;
}

static enum verdict judge_inside(int result, const struct passwd *passwd,
	const struct walls *before, const struct walls *now)
{
	struct walls inside = { 0 };
	uid_t uid = 0;
	bool ran = look_inside(passwd, &inside, &uid);

	/* One that was refused in the end has given its lease back, and perhaps the room is gone.
	 */
	if (!ran && result != PAM_SUCCESS && walls_shared(before, now) == 0)
		return tell(REFUSED, "%d %s", result, said);
	if (!ran)
		return tell(HALF, "the session's program did not run");
	if (walls_shared(before, now) != 0 || walls_shared(now, &inside) != N_WALLS)
		return tell(HALF, "%d namespaces are the outside's, %d are the program's",
			walls_shared(before, now), walls_shared(now, &inside));
	if (inside.bounding == before->bounding || inside.bounding != now->bounding)
		return tell(HALF, "bounding set %" PRIx64, inside.bounding);
	if (inside.seccomp != 2 || !inside.filtered || inside.core != 1 || uid != passwd->pw_uid)
		return tell(HALF, "filter %d %d, core limit %" PRIu64 ", uid %u", inside.seccomp,
			inside.filtered, inside.core, uid);
	if (inside.n_fds != 0)
		return tell(HALF, "%d descriptors came along", inside.n_fds);
	/* The lease. */
	if (now->n_fds > before->n_fds + 1)
		return tell(HALF, "the module left %d descriptors", now->n_fds - before->n_fds);
	return tell(INSIDE, "%" PRIu64 " %" PRIx64, inside.ns[WALL_MNT], inside.bounding);
}

static enum verdict judge(int result, const struct passwd *passwd, const struct walls *before)
{
	struct walls now;

	closelog();
	/* For this program's own child. */
	signal(SIGCHLD, SIG_DFL);
	if (!walls_look(self_dfd, &now))
		return tell(HALF, "this process cannot be looked at");
	/* What comes after the module can still refuse, libpam's own record of it too: then the
	 * process is wholly inside, and knows that it is not welcome. */
	if (result != PAM_SUCCESS)
		return is_outside(before, &now) ? tell(REFUSED, "%d %s", result, said) :
						  judge_inside(result, passwd, before, &now);
	/* Let out, or outside, or the session of a user manager. */
	if (is_outside(before, &now) && before->bounding == now.bounding)
		return tell(OUTSIDE, "%s", said);
	return judge_inside(result, passwd, before, &now);
}

int main(int argc, char **argv)
{
	const struct pam_conv conv = { converse, NULL };
	const struct passwd *passwd;
	pam_handle_t *pamh = NULL;
	struct walls before;
	enum verdict verdict;
	int decoy, result;

	if (argc == 2 && (strcmp(argv[1], "--look") == 0 || strcmp(argv[1], "--user") == 0))
		return look();
	passwd = argc < 3 ? NULL : getpwnam(argv[2]);
	if (!passwd || pam_start(argv[1], argv[2], &conv, &pamh) != PAM_SUCCESS ||
		(argc > 3 && pam_set_item(pamh, PAM_SERVICE, argv[3]) != PAM_SUCCESS))
		return (int)tell(CANNOT_TRY, "PAM: %s", strerror(errno));
	decoy = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fcntl(decoy, F_DUPFD, DECOY_FD) < 0)
		return (int)tell(CANNOT_TRY, "no descriptors");
	close(decoy);
	self_dfd = away(walls_open());
	if (!walls_look(self_dfd, &before))
		return (int)tell(CANNOT_TRY, "this process cannot be looked at");
	prctl(MARK, MARK_BEGIN, 0, 0, 0);
	result = pam_open_session(pamh, 0);
	prctl(MARK, MARK_END, 0, 0, 0);
	verdict = judge(result, passwd, &before);
	fflush(stdout);
	while (argc > 4 && read(0, said, sizeof said) > 0)
		;
	pam_close_session(pamh, PAM_SILENT);
	pam_end(pamh, PAM_SUCCESS);
	return (int)verdict;
}
