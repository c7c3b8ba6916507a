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
#define TICKS_MS 100   /* the kernel counts in its ticks, and writes somewhat later */

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

/* When the kernel wrote the lines that it counts together. */
struct limited {
	uint64_t *ms;
	size_t n;
	size_t audit; /* the last one that is surely of them */
};

static void limited_free(struct limited *limited)
{
	free(limited->ms);
}

static void limited_add(
	struct limited *limited, const struct logged *logged, struct learned *learned)
{
	uint64_t *grown;

	if (!logged->limited)
		return;
	grown = reallocarray(limited->ms, limited->n + 1, sizeof *grown);
	if (!grown) {
		learned->failed = true;
		return;
	}
	limited->ms = grown;
	if (logged->audit)
		limited->audit = limited->n;
	grown[limited->n++] = logged->boot_ms;
}

/*
 * Whether it may have left lines out, and not told yet. ___ratelimit() in lib/ratelimit.c tells
 * before it lets a line through: up to the audit's last one nothing is untold. From there on it is
 * when so many came that none was let through any more; where it began to count is not known.
 */
static bool limited_is_full(const struct limited *limited, const struct learned *learned)
{
	uint64_t span = (uint64_t)learned->burst_ms + TICKS_MS;
	size_t before = (size_t)learned->burst - 1;

	if (learned->burst_ms == 0 || learned->burst == 0)
		return learned->burst_ms > 0;
	for (size_t i = limited->audit; i < limited->n; i++)
		if (i >= before && limited->ms[i] <= limited->ms[i - before] + span &&
			limited->ms[i] >= learned->since_boot_ms)
			return true;
	return false;
}

int learn_read_kmsg(int fd, struct learned *learned)
{
	struct logged logged;
	char line[KMSG_MAX];
	cleanup_with(limited_free) struct limited limited = { 0 };
	bool first = true, gap = false;

	for (;;) {
		ssize_t len = read(fd, line, sizeof line - 1);
		enum logged_kind kind;

		if (len < 0 && errno == EINTR)
			continue;
		/* What was next has been overwritten meanwhile. */
		if (len < 0 && errno == EPIPE) {
			gap = true;
			continue;
		}
		if (len < 0 && errno != EAGAIN)
			return -errno;
		if (len <= 0)
			break;
		line[len] = '\0';
		kind = logged_parse(line, LOGGED_KMSG, &logged);
		gap |= first && logged.sequence > 0;
		/* What is gone was older than this one. */
		learned->overwritten |= gap && logged.boot_ms >= learned->since_boot_ms;
		first = gap = false;
		learn_add(learned, kind, &logged);
		limited_add(&limited, &logged, learned);
		if (kind == LOGGED_RECORD)
			remember(learned, &logged);
	}
	learn_end(learned);
	learned->overwritten |= gap;
	learned->full = limited_is_full(&limited, learned);
	return 0;
}

int learn_read_lines(int fd, struct learned *learned)
{
	cleanup_free char *line = NULL;
	cleanup_fd int copy = dup(fd);
	cleanup_file FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
	size_t size = 0;
	bool first = true;

	if (!file)
		return -errno;
	take_fd(&copy);
	while (getline(&line, &size, file) > 0) {
		struct logged logged;
		enum logged_kind kind = logged_parse(line, LOGGED_TEXT, &logged);

		if (first && logged.ms > 0 && logged.ms <= learned->since_ms)
			learned->late = false;
		first = false;
		learn_add(learned, kind, &logged);
	}
	learn_end(learned);
	return ferror(file) ? -EIO : 0;
}
