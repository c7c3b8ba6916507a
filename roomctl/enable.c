/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl enable: puts our line into the PAM stacks and the drop-ins beside systemd's units. All is
 * planned first, then every stack is judged as it would be, and only a plan in which each login is
 * led through our line is carried out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/units.h"
#include "lib/clean.h"
#include "lib/why.h"
#include "roomctl/change.h"
#include "roomctl/installed.h"
#include "roomctl/judge.h"
#include "roomctl/lockout.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/rehearse.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"
#include "roomctl/trial.h"
#include "roomctl/verb.h"
#include "roomctl/watch.h"
#include "roomctl/wiring.h"

struct plan {
	const struct tree *tree;
	struct changes changes;
	bool done[WIRING_SERVICES];
	uint32_t trial; /* seconds after which it is undone; 0: never */
	struct report *report;
	struct why why;
};

static void plan_release(struct plan *plan)
{
	changes_free(&plan->changes);
}

/* A service file as it is, and as it is without our block. */
struct service_file {
	char path[CHANGE_PATH_MAX];
	char *text; /* NULL: only the vendor has one */
	char *bare;
	struct wiring_block block;
	struct stat st;
};

static void service_file_free(struct service_file *file)
{
	free(file->text);
	free(file->bare);
}

/* -ENOENT: there is no such service. */
static int service_file_read(struct plan *plan, const char *service, struct service_file *ret)
{
	char vendor[CHANGE_PATH_MAX];
	int r;

	snprintf(ret->path, sizeof ret->path, STACK_DIR "/%s", service);
	snprintf(vendor, sizeof vendor, STACK_VENDOR_DIR "/%s", service);
	r = tree_read_own(plan->tree, ret->path, &ret->text, &ret->st, &plan->why);
	if (r == -ENOENT) {
		r = tree_read(plan->tree, vendor, &ret->bare, &ret->st, &plan->why);
		if (r == 0)
			ret->block = (struct wiring_block){ .is_copy = true,
				.copy_sum = wiring_sum(ret->bare) };
		return r;
	}
	if (r < 0)
		return r;
	r = wiring_strip(ret->text, &ret->block, &ret->bare);
	if (r == -EINVAL)
		return why_set(
			&plan->why, 0, "plan", "/%s: the pam_room marks in it are torn", ret->path);
	return r < 0 ? why_set(&plan->why, -r, "plan", "no memory") : 0;
}

/* A link is left alone when what it leads to is in order, and refused when it would need our
 * line. */
static int plan_link(struct plan *plan, const char *service)
{
	cleanup_with(stack_free) struct stack stack = { 0 };
	struct why why = { 0 };

	if (stack_read(plan->tree, &plan->changes, service, &stack, &why) == 0 &&
		stack_count_ours(&stack) > 0)
		return 0;
	return -ELOOP;
}

/*
 * Whether the service has our line without a block of its own: through a file it includes, or
 * because somebody wrote it by hand. Asked of the plan, in which its file stands without the block.
 */
static int plan_has_line(struct plan *plan, const char *service, bool *ret)
{
	cleanup_with(stack_free) struct stack stack = { 0 };
	int r = stack_read(plan->tree, &plan->changes, service, &stack, &plan->why);

	*ret = r == 0 && stack_count_ours(&stack) > 0;
	if (*ret)
		report_line(plan->report, REPORT_NOTE,
			"%s: needs no block of its own, its stack has the line already", service);
	return r;
}

static int plan_service(struct plan *plan, const char *service)
{
	cleanup_with(service_file_free) struct service_file file = { .text = NULL };
	struct change *change;
	bool has_line = false;
	int r = service_file_read(plan, service, &file);

	if (r == -ELOOP)
		return plan_link(plan, service);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	change = changes_add(&plan->changes, file.path, &plan->why);
	if (!change)
		return -E2BIG;
	change->mode = file.st.st_mode & 07777;
	change->uid = file.st.st_uid;
	change->gid = file.st.st_gid;
	change->before = take_ptr(file.text);
	change->after = take_ptr(file.bare);
	r = plan_has_line(plan, service, &has_line);
	if (r < 0)
		return r;
	if (!has_line) {
		char *wired = wiring_add(change->after, &file.block);

		free(change->after);
		change->after = wired;
		if (!wired)
			return why_set(&plan->why, ENOMEM, "plan", "no memory");
	}
	change->note = !change->before ? "copied from /" STACK_VENDOR_DIR ", pam_room.so added" :
		has_line               ? "block removed" :
					 "pam_room.so added at the end";
	if (change->before ? strcmp(change->before, change->after) == 0 : has_line)
		changes_drop_last(&plan->changes);
	return 0;
}

