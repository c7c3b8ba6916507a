/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Names that mean nothing here (see names.h): a rule about a group that is misspelled matches
 * nobody and lets the next rule decide. A name with a pattern in it is nobody's in particular. A
 * directory or a file system that hangs must not hang whoever asks, so a child looks them up.
 */
#include "roomctl/names.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/policy.h"
#include "lib/deadline.h"
#include "lib/lookup.h"
#include "roomctl/out.h"
#include "roomctl/shaky.h"

#define NAMES_MAX 20 /* as many as mistakes */
#define NAMES_END "."

/* True when it is certain that there is none. */
typedef bool is_missing(const char *name);

static bool user_missing(const char *name)
{
	errno = 0;
	return !getpwnam(name) && errno == 0;
}

static bool group_missing(const char *name)
{
	errno = 0;
	return !getgrnam(name) && errno == 0;
}

/* A service without a file is led by "other". */
static bool service_missing(const char *name)
{
	char etc[512], vendor[512];

	snprintf(etc, sizeof etc, "/etc/pam.d/%s", name);
	snprintf(vendor, sizeof vendor, "/usr/lib/pam.d/%s", name);
	return access("/etc/pam.d", X_OK) == 0 && access(etc, F_OK) < 0 && errno == ENOENT &&
		access(vendor, F_OK) < 0 && errno == ENOENT;
}

static size_t names_check_list(FILE *out, const struct rule *rule, const char *kind,
	const struct text_list *list, is_missing *missing, size_t found)
{
	for (size_t i = 0; i < list->n && found < NAMES_MAX; i++) {
		const char *name = list->items[i];

		if (strpbrk(name, "*?[") || !missing(name))
			continue;
		fprintf(out,
			"%s:%u: there is no %s '%s' on this machine, and the rule means nobody by "
			"it: "
			"mend the name, or make the %s\n",
			rule->place.file, rule->place.line, kind, name, kind);
		found++;
	}
	return found;
}

/* In a child: a line for each name that is not here or not only root's to decide about, and an end
 * that says that all were asked. */
static __attribute__((noreturn)) void names_look_up(const struct policy *policy, int fd)
{
	FILE *out = fdopen(fd, "w");
	size_t found = 0;

	for (size_t i = 0; out && i < policy->n_rules && found < NAMES_MAX; i++) {
		const struct rule *rule = &policy->rules[i];

		found = names_check_list(out, rule, "user", &rule->user, user_missing, found);
		found = names_check_list(
			out, rule, "group", &rule->group.names, group_missing, found);
		found = names_check_list(
			out, rule, "PAM service", &rule->service, service_missing, found);
		fflush(out);
	}
	if (out) {
		shaky_look(out, policy, NAMES_MAX - found);
		fprintf(out, "%s", NAMES_END);
	}
	_exit(!out || fclose(out) != 0);
}

/* What the child writes until it ends or the time is over; the text is cut where it is too long. */
static void names_read(int fd, char *text, size_t size)
{
	int64_t deadline = deadline_in(LOOKUP_MS);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len + 1 < size && poll(&poll_fd, 1, deadline_left(deadline)) > 0) {
		n = read(fd, text + len, size - len - 1);
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = '\0';
}

void names_check(const struct policy *policy, struct report *report)
{
	static char text[NAMES_MAX * 512];
	char *rest = text, *line;
	bool all = false;
	int fds[2];
	pid_t pid;

	/* What was printed so far is not the child's to print again. */
	fflush(stdout);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		names_look_up(policy, fds[1]);
	close(fds[1]);
	if (pid > 0)
		names_read(fds[0], text, sizeof text);
	close(fds[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	while ((line = strsep(&rest, "\n")) && *line) {
		all = strcmp(line, NAMES_END) == 0;
		if (!all)
			report_line(report, REPORT_WARNING, "%s", line);
	}
	if (!all)
		report_line(report, REPORT_UNKNOWN,
			"the names in the policy: no answer about users, groups and places");
}
