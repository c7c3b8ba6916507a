/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Stands in for room-helper and misbehaves in the way that the question's service names.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/deadline.h"

#define SOCKET 3

static unsigned char buf[RECORD_MAX];
static unsigned char out[RECORD_MAX];

/* An answer with as many descriptors as said; what they are is not the point here. */
static void answer(enum outcome outcome, int keeper_fd, int lease_fd)
{
	static const char plan[] = "no plan at all";
	const struct answer answer = { .outcome = outcome,
		.why = { 13, "stub", "as asked" },
		.key = "1001.stub",
		.rule = "stub:1",
		.plan = plan,
		.plan_len = sizeof plan };
	struct record record = {
		.kind = RECORD_ANSWER, .body = out, .fds = { keeper_fd, lease_fd }
	};

	record.len = (size_t)answer_encode(&answer, out, sizeof out);
	record_send(SOCKET, &record, deadline_in(1000), NULL);
}

/* What the module must have seen to: told as an answer's reason. */
static void tell_state(void)
{
	struct answer told = { .outcome = OUTCOME_REFUSED };
	struct record record = { .kind = RECORD_ANSWER, .body = out, .fds = { -1, -1 } };
	sigset_t mask;
	int n_fds = 0;
	extern char **environ;

	for (int fd = 4; fd < 1024; fd++)
		n_fds += fcntl(fd, F_GETFD) >= 0;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	snprintf(told.why.step, sizeof told.why.step, "state");
	snprintf(told.why.text, sizeof told.why.text, "fds %d env %d uids %d%d%d", n_fds,
		environ[0] != NULL, getuid() != 0, geteuid() != 0, getgid() != 0);
	record.len = (size_t)answer_encode(&told, out, sizeof out);
	record_send(SOCKET, &record, deadline_in(1000), NULL);
}

static int misbehave(const char *how)
{
	if (strcmp(how, "good") == 0)
		answer(OUTCOME_ROOM, 0, 1);
	else if (strcmp(how, "outside") == 0)
		answer(OUTCOME_OUTSIDE, -1, -1);
	else if (strcmp(how, "state") == 0)
		tell_state();
	else if (strcmp(how, "late") == 0)
		answer(OUTCOME_OUTSIDE, -1, -1), sleep(1);
	else if (strcmp(how, "garbage") == 0)
		send(SOCKET, "garbage", 7, 0);
	else if (strcmp(how, "empty") == 0)
		send(SOCKET, "", 0, 0);
	else if (strcmp(how, "long") == 0)
		send(SOCKET, buf, sizeof buf, 0);
	else if (strcmp(how, "signal") == 0)
		raise(SIGKILL);
	else if (strcmp(how, "hang") == 0)
		pause();
	return strcmp(how, "exit") == 0 ? 42 : 0;
}

int main(void)
{
	struct record record;
	struct ask ask;

	if (record_recv(SOCKET, RECORD_ASK, buf, sizeof buf, &record, deadline_in(2000), NULL) <
			0 ||
		ask_decode(record.body, record.len, &ask, NULL) < 0)
		return 99;
	return misbehave(ask.service);
}
