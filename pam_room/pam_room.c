/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * pam_room.so: puts the process that opens a session into its user's room. This code runs with the
 * powers of sshd, login or su, in their process: it links nothing but libpam and the C library, it
 * reads no file and no environment variable, and it decides nothing. The helper answers with
 * numbers, which are checked and carried out by lib/apply.c.
 *
 * Nothing depends on pam_sm_close_session(): what ends a session is the end of the process, which
 * closes the lease.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <poll.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/apply.h"
#include "lib/ask.h"
#include "lib/clean.h"
#include "lib/plan.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"
#include "pam_room/args.h"
#include "pam_room/person.h"
#include "pam_room/summon.h"
#include "pam_room/tell.h"

#define LEASE_DATA "pam_room_lease"
#define CCACHE_MAX 256 /* bytes; the name of a longer one is not told */

/* Everything an open session needs while it is opened; too big for the stack of somebody's thread.
 */
struct session {
	pam_handle_t *pamh;
	struct args args;
	struct person person;
	struct ask ask;
	struct reply reply;
	struct plan plan;
	struct joint joint;
	struct why why;
};

/* Outcomes that the helper does not know, because it is not asked then. */
enum {
	SESSION_UNKNOWN = N_OUTCOMES, /* there is no such user */
	SESSION_INSIDE,               /* this process is in a room already, and stays there */
	SESSION_N_OUTCOMES,
};

/*
 * What an outcome is to PAM, to the log and to the user. No refusal is PAM_SESSION_ERR: sudo takes
 * that for a session that could be done without, and runs the command outside.
 */
static const struct verdict {
	int result;
	int priority;
	const char *log;  /* after "user 'NAME' "; NULL: the reason is logged */
	const char *said; /* to the user; NULL: nothing */
} verdicts[SESSION_N_OUTCOMES] = {
	[OUTCOME_REFUSED] = { PAM_ABORT, LOG_ERR, NULL, "this login is refused, " },
	[OUTCOME_OUTSIDE] = { PAM_SUCCESS, LOG_DEBUG, "stays outside", NULL },
	[OUTCOME_CLOSED] = { PAM_PERM_DENIED, LOG_NOTICE, "is closed out",
		"this host is closed to you" },
	[OUTCOME_ENSURED] = { PAM_SUCCESS, LOG_INFO, "gets a user manager inside", NULL },
	[OUTCOME_LET_OUT] = { PAM_SUCCESS, LOG_ALERT, NULL, "this login is outside of any room, " },
	[OUTCOME_ROOM] = { PAM_SUCCESS, LOG_INFO, "is inside", NULL },
	[SESSION_INSIDE] = { PAM_SUCCESS, LOG_INFO, "stays inside", NULL },
	[SESSION_UNKNOWN] = { PAM_USER_UNKNOWN, LOG_ERR, NULL, "this login is refused, " },
};

static void session_freep(struct session **session)
{
	if (!*session)
		return;
	record_close(&(*session)->reply.record);
	person_free(&(*session)->person);
	free(*session);
}

/* An application that keeps PAM data longer than the process that joined closes a copy, no more. */
static void lease_close(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	fd_closep(data);
	free(data);
}

/* From here on the lease belongs to the application's PAM handle. */
static int lease_keep(struct session *session)
{
	int *fdp = malloc(sizeof *fdp);

	if (!fdp)
		return why_set(&session->why, ENOMEM, "keep lease", "no memory");
	*fdp = take_fd(&session->reply.record.fds[RECORD_FD_LEASE]);
	if (pam_set_data(session->pamh, LEASE_DATA, fdp, lease_close) == PAM_SUCCESS)
		return 0;
	lease_close(session->pamh, fdp, 0);
	return why_set(&session->why, ENOMEM, "keep lease", "PAM does not take it");
}

static const char *item(const struct session *session, int type)
{
	const void *text = NULL;

	return pam_get_item(session->pamh, type, &text) == PAM_SUCCESS && text ? text : "";
}

