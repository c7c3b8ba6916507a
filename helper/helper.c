/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * room-helper: the privileged work of pam_room. The module runs it once for each session, with a
 * socket as descriptor 3; user@.service runs it with the argument "user-manager". Installed setuid
 * root for the second only; it believes neither its arguments nor its environment nor anything else
 * that it inherits.
 *
 * Exit status: 0 an answer was given, or that of the manager; 100 the caller's fault, 111 the
 * system's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/settle.h"
#include "config/decide.h"
#include "config/load.h"
#include "config/off.h"
#include "config/rooms.h"
#include "helper/caller.h"
#include "helper/carry.h"
#include "helper/manager.h"
#include "helper/promise.h"
#include "helper/rehearse.h"
#include "helper/room.h"
#include "helper/scrub.h"
#include "lib/ask.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/log.h"
#include "lib/record.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"

#define HELPER_PROGRAM ROOM_LIBEXECDIR "/room-helper"
#define HELPER_SOCKET 3
#define HELPER_MS 10000   /* the module waits a little longer */
#define HELPER_ALARM_S 12 /* for what has no deadline of its own: then the kernel ends it */
#define HELPER_ASK_MS 3000
#define HELPER_MANAGER_SERVICE "systemd-user"

enum { HELPER_OK = 0, HELPER_CALLER = 100, HELPER_SYSTEM = 111 };

static int listen_to_module(
	struct record *record, struct ask *ask, int64_t deadline, struct why *why)
{
	static unsigned char buf[RECORD_MAX];
	int r = record_recv(HELPER_SOCKET, RECORD_ASK, buf, sizeof buf, record, deadline, why);

	if (r < 0)
		return r;
	/* A question comes without descriptors. */
	record_close(record);
	r = ask_decode(record->body, record->len, ask, why);
	if (r == 0 && (ask->uid == UINT32_MAX || !*ask->user))
		r = why_set(why, EBADMSG, "read question", "nobody logs in");
	return r;
}

/* An enum outcome, or -errno: what cannot be told for certain is refused. */
static int decide(const struct policy *policy, const struct ask *ask, int64_t deadline,
	struct decision *decision, struct answer *answer, struct why *why)
{
	struct subject subject = {
		.user = ask->user, .uid = ask->uid, .service = ask->service, .tty = ask->tty
	};
	int r;

	from_host_read(ask->rhost, &subject.from);
	subject_set_now(&subject);
	r = policy_decide(policy, &subject, ask->gid, deadline_sooner(deadline, LOOKUP_MS),
		decision, NULL, NULL, why);
	if (r == 0 && decision->unsure)
		r = -EAGAIN;
	if (r < 0)
		return r;
	if (decision->rule)
		snprintf(answer->rule, sizeof answer->rule, "%s:%u", decision->rule->place.file,
			decision->rule->place.line);
	text_tame(answer->rule);
	switch (decision->verdict) {
	case VERDICT_OUTSIDE:
		return OUTCOME_OUTSIDE;
	case VERDICT_CLOSED:
		return OUTCOME_CLOSED;
	case VERDICT_ROOM:
		return OUTCOME_ROOM;
	}
	return OUTCOME_REFUSED;
}

/*
 * A room that cannot be opened: the policy says whether that refuses the login. One that is kept
 * shut is no failure, nor is one that its own user has filled (EUSERS, EAGAIN), has strays outside
 * of (EBUSY) or keeps busy (ETIMEDOUT): whoever can bring a failure about would be let out by it.
 */
static int let_out(const struct room_spec *spec, const struct room *room, int r)
{
	bool by_user = r == -EUSERS || r == -EAGAIN || r == -EBUSY || r == -ETIMEDOUT;

	if (spec->on_failure != ON_FAILURE_ALLOW || room->frozen || by_user)
		return r;
	return OUTCOME_LET_OUT;
}

/* The session of a user manager: the manager itself comes later, by its own way (helper/manager.h).
 */
static int ensure_room(struct room_request *request, int outcome, int64_t deadline,
	struct room *room, struct answer *answer, struct why *why)
{
	struct why ignored;
	int r;

	if (outcome != OUTCOME_ROOM) {
		r = promise_write(request->uid, NULL, why);
		return r < 0 ? r : outcome;
	}
	request->for_manager = true;
	r = room_open(request, LEASE_HOLD, deadline, room, why);
	if (r == 0)
		r = promise_write(request->uid, room->key, why);
	room_release(room);
	memcpy(answer->key, room->key, sizeof answer->key);
	if (r == 0)
		return OUTCOME_ENSURED;
	r = let_out(request->spec, room, r);
	/* Its program must find no promise, or it would not start. */
	return r == OUTCOME_LET_OUT && promise_write(request->uid, NULL, &ignored) < 0 ? -EIO : r;
}

