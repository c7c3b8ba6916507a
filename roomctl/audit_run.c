/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Asking the rows, and counting what they answer (see audit.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/text.h"
#include "roomctl/audit.h"

#define AUDIT_PROBE_MS 10000

const char *const answer_words[N_ANSWERS] = {
	[ANSWER_UNKNOWN] = "cannot tell",
	[ANSWER_YES] = "yes",
	[ANSWER_NO] = "no",
};

const struct audit_part audit_parts[AUDIT_PARTS] = {
	{ "elevate", "To become more than this user", audit_elevate, &audit_n_elevate },
	{ "kernel", "To reach the kernel", audit_kernel, &audit_n_kernel },
	{ "others", "To reach other people, and what runs outside", audit_others, &audit_n_others },
	{ "machine", "To reach devices and the system's files", audit_machine, &audit_n_machine },
	{ "services", "To reach services", audit_services, &audit_n_services },
	{ "limits", "To use the machine up", audit_limits, &audit_n_limits },
};

void finding_set(struct finding *finding, enum answer answer, const char *fmt, ...)
{
	va_list args;

	finding->answer = answer;
	finding->text[0] = '\0';
	if (!fmt)
		return;
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof finding->text, fmt, args);
	va_end(args);
}

bool finding_add(struct finding *finding, const char *word)
{
	size_t len = strlen(finding->text), more = strlen(word);

	if (len + more + 3 > sizeof finding->text)
		return false;
	snprintf(finding->text + len, sizeof finding->text - len, "%s%s", len ? ", " : "", word);
	return true;
}

/* The probe's process: it ends with this one, and says what it found. */
static void finding_child(const struct audit_row *row, const struct audit *audit, int fd)
{
	struct finding finding = { 0 };

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGSYS, SIG_DFL);
	row->probe(audit, &finding);
	_exit(write(fd, &finding, sizeof finding) == sizeof finding ? 0 : 1);
}

/* Reads what the probe found: its size, less when it ended before, 0 when the time is up. */
static size_t finding_read(int fd, int64_t deadline, struct finding *ret)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	while (len < sizeof *ret && poll(&poll_fd, 1, deadline_left(deadline)) == 1) {
		ssize_t n = read(fd, (char *)ret + len, sizeof *ret - len);

		if (n <= 0)
			return len;
		len += (size_t)n;
	}
	return len;
}

/* Ends the probe and what it started. One that the kernel holds is left to it after a second. */
static int finding_reap(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	int64_t deadline = deadline_in(1000);
	int status = 0;
	pid_t r;

	while ((r = waitpid(pid, &status, WNOHANG)) == 0 && deadline_left(deadline) > 0) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
	/* What it started may have outlived it. */
	kill(-pid, SIGKILL);
	return r == pid ? status : -1;
}

static void finding_judge(int status, bool late, int ms, struct finding *ret)
{
	if (late)
		finding_set(ret, ANSWER_UNKNOWN, "no answer within %d ms", ms);
	else if (status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		finding_set(ret, ANSWER_NO, "the system call filter ends whoever tries");
	else if (status >= 0 && WIFSIGNALED(status))
		finding_set(
			ret, ANSWER_UNKNOWN, "the probe was ended by signal %d", WTERMSIG(status));
	else
		finding_set(ret, ANSWER_UNKNOWN, "the probe ended without an answer");
}

void finding_try(
	const struct audit_row *row, const struct audit *audit, int ms, struct finding *ret)
{
	int64_t deadline = deadline_in(ms);
	int fds[2], status = 0;
	size_t len;
	pid_t pid;

	*ret = (struct finding){ 0 };
	if (pipe2(fds, O_CLOEXEC) < 0) {
		finding_set(ret, ANSWER_UNKNOWN, "no pipe: %s", strerrordesc_np(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		finding_child(row, audit, fds[1]);
	}
	close(fds[1]);
	if (pid < 0) {
		finding_set(
			ret, ANSWER_UNKNOWN, "cannot start a process: %s", strerrordesc_np(errno));
		close(fds[0]);
		return;
	}
	len = finding_read(fds[0], deadline, ret);
	close(fds[0]);
	if (len < sizeof *ret && deadline_left(deadline) > 0)
		/* It has ended, or is about to. */
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	else
		status = finding_reap(pid);
	if (len < sizeof *ret)
		finding_judge(status, deadline_left(deadline) == 0, ms, ret);
	ret->text[sizeof ret->text - 1] = '\0';
	if (ret->answer >= N_ANSWERS || (ret->answer == ANSWER_UNKNOWN && !ret->text[0]))
		finding_set(
			ret, ANSWER_UNKNOWN, "the probe gave no reason, which is a fault in it");
	text_tame(ret->text);
}

void findings_ask(const struct audit *audit, struct findings *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows && ret->n < AUDIT_ROWS_MAX; j++)
			finding_try(&audit_parts[i].rows[j], audit, AUDIT_PROBE_MS,
				&ret->list[ret->n++]);
}

unsigned int score_most(const struct audit_part *part)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < *part->n_rows; i++)
		sum += part->rows[i].weight;
	return sum;
}

unsigned int score_part(const struct audit_part *part, const struct finding *findings, bool unknown)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < *part->n_rows; i++)
		if (findings[i].answer == ANSWER_NO ||
			(unknown && findings[i].answer == ANSWER_UNKNOWN))
			sum += part->rows[i].weight;
	return sum;
}

unsigned int score_all(const struct findings *findings, bool unknown)
{
	const struct finding *at = findings->list;
	unsigned int sum = 0;

	for (size_t i = 0; i < AUDIT_PARTS; i++) {
		sum += score_part(&audit_parts[i], at, unknown);
		at += *audit_parts[i].n_rows;
	}
	return sum;
}

int score_read(const char *text)
{
	char whole[4] = "";
	size_t len = strcspn(text, ".");
	uint64_t points, tenths = 0;

	if (len >= sizeof whole)
		return -1;
	memcpy(whole, text, len);
	if (text_u64(whole, 10, &points) < 0)
		return -1;
	if (text[len] && text_u64(text + len + 1, 9, &tenths) < 0)
		return -1;
	points = points * 100 + tenths * 10;
	return points > SCORE_FULL ? -1 : (int)points;
}
