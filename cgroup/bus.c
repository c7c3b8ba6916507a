/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Has room-bus ask (see bus.h). It gets its question as arguments and nothing else that is ours: no
 * environment, no descriptor but a pipe, and no capability, because systemd asks only for uid 0.
 * Whatever it does or does not do, it is gone when this returns.
 */
#include "cgroup/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/program.h"
#include "lib/text.h"
#include "lib/why.h"

#define BUS_FIXED 4 /* arguments before the words: the name, verb, unit and time */

static const char step[] = "ask systemd";

/* The question, as arguments. */
struct question {
	char *argv[BUS_FIXED + BUS_WORDS_MAX + 1];
	size_t n;
	char ms[16];
};

/* All that it says until it ends: a length, or -errno. */
static ssize_t bus_listen(int fd, char buf[BUS_ANSWER_MAX], int64_t deadline)
{
	size_t len = 0;

	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		int n = poll(&poll_fd, 1, deadline_left(deadline));
		ssize_t got;

		if (n == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		got = read(fd, buf + len, BUS_ANSWER_MAX - 1 - len);
		if (got < 0)
			return -errno;
		buf[len += (size_t)got] = '\0';
		if (got == 0)
			return (ssize_t)len;
	}
}

/* "+ NUMBER...", exactly n of them, or "-ERRNO TEXT". */
static int bus_understand(char *answer, uint64_t *ret, size_t n, struct why *why)
{
	char *end = strchr(answer, '\n'), *rest = answer + 1, *word;
	uint64_t err;

	if (!end || end[1])
		return why_set(why, EPROTO, step, "no answer");
	*end = '\0';
	text_tame(answer);
	word = strsep(&rest, " ");
	if (*answer == '-' && text_u64(word, 4095, &err) == 0 && rest)
		return why_set(why, (int)err, step, "%s", rest);
	for (size_t i = 0; i < n; i++) {
		word = rest ? strsep(&rest, " ") : NULL;
		if (!word || text_u64(word, UINT64_MAX, &ret[i]) < 0)
			return why_set(why, EPROTO, step, "another answer than was asked for");
	}
	return strcmp(answer, "+") == 0 && !rest ?
		0 :
		why_set(why, EPROTO, step, "another answer than was asked for");
}

static int bus_ask(
	struct question *question, uint64_t *ret, size_t n, int64_t deadline, struct why *why)
{
	struct program program = {
		.path = BUS_PROGRAM, .argv = question->argv, .in_fd = -1, .without_caps = true
	};
	cleanup_fd int pidfd = -1;
	cleanup_fd int ours = -1;
	cleanup_fd int theirs = -1;
	char answer[BUS_ANSWER_MAX];
	ssize_t len;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return why_set(why, errno, step, "no pipe");
	ours = pair[0];
	program.out_fd = theirs = pair[1];
	snprintf(question->ms, sizeof question->ms, "%d", deadline_left(deadline));
	pidfd = program_start(&program, step, why);
	if (pidfd < 0)
		return pidfd;
	fd_closep(&theirs);
	len = bus_listen(ours, answer, deadline);
	program_end(pidfd);
	if (len < 0)
		return why_set(why, (int)-len, step, "no answer about %s", question->argv[2]);
	return bus_understand(answer, ret, n, why);
}

static void question_start(struct question *question, const char *verb, const char *unit)
{
	/* Nobody writes to them (execve(2)). */
	*question = (struct question){ .argv = { (char *)(uintptr_t) "room-bus",
					       (char *)(uintptr_t)verb, (char *)(uintptr_t)unit,
					       question->ms },
		.n = BUS_FIXED };
}

static int question_add(struct question *question, const char *word)
{
	if (question->n == BUS_FIXED + BUS_WORDS_MAX)
		return -E2BIG;
	question->argv[question->n++] = (char *)(uintptr_t)word;
	return 0;
}

int bus_print(const struct bus_property *property, char word[static BUS_WORD_MAX])
{
	const unsigned char *bytes = property->bytes;
	int len = snprintf(word, BUS_WORD_MAX, "%s %u %" PRIu64 " %s", property->name,
		(unsigned int)property->type, property->number,
		property->text ? property->text : "");

	for (size_t i = 0; property->type == BUS_BYTES && i < property->len; i++)
		if (len >= 0 && len < BUS_WORD_MAX)
			len += snprintf(word + len, BUS_WORD_MAX - (size_t)len, "%02x", bytes[i]);
	return len < 0 || len >= BUS_WORD_MAX ? -EMSGSIZE : 0;
}

static int bus_tell(const char *verb, const char *unit, const struct bus_property *properties,
	size_t n, int64_t deadline, struct why *why)
{
	static char words[BUS_WORDS_MAX][BUS_WORD_MAX];
	struct question question;
	int r = n <= BUS_WORDS_MAX ? 0 : -E2BIG;

	question_start(&question, verb, unit);
	for (size_t i = 0; i < n && r == 0; i++) {
		r = bus_print(&properties[i], words[i]);
		if (r == 0)
			r = question_add(&question, words[i]);
	}
	return r < 0 ? why_set(why, -r, step, "%s: too much at once", unit) :
		       bus_ask(&question, NULL, 0, deadline, why);
}

int bus_start_scope(const char *name, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why)
{
	return bus_tell("scope", name, properties, n, deadline, why);
}

int bus_set_properties(const char *unit, const struct bus_property *properties, size_t n,
	int64_t deadline, struct why *why)
{
	return bus_tell("set", unit, properties, n, deadline, why);
}

int bus_get_numbers(const char *unit, const char *interface, const char *const *names, size_t n,
	uint64_t *ret, int64_t deadline, struct why *why)
{
	struct question question;
	int r;

	question_start(&question, "get", unit);
	r = question_add(&question, interface);
	for (size_t i = 0; i < n && r == 0; i++)
		r = question_add(&question, names[i]);
	return r < 0 ? why_set(why, -r, step, "%s: too much at once", unit) :
		       bus_ask(&question, ret, n, deadline, why);
}

int bus_restart(const char *unit, int64_t deadline, struct why *why)
{
	return bus_tell("restart", unit, NULL, 0, deadline, why);
}