/* Else the user hears of nothing but a connection that is closed. */
static void release_login(const struct cgroup_room *room, pid_t login, int64_t deadline)
{
	struct why why = { 0 };
	char text[512];

	if (cgroup_driver()->release_login(room, login, deadline, &why) < 0)
		log_line(LOG_WARNING, "%s", why_print(&why, text, sizeof text));
}

/* The pid of whoever made the socket's other end: the login program (unix(7)). */
static int place_login(
	const struct room_request *request, const char *key, int64_t deadline, struct why *why)
{
	const struct cgroup_room room = { key, request->uid };
	struct ucred peer;
	socklen_t len = sizeof peer;
	int r;

	if (getsockopt(HELPER_SOCKET, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return why_set(why, errno, "check caller", "no peer credentials");
	/* Whom a job holds is not counted to the room. */
	r = cgroup_holds_job(peer.pid, request->uid) ? 0 : cgroup_check_full(&room, why);
	if (r == -EAGAIN)
		release_login(&room, peer.pid, deadline);
	return r < 0 ? r :
		       cgroup_driver()->place_login(
			       &room, peer.pid, rooms_are_limited(request->spec), deadline, why);
}

/* A login without its tickets is a login all the same. */
static void carry(const struct ask *ask, const struct room *room)
{
	const struct carry_request request = { ask->uid, ask->gid, room->keeper, room->pidfd };
	struct why why;
	char text[512];

	if (carry_ccache(ask->ccache, &request, &why) < 0)
		log_line(LOG_WARNING, "%s", why_print(&why, text, sizeof text));
}

/* Nobody is kept out, or in, because limits of rooms that are gone cannot be taken back. */
static void unlimit(const struct policy *policy, uid_t uid, int64_t deadline)
{
	cleanup_fd int rooms_dfd = registry_open(0, NULL);
	struct why why = { 0 };
	char text[512];

	if (rooms_dfd >= 0 && settle_user(policy, rooms_dfd, uid, deadline, &why) < 0)
		log_line(LOG_WARNING, "%s", why_print(&why, text, sizeof text));
}

static int find_room(const struct ask *ask, int64_t deadline, struct room *room,
	struct answer *answer, struct why *why)
{
	/* Never given back: the process ends with the answer, and a login waits for that. */
	static struct policy *policy;
	static struct complaints complaints;
	static struct room_spec rehearsed;
	struct decision decision;
	struct room_request request;
	int outcome, r;

	r = policy_load(ROOM_SYSCONFDIR, &policy, &complaints, why);
	if (r < 0)
		return r;
	outcome = decide(policy, ask, deadline, &decision, answer, why);
	if (outcome < 0)
		return outcome;
	if (ask->rehearsal && outcome == OUTCOME_ROOM) {
		r = rehearse_room(decision.room, &rehearsed, why);
		if (r < 0)
			return r;
		decision.room = &rehearsed;
	}
	request = (struct room_request){ .spec = decision.room,
		.user = ask->user,
		.home = ask->home,
		.uid = ask->uid,
		.gid = ask->gid,
		.tty = ask->tty,
		.rule = answer->rule,
		.policy = policy };
	if (strcmp(ask->service, HELPER_MANAGER_SERVICE) == 0)
		return ensure_room(&request, outcome, deadline, room, answer, why);
	if (outcome != OUTCOME_ROOM) {
		unlimit(policy, ask->uid, deadline);
		return outcome;
	}
	r = room_open(&request, LEASE_LOGIN, deadline, room, why);
	if (ask->rehearsal)
		room->note[0] = '\0';
	else if (r == 0)
		r = place_login(&request, room->key, deadline, why);
	if (r < 0)
		return let_out(request.spec, room, r);
	carry(ask, room);
	memcpy(answer->key, room->key, sizeof answer->key);
	if (request.spec->banner)
		snprintf(answer->banner, sizeof answer->banner, "%s (room %s)",
			request.spec->banner, request.spec->name);
	answer->plan = room->plan;
	answer->plan_len = room->plan_len;
	return OUTCOME_ROOM;
}

/* Switched off: what the policy says, and whether it says anything, does not matter. */
static bool is_off(const struct ask *ask)
{
	struct why why;
	char text[512];
	bool off = off_is_said(ROOM_SYSCONFDIR, OFF_CMDLINE, &why);

	if (why.text[0])
		log_line(LOG_ALERT, "%s%s: %s", off ? "everybody is outside, and so is " : "not ",
			off ? ask->user : "switched off", why_print(&why, text, sizeof text));
	return off;
}

/* Where nobody asks the policy. */
static int stay_outside(
	const struct ask *ask, int64_t deadline, struct answer *answer, struct why *why)
{
	struct room_request request = { .uid = ask->uid };

	return strcmp(ask->service, HELPER_MANAGER_SERVICE) == 0 ?
		ensure_room(&request, OUTCOME_OUTSIDE, deadline, NULL, answer, why) :
		OUTCOME_OUTSIDE;
}

/* From a question to its outcome. */
static int consider(const struct ask *ask, int64_t deadline, struct room *room,
	struct answer *answer, struct why *why)
{
	char key[REGISTRY_KEY_MAX];
	int r = registry_inside(key, why);

	/* The module does not ask in there: this is somebody else. */
	if (r == 1)
		return why_set(why, EPERM, "check caller", "it is inside room %s", key);
	if (r == 0)
		r = scrub_confine(why);
	if (r == 0 && is_off(ask))
		return stay_outside(ask, deadline, answer, why);
	return r < 0 ? r : find_room(ask, deadline, room, answer, why);
}

static int hand_over(
	const struct answer *answer, const struct room *room, int64_t deadline, struct why *why)
{
	static unsigned char buf[RECORD_MAX];
	struct record record = { .kind = RECORD_ANSWER, .body = buf, .fds = { -1, -1 } };
	long len = answer_encode(answer, buf, sizeof buf);

	if (len < 0)
		return why_set(why, (int)-len, "answer", "it is too long");
	record.len = (size_t)len;
	if (answer->outcome == OUTCOME_ROOM) {
		record.fds[RECORD_FD_KEEPER] = room->pidfd;
		record.fds[RECORD_FD_LEASE] = room->lease_fd;
	}
	return record_send(HELPER_SOCKET, &record, deadline, why);
}

/* The story: one question, one answer. */
static int answer_module(struct why *why)
{
	static struct room room = { .pidfd = -1, .lease_fd = -1 };
	struct answer answer = { .outcome = OUTCOME_REFUSED };
	int64_t deadline = deadline_in(HELPER_MS);
	struct scrubbed caller;
	struct record record;
	struct ask ask;
	int r = scrub_start(&caller, HELPER_SOCKET + 1, true, why);

	alarm(HELPER_ALARM_S);
	if (r == 0)
		r = caller_check_program(HELPER_PROGRAM, why);
	if (r == 0)
		r = caller_check_module(caller.uid, HELPER_SOCKET, why);
	if (r == 0)
		r = listen_to_module(&record, &ask, deadline_in(HELPER_ASK_MS), why);
	if (r != 0)
		return HELPER_CALLER;
	r = consider(&ask, deadline, &room, &answer, &answer.why);
	if (r >= 0)
		answer.outcome = (enum outcome)r;
	r = hand_over(&answer, &room, deadline_in(HELPER_ASK_MS), why);
	if (room.note[0] && (answer.outcome == OUTCOME_ROOM || answer.outcome == OUTCOME_ENSURED))
		log_line(LOG_WARNING, "room %s was made, and of its user these run outside: %s",
			room.key, room.note);
	room_release(&room);
	return r < 0 ? HELPER_SYSTEM : HELPER_OK;
}

static int start_manager(struct why *why)
{
	struct scrubbed caller;
	int r = scrub_start(&caller, HELPER_SOCKET, false, why);

	alarm(HELPER_ALARM_S);
	if (r == 0)
		r = caller_check_program(HELPER_PROGRAM, why);
	if (r == 0)
		r = manager_run(&caller, deadline_in(HELPER_MS), why);
	return r < 0 ? HELPER_SYSTEM : r;
}

int main(int argc, char **argv)
{
	struct why why = { 0 };
	int code = HELPER_CALLER;
	char text[512];

	/* Nothing is said to a caller who does not know how to call. */
	if (argc != 1 && (argc != 2 || strcmp(argv[1], "user-manager") != 0))
		return HELPER_CALLER;
	log_open("room-helper", 0);
	code = argc == 1 ? answer_module(&why) : start_manager(&why);
	if (!why.step[0])
		return code;
	log_line(LOG_ERR, "%s", why_print(&why, text, sizeof text));
	return code;
}