/* Whether the service includes another one of the table that is not planned yet. */
static int plan_must_wait(struct plan *plan, size_t service, bool *ret)
{
	cleanup_with(stack_free) struct stack stack = { 0 };
	int r = stack_read(plan->tree, NULL, wiring_services[service], &stack, &plan->why);

	*ret = false;
	for (size_t i = 0; i < WIRING_SERVICES && r == 0; i++)
		if (i != service && !plan->done[i] && stack_includes(&stack, wiring_services[i]))
			*ret = true;
	return r == -ENOENT ? 0 : r;
}

/* Included services first: who includes them has the line then. */
static int plan_services(struct plan *plan)
{
	for (size_t pass = 0; pass < WIRING_SERVICES; pass++) {
		for (size_t i = 0; i < WIRING_SERVICES; i++) {
			bool wait = false;
			int r = plan->done[i] ? 0 : plan_must_wait(plan, i, &wait);

			if (r == 0 && !plan->done[i] && !wait) {
				r = plan_service(plan, wiring_services[i]);
				plan->done[i] = true;
			}
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int plan_dropin(struct plan *plan, const struct wiring_dropin *dropin)
{
	cleanup_free char *text = NULL;
	struct change *change;
	struct stat st = { .st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid() };
	int r;

	if (!wiring_wants(plan->tree, dropin))
		return 0;
	r = tree_read_own(plan->tree, dropin->path, &text, &st, &plan->why);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && strcmp(text, dropin->text) == 0)
		return 0;
	change = changes_add(&plan->changes, dropin->path, &plan->why);
	if (!change)
		return -E2BIG;
	change->mode = st.st_mode & 07777;
	change->uid = st.st_uid;
	change->gid = st.st_gid;
	change->before = take_ptr(text);
	change->after = strdup(dropin->text);
	change->note = dropin->note;
	change->reload = true;
	change->own_dir = true;
	return change->after ? 0 : why_set(&plan->why, ENOMEM, "plan", "no memory");
}

/* Would every stack lead through our line? */
static int plan_judge(struct plan *plan)
{
	unsigned int n = 0;

	for (size_t i = 0; i < WIRING_SERVICES; i++) {
		cleanup_with(stack_free) struct stack stack = { 0 };
		int r = stack_read(
			plan->tree, &plan->changes, wiring_services[i], &stack, &plan->why);

		if (r < 0 && r != -ENOENT)
			return r;
		if (r == 0)
			n += judge_stack(&stack, wiring_services[i], false, plan->report);
	}
	return n == 0 ? 0 : why_set(&plan->why, 0, "plan", "so a login would not be in its room");
}

static int plan_make(struct plan *plan)
{
	/* First, so that a boot in the middle of it all ends the trial. */
	int r = plan->trial ? plan_dropin(plan, &trial_dropin) : 0;

	for (size_t i = 0; i < WIRING_DROPINS && r == 0; i++)
		r = plan_dropin(plan, &wiring_dropins[i]);
	if (r == 0)
		r = plan_services(plan);
	if (r == 0)
		r = plan_judge(plan);
	return r;
}

/* What must be there before the first login is led through our line. */
static bool is_ready(const struct tree *tree, bool dry_run, struct report *report)
{
	installed_check_policy(report);
	installed_check_programs(false, report);
	lockout_check(tree, report);
	if (!dry_run && geteuid() != 0)
		report_line(report, REPORT_PROBLEM, "only root may change the PAM stacks");
	return report->n[REPORT_PROBLEM] + report->n[REPORT_UNKNOWN] == 0;
}

/* A trial is undone as a whole, so there may be nothing that it would take away besides. */
static int refuse_half(struct plan *plan)
{
	for (size_t i = 0; i < WIRING_SERVICES; i++) {
		cleanup_with(service_file_free) struct service_file file = { .text = NULL };

		if (service_file_read(plan, wiring_services[i], &file) == 0 && file.block.found)
			return why_set(&plan->why, 0, "trial",
				"/%s is wired already, and the trial's end would undo that too",
				file.path);
	}
	plan->why = (struct why){ 0 };
	return 0;
}

/* The end is prepared before the beginning: whatever ends this process, the trial ends. */
static int begin_trial(struct plan *plan)
{
	struct trial trial;
	int r = trial_new(plan->trial, &trial, &plan->why);

	if (r == 0)
		r = trial_write(&trial, &plan->why);
	if (r == 0)
		r = watch_start(&trial, &plan->why);
	if (r < 0)
		trial_take(NULL);
	return r;
}

static void carry_out(struct plan *plan)
{
	char text[512];

	if (plan->trial && begin_trial(plan) < 0) {
		report_line(plan->report, REPORT_PROBLEM, "%s",
			why_print(&plan->why, text, sizeof text));
		return;
	}
	if (changes_apply(plan->tree, &plan->changes, plan->report) < 0 && plan->trial) {
		trial_take(NULL);
		watch_stop(NULL);
	} else if (plan->trial) {
		trial_report(plan->report);
	}
}

/* Would those who log in get in? By sessions that are opened. */
static bool rehearses(const struct tree *tree, struct report *report)
{
	unsigned int before = report->n[REPORT_PROBLEM];

	if (tree->host && rehearse_can())
		rehearse_all(tree, report);
	else if (tree->host)
		report_line(report, REPORT_NOTE,
			"no session was tried: from inside a room none leads elsewhere");
	return report->n[REPORT_PROBLEM] == before;
}

static void enable(const struct tree *tree, const struct options *options, uint32_t trial,
	struct report *report)
{
	cleanup_with(plan_release) struct plan plan = {
		.tree = tree, .trial = trial, .report = report, .changes.reload_matters = true
	};
	char text[512];

	if ((tree->host && !is_ready(tree, options->dry_run, report)) ||
		(trial && refuse_half(&plan) < 0) || plan_make(&plan) < 0) {
		if (plan.why.text[0])
			report_line(report, REPORT_PROBLEM, "%s",
				why_print(&plan.why, text, sizeof text));
		report_line(report, REPORT_PROBLEM, "nothing was changed");
	} else if (plan.changes.n == 0) {
		report_line(report, REPORT_OK, "everything is wired already");
	} else if (options->dry_run) {
		changes_print(&plan.changes, REPORT_WOULD, report);
	} else if (!rehearses(tree, report)) {
		report_line(report, REPORT_PROBLEM, "nothing was changed");
	} else {
		carry_out(&plan);
	}
}

/* 0 or EXIT_USAGE after saying what is wrong. */
static int trial_seconds(const struct options *options, uint32_t *ret)
{
	const char *phrase;

	*ret = 0;
	if (!options->trial)
		return 0;
	phrase = units_duration(options->trial, ret);
	if (!phrase && *ret > TRIAL_SECONDS_MAX)
		phrase = "is longer than a day";
	if (!phrase && options->root)
		phrase = "is for this machine, not for --root";
	if (!phrase)
		return 0;
	complain("--trial: '%s' %s", options->trial, phrase);
	return EXIT_USAGE;
}

int verb_enable(int argc, char **argv, bool json)
{
	cleanup_with(tree_close) struct tree tree = { .dfd = -1, .lock_fd = -1 };
	struct report report = { .json = json };
	struct options options;
	struct why why = { 0 };
	char text[512];
	uint32_t trial = 0;
	int r = options_read(argc, argv, OPTION_ROOT | OPTION_DRY_RUN | OPTION_TRIAL, 0, &options);

	if (r == 0)
		r = trial_seconds(&options, &trial);
	if (r)
		return r;
	if (tree_open(options.root, &tree, &why) < 0 ||
		(!options.dry_run && tree_lock(&tree, &why) < 0))
		report_line(&report, REPORT_PROBLEM, "%s", why_print(&why, text, sizeof text));
	else
		enable(&tree, &options, trial, &report);
	return report_end(&report);
}
