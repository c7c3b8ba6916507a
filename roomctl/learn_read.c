/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reading the logs in which the kernel's records are (see learn.h). They were opened by whoever
 * may; nothing here needs a right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "roomctl/learn.h"

#define KMSG_MAX 16384 /* a read that is too short loses the message */

static void remember(struct learned *learned, const struct logged *logged)
{
	struct learn_stamp *grown =
		reallocarray(learned->stamps, learned->n_stamps + 1, sizeof *grown);

	if (!grown) {
		learned->failed = true;
		return;
	}
	learned->stamps = grown;
	grown[learned->n_stamps++] =
		(struct learn_stamp){ .ms = logged->ms, .serial = logged->serial };
}

/* As ___ratelimit() in lib/ratelimit.c counts. */
struct window {
	uint64_t begin_ms;
	unsigned int n;
};

static void window_add(struct window *window, const struct learned *learned, uint64_t ms)
{
	if (ms - window->begin_ms > learned->burst_ms)
		*window = (struct window){ .begin_ms = ms };
	window->n++;
}

int learn_read_kmsg(int fd, struct learned *learned)
{
	struct logged logged;
	char line[KMSG_MAX];
	struct window window = { 0 };
	bool first = true;

	for (;;) {
		ssize_t len = read(fd, line, sizeof line - 1);
		enum logged_kind kind;

		if (len < 0 && errno == EINTR)
			continue;
		/* What was next has been overwritten meanwhile. */
		if (len < 0 && errno == EPIPE) {
			learned->overwritten = true;
			continue;
		}
		if (len < 0 && errno != EAGAIN)
			return -errno;
		if (len <= 0)
			break;
		line[len] = '\0';
		kind = logged_parse(line, LOGGED_KMSG, &logged);
		learned->overwritten |= first && logged.sequence > 0;
		first = false;
		learn_add(learned, kind, &logged);
		if (kind != LOGGED_RECORD)
			continue;
		remember(learned, &logged);
		window_add(&window, learned, logged.ms);
	}
	learn_end(learned);
	learned->full = learned->burst > 0 && window.n >= learned->burst &&
		window.begin_ms >= learned->since_ms;
	return 0;
}

int learn_read_lines(int fd, struct learned *learned)
{
	cleanup_free char *line = NULL;
	cleanup_fd int copy = dup(fd);
	cleanup_file FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
	size_t size = 0;

	if (!file)
		return -errno;
	take_fd(&copy);
	while (getline(&line, &size, file) > 0) {
		struct logged logged;

		learn_add(learned, logged_parse(line, LOGGED_TEXT, &logged), &logged);
	}
	learn_end(learned);
	return ferror(file) ? -EIO : 0;
}