/* PERSON_FOUND, PERSON_UNKNOWN or -errno. */
static int session_learn(struct session *session)
{
	struct person *person = &session->person;
	const char *ccache = pam_getenv(session->pamh, "KRB5CCNAME");
	const char *user = item(session, PAM_USER);
	int r = *user ? person_find(user, person, &session->why) : PERSON_UNKNOWN;

	if (r != PERSON_FOUND || person->passwd.pw_uid == 0)
		return r;
	/* As the account is called: a directory may know it by other spellings too. */
	session->ask = (struct ask){ .user = person->passwd.pw_name,
		.uid = person->passwd.pw_uid,
		.gid = person->passwd.pw_gid,
		.home = person->passwd.pw_dir,
		.service = item(session, PAM_SERVICE),
		.tty = item(session, PAM_TTY),
		.rhost = item(session, PAM_RHOST),
		.ccache = ccache && strlen(ccache) <= CCACHE_MAX ? ccache : "" };
	return PERSON_FOUND;
}

/*
 * Programs that run the session in the very process that opens it: it would have the room's mounts
 * and the host's processes (pid_namespaces(7): a process never changes its own). Half a room is no
 * room.
 */
static int session_refuse_half(struct why *why)
{
	static const char *const programs[] = { "systemd", "systemd-executor", "pkexec" };
	static const char deleted[] = " (deleted)"; /* proc_pid_exe(5): after an upgrade */
	char path[256];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
	char *name;

	if (len < 0)
		return why_set(why, errno, "check application", "/proc/self/exe");
	path[len] = '\0';
	name = strrchr(path, '/');
	if (len >= (ssize_t)sizeof deleted &&
		strcmp(path + len - (sizeof deleted - 1), deleted) == 0)
		path[len - (ssize_t)(sizeof deleted - 1)] = '\0';
	for (size_t i = 0; name && i < sizeof programs / sizeof programs[0]; i++)
		if (strcmp(name + 1, programs[i]) == 0)
			return why_set(why, 0, "check application",
				"%s starts no process of its own for a session, so it can have no "
				"room",
				programs[i]);
	return 0;
}

/* The answer's descriptors are what they are called. */
static int session_check(struct session *session)
{
	const struct record *record = &session->reply.record;
	int type = 0;
	socklen_t len = sizeof type;
	int r = session_refuse_half(&session->why);

	if (r < 0)
		return r;
	if (record->fds[RECORD_FD_KEEPER] < 0 || record->fds[RECORD_FD_LEASE] < 0 ||
		getsockopt(record->fds[RECORD_FD_LEASE], SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
		type != SOCK_SEQPACKET)
		return why_set(&session->why, EBADMSG, "check answer", "no keeper and no lease");
	r = plan_decode(session->reply.answer.plan, session->reply.answer.plan_len, &session->plan,
		&session->why);
	/* What roomctl's caller was left, sudo(8)'s hard limits for one, is not what a login has.
	 */
	if (session->args.rehearsal)
		session->plan.n_rlimits = 0;
	return r;
}

/* A pidfd is readable when its process has ended (pidfd_open(2)). */
static int session_keeper_lives(struct session *session)
{
	struct pollfd poll_fd = { .fd = session->reply.record.fds[RECORD_FD_KEEPER],
		.events = POLLIN };

	if (poll(&poll_fd, 1, 0) == 0)
		return 0;
	return why_set(&session->why, ESRCH, "join room", "its keeper is gone");
}

/* A directory among the three that every program gets would lead out of the room. */
static int session_check_stdio(struct why *why)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return why_set(why, EISDIR, "check application", "descriptor %d", fd);
	return 0;
}

