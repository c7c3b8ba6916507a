/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A policy as verbs look at it (see ruling.h).
 */
#include "roomctl/ruling.h"

#include <errno.h>

#include "roomctl/humble.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

void ruling_open(const char *file, struct ruling *ret)
{
	*ret = (struct ruling){ .name = file ? file : ROOM_SYSCONFDIR, .draft = file != NULL };
	ret->r = file ? sources_read_file(file, &ret->sources, &ret->why) :
			sources_read(ROOM_SYSCONFDIR, &ret->sources, &ret->why);
}

void ruling_judge(struct ruling *ruling)
{
	if (ruling->r == 0)
		ruling->r = policy_read(
			ruling->sources, true, &ruling->policy, &ruling->complaints, &ruling->why);
}

/* Whether it is not known if the policy is right, rather than known that it is wrong. */
static bool ruling_unknown(const struct ruling *ruling)
{
	return ruling->r == -EACCES || ruling->r == -ENOMEM ||
		(ruling->r < 0 && ruling->draft && ruling->complaints.errors.n == 0);
}

static void report_list(
	const struct complaint_list *list, enum report_kind kind, struct report *report)
{
	for (size_t i = 0; i < list->n; i++)
		report_complaint(report, kind, &list->list[i]);
	if (list->n_more > 0)
		report_line(report, kind, "and %zu more", list->n_more);
}

void ruling_report(const struct ruling *ruling, bool say_ok, struct report *report)
{
	char text[512];

	if (ruling->r == 0 && say_ok)
		report_line(report, REPORT_OK, "%s: rooms %zu, rules %zu", ruling->name,
			ruling->policy->n_rooms, ruling->policy->n_rules);
	report_list(&ruling->complaints.errors, REPORT_PROBLEM, report);
	report_list(&ruling->complaints.warnings, REPORT_WARNING, report);
	if (ruling->r < 0 && ruling->complaints.errors.n == 0)
		report_line(report, ruling_unknown(ruling) ? REPORT_UNKNOWN : REPORT_PROBLEM, "%s",
			why_print(&ruling->why, text, sizeof text));
}

int ruling_need_open(struct ruling *ruling)
{
	const struct complaint_list *errors = &ruling->complaints.errors;
	char text[512];

	ruling_judge(ruling);
	if (ruling->r == 0)
		return 0;
	for (size_t i = 0; i < errors->n; i++)
		complain("%s", complaint_print(&errors->list[i], text, sizeof text));
	if (ruling->r == -ENOENT && !ruling->draft)
		complain("no policy is installed in %s: name a file", ruling->name);
	else if (errors->n == 0)
		complain("%s", why_print(&ruling->why, text, sizeof text));
	else
		complain("a policy with a mistake opens no room: all but root are refused");
	return ruling_unknown(ruling) || ruling->r == -ENOENT ? EXIT_CANNOT_TELL : EXIT_NO;
}

int ruling_need(const char *file, struct ruling *ret)
{
	struct why why = { 0 };
	char text[512];

	ruling_open(file, ret);
	if (humble_become(&why) < 0) {
		complain("%s", why_print(&why, text, sizeof text));
		return EXIT_CANNOT_TELL;
	}
	return ruling_need_open(ret);
}

void ruling_close(struct ruling *ruling)
{
	sources_free(ruling->sources);
	policy_free(ruling->policy);
}
