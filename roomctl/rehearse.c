/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A session that is opened to see whether it opens (see rehearse.h). It happens in a child, which
 * never comes back out of the room, and in the child's child, which is the first that is inside: as
 * it is with su(1). What they found comes through a pipe, of one piece.
 */
#include "roomctl/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/text.h"

/* The module waits 13 seconds for the helper. */
#define REHEARSE_ALARM_S 20
#define REHEARSE_END_MS 5000

/* Below the registry, which is root's alone. Who is killed here leaves it for the next one. */
#define REHEARSE_FOLDER "rehearsal"

static const char step[] = "rehearse";
static const char line[] = "session required pam_room.so rehearse\n";

/* What comes through the pipe. */
struct found {
	int err; /* 0: all was well */
	char key[REGISTRY_KEY_MAX];
	char said[200];
	char text[200];
};

bool rehearse_can(void)
{
	char key[REGISTRY_KEY_MAX];

	return geteuid() == 0 && registry_inside(key, NULL) == 0;
}

/* PAM's conversation: nothing is answered, the last thing that is said is kept. */
static int listen(int n, const struct pam_message **messages, struct pam_response **ret, void *arg)
{
	struct found *found = arg;

	for (int i = 0; i < n; i++)
		if (messages[i]->msg_style == PAM_ERROR_MSG)
			snprintf(found->said, sizeof found->said, "%s", messages[i]->msg);
	*ret = calloc((size_t)n, sizeof **ret);
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

/*
 * In the room, as who logs in: its end says whether the shell can be had. A file system that hangs
 * holds this process alone, and neither the lease of the session nor the pipe.
 */
static _Noreturn void be_the_user(const struct passwd *user)
{
	const char *shell = *user->pw_shell ? user->pw_shell : "/bin/sh";

	if (close_range(STDERR_FILENO + 1, ~0u, 0) < 0)
		_exit(errno);
	if (setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0 || access(shell, X_OK) < 0)
		_exit(errno);
	_exit(0);
}

/* The end of a login: what the module has let in must be able to go on. */
static void look_inside(const struct passwd *user, struct found *found)
{
	int r = registry_inside(found->key, NULL), status = 0;
	pid_t pid = fork();

	if (pid == 0)
		be_the_user(user);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0 || pid < 0 || !WIFEXITED(status))
		found->err = EIO;
	else
		found->err = WEXITSTATUS(status);
	if (found->err)
		snprintf(found->text, sizeof found->text, "%s cannot be run there: %s",
			*user->pw_shell ? user->pw_shell : "/bin/sh", strerror(found->err));
}

/* As a login program opens a session, with the child's stack. */
static void open_session(
	const struct rehearsal *rehearsal, const char *confdir, struct found *found)
{
	const struct pam_conv conv = { listen, found };
	const struct passwd *user = getpwnam(rehearsal->user);
	pam_handle_t *pamh = NULL;
	int r;

	found->err = EPERM;
	if (!user || initgroups(user->pw_name, user->pw_gid) < 0) {
		snprintf(found->text, sizeof found->text, "no answer about the account");
		return;
	}
	r = pam_start_confdir(rehearsal->service, rehearsal->user, &conv, confdir, &pamh);
	if (r == PAM_SUCCESS && *rehearsal->tty)
		r = pam_set_item(pamh, PAM_TTY, rehearsal->tty);
	if (r == PAM_SUCCESS && *rehearsal->from)
		r = pam_set_item(pamh, PAM_RHOST, rehearsal->from);
	if (r == PAM_SUCCESS)
		r = pam_open_session(pamh, 0);
	if (r == PAM_SUCCESS) {
		look_inside(user, found);
		pam_close_session(pamh, PAM_SILENT);
	} else {
		snprintf(found->text, sizeof found->text, "%s",
			*found->said ? found->said : pam_strerror(pamh, r));
	}
	if (pamh)
		pam_end(pamh, r);
}

static _Noreturn void child(const struct rehearsal *rehearsal, const char *confdir, int out_fd)
{
	struct found found = { 0 };
	int fd = open("/dev/null", O_RDWR);

	for (int i = 0; i <= STDERR_FILENO && fd >= 0; i++)
		dup2(fd, i);
	alarm(REHEARSE_ALARM_S);
	open_session(rehearsal, confdir, &found);
	_exit(write(out_fd, &found, sizeof found) != (ssize_t)sizeof found);
}

/* libpam looks for this one too, and logs when there is none. */
static const char other[] = "other";

static int write_stack(int dfd, const char *service, struct why *why)
{
	cleanup_fd int fd =
		openat(dfd, service, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : fd_write_all(fd, line, sizeof line - 1);

	return r < 0 ? why_set(why, -r, step, "cannot write a PAM stack") : 0;
}

/* A stack of that service's name with our line and no other. *ret is where. */
static int make_stack(const char *service, int *ret, struct why *why)
{
	int r;

	*ret = r = registry_open_folder(REHEARSE_FOLDER, 1, why);
	if (r >= 0)
		r = write_stack(*ret, service, why);
	return r < 0 ? r : write_stack(*ret, other, why);
}

static void remove_stack(int *dfdp, const char *service)
{
	unlinkat(*dfdp, service, 0);
	unlinkat(*dfdp, other, 0);
	fd_closep(dfdp);
	rmdir(ROOM_RUNDIR "/" REHEARSE_FOLDER);
}

/* The room's end is the keeper's, and comes when the child is gone. */
static void await_end(const char *key)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int64_t deadline = deadline_in(REHEARSE_END_MS);
	cleanup_fd int rooms_dfd = *key ? registry_open(0, NULL) : -1;

	while (rooms_dfd >= 0 && faccessat(rooms_dfd, key, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
		deadline_left(deadline) > 0)
		nanosleep(&pause, NULL);
}

static int hear(int in_fd, pid_t pid, struct rehearsal *rehearsal)
{
	struct found found;
	ssize_t len = read(in_fd, &found, sizeof found);
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(&rehearsal->why, errno, step, "lost it");
	if (len != (ssize_t)sizeof found)
		return why_set(&rehearsal->why, 0, step,
			WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ?
				"the session did not open in %d s" :
				"the process that opened the session ended before %d s",
			REHEARSE_ALARM_S);
	await_end(found.key);
	snprintf(rehearsal->key, sizeof rehearsal->key, "%s", found.key);
	snprintf(rehearsal->said, sizeof rehearsal->said, "%s", found.said);
	text_tame_line(rehearsal->said);
	text_tame_line(found.text);
	return found.err ? why_set(&rehearsal->why, 0, step, "%s", found.text) : 0;
}

static int run_child(struct rehearsal *rehearsal)
{
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return why_set(&rehearsal->why, errno, step, "cannot make a pipe");
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(rehearsal, ROOM_RUNDIR "/" REHEARSE_FOLDER, fds[1]);
	close(fds[1]);
	r = pid < 0 ? why_set(&rehearsal->why, errno, step, "cannot fork") :
		      hear(fds[0], pid, rehearsal);
	close(fds[0]);
	return r;
}

int rehearse(struct rehearsal *rehearsal)
{
	int dfd = -1;
	int r = make_stack(rehearsal->service, &dfd, &rehearsal->why);

	if (r == 0)
		r = run_child(rehearsal);
	if (dfd >= 0)
		remove_stack(&dfd, rehearsal->service);
	return r;
}