/* Wholly in, or wholly back. */
static int session_enter(struct session *session)
{
	struct why why;
	int r = session_check_stdio(&session->why);

	if (r == 0)
		r = apply_prepare(&session->joint, &session->why);
	if (r < 0)
		return r;
	r = apply_join(&session->plan, session->reply.record.fds[RECORD_FD_KEEPER], &session->joint,
		&session->why);
	if (r == 0)
		r = session_keeper_lives(session);
	/* su(1) hands on every descriptor it got, and one of a directory outside leads there. They
	 * stay open for the application. */
	if (r == 0 && close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		r = why_set(&session->why, errno, "close descriptors", "close-on-exec");
	if (r == 0)
		r = apply_confine(&session->plan, &session->why);
	if (r < 0 && apply_undo(&session->plan, &session->joint, &why) < 0)
		pam_syslog(session->pamh, LOG_CRIT,
			"this process is neither inside nor outside: %s", why.text);
	apply_release(&session->joint);
	return r;
}

/* The story: who is it, what does the helper say, is that right, in. An enum outcome, or -errno. */
static int session_open(struct session *session, int argc, const char **argv)
{
	int r = session_learn(session);

	if (r == PERSON_UNKNOWN) {
		why_set(&session->why, 0, "look up user", "there is no such user");
		return SESSION_UNKNOWN;
	}
	/* Whatever is broken, root gets in. */
	if (r == PERSON_FOUND && session->person.passwd.pw_uid == 0)
		return OUTCOME_OUTSIDE;
	if (r == 0)
		r = args_read(argc, argv, &session->args, &session->why);
	/* A session that is opened in a room stays in that room (lib/registry.h: only root can say
	 * so). */
	if (r == 0)
		r = registry_inside(session->reply.answer.key, &session->why);
	if (r != 0)
		return r < 0 ? r : SESSION_INSIDE;
	session->ask.rehearsal = session->args.rehearsal;
	r = summon_helper(&session->ask, &session->reply, &session->why);
	if (r < 0)
		return r;
	session->why = session->reply.answer.why;
	if (session->reply.answer.outcome != OUTCOME_ROOM)
		return (int)session->reply.answer.outcome;
	r = session_check(session);
	if (r == 0)
		r = lease_keep(session);
	if (r == 0)
		r = session_enter(session);
	if (r == 0)
		return OUTCOME_ROOM;
	pam_set_data(session->pamh, LEASE_DATA, NULL, NULL);
	return r;
}

/*
 * At a terminal only: sshd, which calls itself "ssh", shows it nowhere else. What su(1) and sudo(8)
 * say goes to standard output, which may be a file's or another program's; that of a daemon is
 * /dev/null, and its conversation goes where it should.
 */
static void session_greet(struct session *session, int r, int flags)
{
	const char *tty = session->ask.tty;
	struct stat st;

	if (r != OUTCOME_ROOM || !session->reply.answer.banner[0] || !*tty ||
		strcmp(tty, "cron") == 0 || (unsigned int)flags & PAM_SILENT ||
		(fstat(STDOUT_FILENO, &st) == 0 && !S_ISCHR(st.st_mode)))
		return;
	pam_info(session->pamh, "%s", session->reply.answer.banner);
}

static int session_tell(struct session *session, int r, int flags)
{
	const struct verdict *verdict = &verdicts[r < 0 ? (int)OUTCOME_REFUSED : r];
	const struct answer *answer = &session->reply.answer;
	char reason[512] = "", reference[TELL_REFERENCE] = "";
	const struct tell tell = { .pamh = session->pamh,
		.priority = verdict->priority,
		.service = item(session, PAM_SERVICE),
		.user = session->ask.user,
		.what = verdict->log                   ? verdict->log :
			verdict->result == PAM_SUCCESS ? "is let in outside: " :
							 "is refused: ",
		.reason = reason,
		.step = verdict->log ? "" : session->why.step,
		.err = verdict->log ? 0 : session->why.err,
		.key = answer->key,
		.rule = answer->rule,
		.reference = reference };

	if (!verdict->log)
		why_print(&session->why, reason, sizeof reason);
	if (verdict->result != PAM_SUCCESS)
		tell_reference(reference);
	/* The log tells of logins, and of what is wrong. */
	if (session->args.debug ||
		(verdict->priority != LOG_DEBUG &&
			!(session->args.rehearsal && verdict->result == PAM_SUCCESS)))
		tell_log(&tell);
	if (verdict->said && !((unsigned int)flags & PAM_SILENT))
		pam_error(session->pamh, "pam_room: %s%s%s%s%s", verdict->said, reason,
			*reference ? " (reference " : "", reference, *reference ? ")" : "");
	session_greet(session, r, flags);
	return verdict->result;
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	cleanup_with(session_freep) struct session *session = calloc(1, sizeof *session);

	if (!session) {
		pam_syslog(pamh, LOG_CRIT, "a session is refused: no memory");
		return PAM_BUF_ERR;
	}
	session->pamh = pamh;
	for (int i = 0; i < RECORD_N_FDS; i++)
		session->reply.record.fds[i] = -1;
	session->ask.user = item(session, PAM_USER);
	return session_tell(session, session_open(session, argc, argv), flags);
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	/* The lease of the process that closes; if another one opened the session, that has its
	 * own. */
	pam_set_data(pamh, LEASE_DATA, NULL, NULL);
	return PAM_SUCCESS;
}

/* A room is entered when a session is opened; a line of another type asks for nothing. */
int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}
