/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl check: is the policy right, are the programs fit, does every login pass our line. It
 * reads what libpam, systemd and the helper would read, changes nothing, and says one line per
 * finding.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/off.h"
#include "lib/clean.h"
#include "lib/why.h"
#include "roomctl/change.h"
#include "roomctl/doors.h"
#include "roomctl/humble.h"
#include "roomctl/installed.h"
#include "roomctl/judge.h"
#include "roomctl/kernel.h"
#include "roomctl/names.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"
#include "roomctl/trial.h"
#include "roomctl/verb.h"
#include "roomctl/wiring.h"

static void say_why(int r, const struct why *why, struct report *report)
{
	bool cannot_tell = r == -EACCES || r == -EPERM || r == -ENOMEM || r == -EIO;
	char text[512];

	report_line(report, cannot_tell ? REPORT_UNKNOWN : REPORT_PROBLEM, "%s",
		why_print(why, text, sizeof text));
}

/* True when there is such a service. */
static bool check_service(const struct tree *tree, const char *service, struct report *report)
{
	cleanup_with(stack_free) struct stack stack = { 0 };
	struct why why = { 0 };
	int r = stack_read(tree, NULL, service, &stack, &why);

	if (r == -ENOENT)
		return false;
	if (r < 0)
		say_why(r, &why, report);
	else
		judge_stack(&stack, service, true, report);
	return true;
}

/* A copy that we made hides the vendor's file, and so hides what an upgrade changes in that. */
static void check_copy(const struct tree *tree, const char *service, struct report *report)
{
	cleanup_free char *text = NULL;
	cleanup_free char *rest = NULL;
	cleanup_free char *vendor = NULL;
	struct wiring_block block;
	char path[CHANGE_PATH_MAX];

	snprintf(path, sizeof path, STACK_DIR "/%s", service);
	if (tree_read(tree, path, &text, NULL, NULL) < 0)
		return;
	if (wiring_strip(text, &block, &rest) < 0) {
		report_line(report, REPORT_PROBLEM, "/%s: the pam_room marks in it are torn", path);
		return;
	}
	snprintf(path, sizeof path, STACK_VENDOR_DIR "/%s", service);
	if (!block.is_copy || tree_read(tree, path, &vendor, NULL, NULL) < 0)
		return;
	if (wiring_sum(vendor) != block.copy_sum)
		report_line(report, REPORT_PROBLEM,
			"/%s has changed since roomctl copied it to /" STACK_DIR
			": disable and enable again",
			path);
}

static void check_dropin(
	const struct tree *tree, const struct wiring_dropin *dropin, struct report *report)
{
	cleanup_free char *text = NULL;
	struct why why = { 0 };
	int r;

	if (!wiring_wants(tree, dropin))
		return;
	r = tree_read(tree, dropin->path, &text, NULL, &why);
	if (r == -ENOENT)
		report_line(report, REPORT_PROBLEM, "/%s is missing: %s", dropin->path,
			dropin->missing);
	else if (r < 0)
		say_why(r, &why, report);
	else if (strcmp(text, dropin->text) != 0)
		report_line(report, REPORT_PROBLEM, "/%s is not what roomctl enable writes",
			dropin->path);
	else
		report_line(report, REPORT_OK, "/%s is in place", dropin->path);
}

/* Not a trace of `enable`: said once, and not by every service that lacks the line. */
static bool is_untouched(const struct tree *tree)
{
	unsigned int n = 0, ours = 0;

	for (size_t i = 0; i < WIRING_SERVICES; i++) {
		cleanup_with(stack_free) struct stack stack = { 0 };
		struct why why = { 0 };

		if (stack_read(tree, NULL, wiring_services[i], &stack, &why) == 0) {
			ours += stack_count_ours(&stack);
			n++;
		}
	}
	return n > 0 && ours == 0 && !wiring_has_dropin(tree);
}

static void check_wiring(const struct tree *tree, struct report *report)
{
	unsigned int n = 0;

	if (is_untouched(tree)) {
		report_line(report, REPORT_PROBLEM,
			"no login leads into a room yet: roomctl enable does that");
		return;
	}
	for (size_t i = 0; i < WIRING_SERVICES; i++) {
		n += check_service(tree, wiring_services[i], report);
		check_copy(tree, wiring_services[i], report);
	}
	if (n == 0)
		report_line(report, REPORT_UNKNOWN,
			"none of the PAM services of roomctl's table is here");
	for (size_t i = 0; i < WIRING_DROPINS; i++)
		check_dropin(tree, &wiring_dropins[i], report);
	doors_services(tree, report);
	if (tree->host) {
		doors_managers(report);
		trial_report(report);
	}
}

/* Last of all, because root is dropped before it is looked at. */
static void check_policy(const char *file, struct report *report)
{
	cleanup_with(ruling_close) struct ruling ruling;
	struct why why = { 0 };
	int r;

	ruling_open(file, &ruling);
	r = humble_become(&why);
	if (r < 0) {
		say_why(-EPERM, &why, report);
		return;
	}
	ruling_judge(&ruling);
	ruling_report(&ruling, true, report);
	if (ruling.policy) {
		names_check(ruling.policy, report);
		/* A draft may be another machine's. */
		if (!file)
			kernel_check_limits(ruling.policy, report);
	}
}

/* A machine that is switched off is not in order, however well it is wired. */
static void check_off(struct report *report)
{
	struct why why;

	if (off_is_said(ROOM_SYSCONFDIR, OFF_CMDLINE, &why))
		report_line(report, REPORT_PROBLEM,
			"every login is outside: pam_room is switched off %s", why.text);
	else if (why.text[0])
		say_why(-why.err, &why, report);
}

int verb_check(int argc, char **argv, bool json)
{
	cleanup_with(tree_close) struct tree tree = { .dfd = -1, .lock_fd = -1 };
	struct report report = { .json = json };
	struct options options;
	struct why why = { 0 };
	int r = options_read(argc, argv, OPTION_ROOT, 1, &options);

	if (r)
		return r;
	if (options.n_words > 0 && options.root) {
		complain("check: either a file or --root");
		return EXIT_USAGE;
	}
	if (options.n_words > 0) {
		check_policy(options.words[0], &report);
		return report_end(&report);
	}
	r = tree_open(options.root, &tree, &why);
	if (r < 0) {
		say_why(-EACCES, &why, &report);
		return report_end(&report);
	}
	if (tree.host) {
		check_off(&report);
		kernel_check(&report);
		kernel_check_sharing(&report);
		installed_check_programs(true, &report);
	}
	check_wiring(&tree, &report);
	if (tree.host)
		check_policy(NULL, &report);
	return report_end(&report);
}
