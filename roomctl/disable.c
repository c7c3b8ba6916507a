/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl disable: takes out what roomctl enable put in, so that every file is as it was, in the
 * opposite order. It asks nothing of the policy or the programs: whatever is broken, this must
 * work.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "lib/clean.h"
#include "lib/log.h"
#include "lib/why.h"
#include "roomctl/change.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"
#include "roomctl/trial.h"
#include "roomctl/verb.h"
#include "roomctl/watch.h"
#include "roomctl/wiring.h"

static int plan_change(struct changes *changes, const char *path, const struct stat *st,
	char **before, struct change **ret, struct why *why)
{
	struct change *change = changes_add(changes, path, why);

	if (!change)
		return -E2BIG;
	change->mode = st->st_mode & 07777;
	change->uid = st->st_uid;
	change->gid = st->st_gid;
	change->before = take_ptr(*before);
	*ret = change;
	return 0;
}

static int plan_service(
	const struct tree *tree, const char *service, struct changes *changes, struct why *why)
{
	cleanup_free char *text = NULL;
	cleanup_free char *bare = NULL;
	struct wiring_block block;
	char path[CHANGE_PATH_MAX];
	struct change *change;
	struct stat st;
	int r;

	snprintf(path, sizeof path, STACK_DIR "/%s", service);
	r = tree_read_own(tree, path, &text, &st, why);
	/* enable never writes through a link, so there is nothing of ours behind one. */
	if (r == -ENOENT || r == -ELOOP)
		return 0;
	if (r < 0)
		return r;
	r = wiring_strip(text, &block, &bare);
	if (r == -EINVAL)
		return why_set(why, 0, "plan", "/%s: the pam_room marks in it are torn", path);
	if (r < 0)
		return why_set(why, -r, "plan", "no memory");
	if (!block.found)
		return 0;
	r = plan_change(changes, path, &st, &text, &change, why);
	if (r < 0)
		return r;
	change->note = "pam_room.so removed";
	if (block.is_copy && wiring_sum(bare) == block.copy_sum) {
		change->note = "removed, it was a copy from /" STACK_VENDOR_DIR;
		return 0;
	}
	if (block.is_copy)
		change->note = "pam_room.so removed; the copy stays, somebody has changed it";
	change->after = take_ptr(bare);
	return 0;
}

static int plan_dropin(
	const struct tree *tree, const char *path, struct changes *changes, struct why *why)
{
	cleanup_free char *text = NULL;
	struct change *change;
	struct stat st;
	int r = tree_read_own(tree, path, &text, &st, why);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = plan_change(changes, path, &st, &text, &change, why);
	if (r < 0)
		return r;
	change->note = "removed";
	change->reload = true;
	change->own_dir = true;
	return 0;
}

/* What an enable that was killed left half written. */
static void sweep(const struct tree *tree)
{
	char path[CHANGE_PATH_MAX];

	for (size_t i = 0; i < WIRING_SERVICES; i++) {
		snprintf(path, sizeof path, STACK_DIR "/%s", wiring_services[i]);
		change_sweep(tree, path, false);
	}
	for (size_t i = 0; i < WIRING_DROPINS; i++)
		change_sweep(tree, wiring_dropins[i].path, true);
	change_sweep(tree, trial_dropin.path, true);
}

static void disable(const struct tree *tree, bool dry_run, struct report *report)
{
	/* A manager started through the helper without a room runs as ever: no reason to wire it
	 * all again. */
	cleanup_with(changes_free) struct changes changes = { .reload_matters = false };
	struct why why = { 0 };
	char text[512];
	int r = 0;

	for (size_t i = WIRING_SERVICES; i-- > 0 && r == 0;)
		r = plan_service(tree, wiring_services[i], &changes, &why);
	for (size_t i = WIRING_DROPINS; i-- > 0 && r == 0;)
		r = plan_dropin(tree, wiring_dropins[i].path, &changes, &why);
	/* Last: until all is undone, a boot goes on with it. */
	if (r == 0)
		r = plan_dropin(tree, trial_dropin.path, &changes, &why);
	if (r < 0) {
		report_line(report, REPORT_PROBLEM, "%s", why_print(&why, text, sizeof text));
		report_line(report, REPORT_PROBLEM, "nothing was changed");
	} else if (changes.n == 0) {
		report_line(report, REPORT_OK, "there is nothing to take out");
	} else if (dry_run) {
		changes_print(&changes, REPORT_WOULD, report);
	} else {
		changes_apply(tree, &changes, report);
	}
	if (r == 0 && !dry_run)
		sweep(tree);
}

/* On this machine: with or without a trial that runs. */
static void disable_here(const struct tree *tree, bool if_trial, struct report *report)
{
	struct why why = { 0 };
	char text[512];
	int r = trial_claim(&why);

	if (r == -ENOENT && if_trial) {
		report_line(report, REPORT_OK, "there is no trial to be undone");
		return;
	}
	/* Of a trial, too: that all is taken out matters more than its file. */
	if (r < 0 && r != -ENOENT)
		report_line(report, REPORT_NOTE, "%s", why_print(&why, text, sizeof text));
	disable(tree, false, report);
	if (if_trial) {
		log_open("roomctl", 0);
		log_line(report->n[REPORT_PROBLEM] ? LOG_ALERT : LOG_WARNING,
			"the trial of pam_room was not confirmed: %s",
			report->n[REPORT_PROBLEM] ? "taking it out has failed" :
						    "it is disabled again");
	}
	if (r < 0 || report->n[REPORT_PROBLEM])
		return;
	if (trial_forget(&why) < 0)
		report_line(report, REPORT_NOTE, "%s", why_print(&why, text, sizeof text));
	watch_stop(NULL);
}

int verb_disable(int argc, char **argv, bool json)
{
	cleanup_with(tree_close) struct tree tree = { .dfd = -1, .lock_fd = -1 };
	struct report report = { .json = json };
	struct options options;
	struct why why = { 0 };
	char text[512];
	int r = options_read(
		argc, argv, OPTION_ROOT | OPTION_DRY_RUN | OPTION_IF_TRIAL, 0, &options);

	if (r)
		return r;
	if (tree_open(options.root, &tree, &why) < 0)
		report_line(&report, REPORT_PROBLEM, "%s", why_print(&why, text, sizeof text));
	else if (tree.host && !options.dry_run && geteuid() != 0)
		report_line(&report, REPORT_PROBLEM, "only root may change the PAM stacks");
	/* Who hangs may not keep others from this. */
	else if (!options.dry_run && tree_lock(&tree, &why) < 0 && tree.host)
		report_line(&report, REPORT_NOTE, "%s", why_print(&why, text, sizeof text));
	if (report.n[REPORT_PROBLEM])
		return report_end(&report);
	if (tree.host && !options.dry_run)
		disable_here(&tree, options.if_trial, &report);
	else
		disable(&tree, options.dry_run, &report);
	return report_end(&report);
}
