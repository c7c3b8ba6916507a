/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl confirm: keeps what `roomctl enable --trial` has wired. It takes the word of a login only
 * that began since, because that is what has to be proven: that people still come in.
 *
 * The kernel proves it where it can: pam_loginuid has it give each login an audit session of a
 * higher number than all before (sessionid in proc_pid_sessionid(5)), which su(1), a terminal
 * multiplexer and a room leave as it is. Elsewhere the processes above this one have to: a login
 * program that process 1 or root's listener has started, and right below it what began since.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/ancestry.h"
#include "roomctl/change.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/tree.h"
#include "roomctl/trial.h"
#include "roomctl/verb.h"
#include "roomctl/watch.h"

static const char step[] = "confirm";

/* This process's audit session, or 0 when it has none. */
static uint64_t own_session(void)
{
	uint64_t session;
	char text[32];

	if (fd_read_small(AT_FDCWD, "/proc/self/sessionid", text, sizeof text) <= 0 ||
		text_u64(text, UINT32_MAX - 1, &session) < 0)
		return 0;
	return session;
}

/* sshd's listener, or login(1) that came of a getty, is a child of process 1; below it the
 * login. 1, 0 or -errno. */
static int ancestors_are_fresh(const struct trial *trial, struct why *why)
{
	static const char *const programs[] = { "sshd", "login" };
	struct ancestor child = { 0 }, process;
	int r = ancestor_read(getpid(), &process, why);

	while (r == 0 && process.parent > 1) {
		child = process;
		r = ancestor_read(child.parent, &process, why);
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (process.parent == 1 && strcmp(process.comm, programs[i]) == 0)
			return child.pid != 0 && child.start > trial->since;
	return why_set(why, 0, step,
		"the kernel has no audit session for this login, and it is "
		"below '%s', neither sshd nor login",
		process.comm);
}

/* 0, or -errno with why. */
static int is_fresh(const struct trial *trial, struct why *why)
{
	uint64_t session = own_session();
	int r = session ? session > trial->session : ancestors_are_fresh(trial, why);

	if (r == 0)
		return why_set(why, 0, step,
			"this login began before the trial: log in anew, and say it there");
	return r < 0 ? r : 0;
}

/* What the trial needed besides its file. It is over already: a failure here is only told. */
static void clean_up(const struct tree *tree, struct report *report)
{
	cleanup_with(changes_free) struct changes changes = { 0 };
	struct why why = { 0 };
	struct change *change;
	char text[512];

	if (watch_stop(&why) < 0)
		report_line(report, REPORT_NOTE, "%s", why_print(&why, text, sizeof text));
	if (!tree_has(tree, trial_dropin.path))
		return;
	change = changes_add(&changes, trial_dropin.path, &why);
	if (!change || tree_read_own(tree, trial_dropin.path, &change->before, NULL, &why) < 0)
		return;
	change->note = "removed";
	change->reload = true;
	change->own_dir = true;
	changes_apply(tree, &changes, report);
}

static int confirm(struct why *why)
{
	struct trial trial;
	int r = trial_read(&trial, why);

	if (r == -ENOENT)
		return why_set(why, 0, step, "there is no trial");
	if (r == 0)
		r = trial_is_over(&trial, why);
	if (r == 1)
		return why_set(why, 0, step, "the trial is over");
	if (r == 0)
		r = is_fresh(&trial, why);
	return r < 0 ? r : trial_take(why);
}

int verb_confirm(int argc, char **argv, bool json)
{
	cleanup_with(tree_close) struct tree tree = { .dfd = -1, .lock_fd = -1 };
	struct report report = { .json = json };
	struct options options;
	struct why why = { 0 };
	char text[512];
	int r = options_read(argc, argv, 0, 0, &options);

	if (r)
		return r;
	if (geteuid() != 0)
		report_line(&report, REPORT_PROBLEM, "only root may confirm a trial");
	else if (tree_open(NULL, &tree, &why) < 0 || tree_lock(&tree, &why) < 0 ||
		confirm(&why) < 0)
		report_line(&report, REPORT_PROBLEM, "%s", why_print(&why, text, sizeof text));
	else {
		report_line(&report, REPORT_OK, "confirmed: pam_room stays enabled");
		clean_up(&tree, &report);
	}
	return report_end(&report);
}
