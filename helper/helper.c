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

#include "config/decide.h"
#include "config/load.h"
#include "helper/caller.h"
#include "helper/carry.h"
#include "helper/cgroup.h"
#include "helper/manager.h"
#include "helper/promise.h"
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

/* The session of a user manager: the manager itself comes later, by its own way (helper/manager.h).
 */
static int ensure_room(struct room_request *request, int outcome, int64_t deadline,
	struct room *room, struct answer *answer, struct why *why)
{
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
	return r < 0 ? r : OUTCOME_ENSURED;
}

/* The pid of whoever made the socket's other end: the login program (unix(7)). */
static int place_login(uid_t uid, int64_t deadline, struct why *why)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(HELPER_SOCKET, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return why_set(why, errno, "check caller", "no peer credentials");
	return cgroup_place_login(peer.pid, uid, deadline, why);
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

static int find_room(const struct ask *ask, int64_t deadline, struct room *room,
	struct answer *answer, struct why *why)
{
	/* Never given back: the process ends with the answer, and a login waits for that. */
	static struct policy *policy;
	static struct complaints complaints;
	struct decision decision;
	struct room_request request;
	int outcome, r;

	r = policy_load(ROOM_SYSCONFDIR, &policy, &complaints, why);
	if (r < 0)
		return r;
	outcome = decide(policy, ask, deadline, &decision, answer, why);
	if (outcome < 0)
		return outcome;
	request = (struct room_request){ decision.room, ask->user, ask->home, ask->uid,
		answer->rule, policy->generation, false };
	if (strcmp(ask->service, HELPER_MANAGER_SERVICE) == 0)
		return ensure_room(&request, outcome, deadline, room, answer, why);
	if (outcome != OUTCOME_ROOM)
		return outcome;
	r = place_login(ask->uid, deadline, why);
	if (r == 0)
		r = room_open(&request, LEASE_LOGIN, deadline, room, why);
	if (r < 0)
		return r;
	carry(ask, room);
	memcpy(answer->key, room->key, sizeof answer->key);
	answer->plan = room->plan;
	answer->plan_len = room->plan_len;
	return OUTCOME_ROOM;
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
		r = caller_check_module(caller.uid, HELPER_SOCKET, why);
	if (r == 0)
		r = listen_to_module(&record, &ask, deadline_in(HELPER_ASK_MS), why);
	if (r < 0)
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
