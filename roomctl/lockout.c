/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether a policy would shut out those who could mend it (see lockout.h). It asks by the function
 * that decides for a login.
 */
#include "roomctl/lockout.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/decide.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/lookup.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/account.h"
#include "roomctl/ancestry.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"
#include "roomctl/wiring.h"

#define LOCKOUT_NOBODY UINT32_MAX

/* One person before the policy. */
struct lockout {
	const struct tree *tree;
	const struct policy *policy;
	struct report *report;
	const struct account *account;
	const char *from; /* where the caller comes from, when that is known; for sshd */
	char fate[160];   /* what the services so far give */
	char services[256];
};

bool lockout_has_service(const struct tree *tree, const char *service)
{
	char path[96];

	snprintf(path, sizeof path, STACK_DIR "/%s", service);
	if (tree_has(tree, path))
		return true;
	snprintf(path, sizeof path, STACK_VENDOR_DIR "/%s", service);
	return tree_has(tree, path);
}

/* The line that is held back until another fate comes. */
static void say_fate(struct lockout *lockout)
{
	if (lockout->fate[0])
		report_line(lockout->report, REPORT_NOTE, "%s: %s, by %s", lockout->account->name,
			lockout->fate, lockout->services);
	lockout->fate[0] = '\0';
	lockout->services[0] = '\0';
}

static void add_fate(struct lockout *lockout, const char *fate, const char *service)
{
	size_t len;

	if (strcmp(fate, lockout->fate) != 0)
		say_fate(lockout);
	snprintf(lockout->fate, sizeof lockout->fate, "%s", fate);
	len = strlen(lockout->services);
	snprintf(lockout->services + len, sizeof lockout->services - len, "%s%s", len ? ", " : "",
		service);
}

static void ask_service(struct lockout *lockout, const char *service)
{
	const struct account *account = lockout->account;
	struct subject login;
	struct decision decision;
	struct why why = { 0 };
	char fate[sizeof lockout->fate], place[512] = "";

	account_login(&(struct options){ .service = service,
			      .from = strcmp(service, "sshd") == 0 ? lockout->from : NULL },
		&login);
	login.user = account->name;
	login.uid = account->uid;
	if (policy_decide(lockout->policy, &login, account->gid, deadline_in(LOOKUP_MS), &decision,
		    NULL, NULL, &why) < 0 ||
		decision.unsure) {
		report_line(lockout->report, REPORT_PROBLEM, "%s would be refused by %s: %s",
			account->name, service, why.text);
		return;
	}
	if (decision.rule)
		place_print(&decision.rule->place, place, sizeof place);
	if (decision.verdict == VERDICT_CLOSED) {
		report_line(lockout->report, REPORT_PROBLEM,
			"%s would be refused by %s: the rule at %s closes it", account->name,
			service, place);
		return;
	}
	snprintf(fate, sizeof fate, "%s%.32s",
		decision.verdict == VERDICT_OUTSIDE ? "outside as before" : "into room ",
		decision.verdict == VERDICT_OUTSIDE ? "" : decision.room->name);
	add_fate(lockout, fate, service);
}

static void ask_person(struct lockout *lockout, uid_t uid)
{
	const struct passwd *found = getpwuid(uid);
	char name[ACCOUNT_NAME_MAX] = "";
	static struct account account; /* outlives this one */

	if (found)
		snprintf(name, sizeof name, "%s", found->pw_name);
	if (account_find(name, &account) < 0) {
		report_line(lockout->report, REPORT_PROBLEM,
			"no answer about the account of uid %u, so nobody knows what it would get",
			uid);
		return;
	}
	lockout->account = &account;
	for (size_t i = 0; i < WIRING_SERVICES; i++)
		if (lockout_has_service(lockout->tree, wiring_services[i]))
			ask_service(lockout, wiring_services[i]);
	say_fate(lockout);
}

/* Who has become root to call this, as the kernel keeps it across su and sudo. */
static uint32_t login_uid(void)
{
	char text[32];
	uint32_t uid;

	if (fd_read_small(AT_FDCWD, "/proc/self/loginuid", text, sizeof text) < 0 ||
		text_id(text, &uid) < 0)
		return LOCKOUT_NOBODY;
	return uid;
}

static uint32_t sudo_uid(void)
{
	const char *text = getenv("SUDO_UID");
	uint32_t uid;

	return text && text_id(text, &uid) == 0 ? uid : LOCKOUT_NOBODY;
}

size_t lockout_callers(uint32_t ret[LOCKOUT_CALLERS_MAX])
{
	const uint32_t callers[LOCKOUT_CALLERS_MAX] = { sudo_uid(), login_uid(), getuid() };
	size_t n = 0;

	for (size_t i = 0; i < LOCKOUT_CALLERS_MAX; i++) {
		bool known = callers[i] == 0 || callers[i] == LOCKOUT_NOBODY;

		for (size_t j = 0; j < n; j++)
			known |= ret[j] == callers[i];
		if (!known)
			ret[n++] = callers[i];
	}
	return n;
}

void lockout_check(const struct tree *tree, struct report *report)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	struct lockout lockout = { .tree = tree, .report = report };
	uint32_t callers[LOCKOUT_CALLERS_MAX];
	char from[128];
	size_t n;

	ruling_open(NULL, &ruling);
	ruling_judge(&ruling);
	if (!ruling.policy)
		return;
	lockout.policy = ruling.policy;
	ask_person(&lockout, 0);
	lockout.from = ancestry_ssh_from(from, sizeof from);
	n = lockout_callers(callers);
	for (size_t i = 0; i < n; i++)
		ask_person(&lockout, callers[i]);
}
