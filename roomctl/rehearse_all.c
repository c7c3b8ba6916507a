/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whom sessions are tried with before `roomctl enable` changes anything (see rehearse.h): those who
 * could mend it, and one account for each rule.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/decide.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lookup.h"
#include "roomctl/account.h"
#include "roomctl/ancestry.h"
#include "roomctl/lockout.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/rehearse.h"
#include "roomctl/ruling.h"
#include "roomctl/tree.h"
#include "roomctl/wiring.h"

/* A policy may have thousands of rules, and a directory thousands of accounts. */
#define REHEARSE_ALL_MS 60000

/* user_namespaces(7): the overflow uid, which is nobody's to log in. */
#define REHEARSE_NOBODY 65534

struct rehearsals {
	const struct tree *tree;
	const struct policy *policy;
	struct report *report;
	bool *tried; /* of each rule; the last one is "no rule matches" */
	size_t left; /* rules into rooms that are not tried */
	const char *from;
	int64_t deadline;
};

/* An account, and what is known of its groups (struct subject). */
struct person {
	struct account account;
	unsigned char *said;
	bool in_vain; /* a directory does not answer: it is asked once */
};

static size_t rule_number(const struct rehearsals *all, const struct rule *rule)
{
	return rule ? (size_t)(rule - all->policy->rules) : all->policy->n_rules;
}

static void decide(const struct rehearsals *all, struct person *person, struct subject *login,
	struct decision *ret)
{
	cleanup_free unsigned char *more = NULL;
	size_t n = all->policy->groups.n + all->policy->netgroups.n;

	login->user = person->account.name;
	login->uid = person->account.uid;
	login->said = person->said;
	policy_match(all->policy, login, ret, NULL, NULL);
	if (!ret->unsure || person->in_vain ||
		policy_ask(all->policy, login, person->account.gid, deadline_in(LOOKUP_MS), &more,
			NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (more[i] != LOOKUP_UNKNOWN)
			person->said[i] = more[i];
	policy_match(all->policy, login, ret, NULL, NULL);
	person->in_vain = ret->unsure != NULL;
}

static void try_session(const struct rehearsals *all, const struct person *person,
	const struct subject *login, const struct rule *rule)
{
	struct rehearsal rehearsal = { .user = person->account.name,
		.service = login->service,
		.tty = login->tty,
		.from = login->from.kind != FROM_NOWHERE && all->from ? all->from : "" };
	char by[520] = "", place[512];

	if (rule)
		snprintf(by, sizeof by, ", by %s", place_print(&rule->place, place, sizeof place));
	if (rehearse(&rehearsal) < 0)
		report_line(all->report, REPORT_PROBLEM, "tried: a session of %s by %s%s: %s",
			rehearsal.user, rehearsal.service, by, rehearsal.why.text);
	else
		report_line(all->report, REPORT_NOTE,
			"tried: a session of %s by %s%s: it opens %s%s%s%s", rehearsal.user,
			rehearsal.service, by, rehearsal.key[0] ? "in a room" : "outside",
			rehearsal.said[0] ? ", and says \"" : "", rehearsal.said,
			rehearsal.said[0] ? "\"" : "");
}

/*
 * Every service, until the rules that it leads to are tried. Those who could mend it try each room
 * that they have, whoever has tried the rule before.
 */
static void try_person(struct rehearsals *all, struct person *person, bool mends)
{
	const struct room_spec *last = NULL;

	for (size_t i = WIRING_SERVICES; i > 0 && deadline_left(all->deadline) > 0; i--) {
		const char *service = wiring_services[i - 1];
		bool ssh = strcmp(service, "sshd") == 0;
		struct decision decision;
		struct subject login;
		size_t number;

		if (!lockout_has_service(all->tree, service) ||
			strcmp(service, "systemd-user") == 0)
			continue;
		account_login(&(struct options){ .service = service,
				      .from = ssh && mends ? all->from : NULL },
			&login);
		decide(all, person, &login, &decision);
		number = rule_number(all, decision.rule);
		if (decision.unsure || decision.verdict != VERDICT_ROOM ||
			(mends ? decision.room == last : all->tried[number]))
			continue;
		last = decision.room;
		all->left -= !all->tried[number] && number < all->policy->n_rules;
		all->tried[number] = true;
		try_session(all, person, &login, decision.rule);
	}
}

static bool person_make(
	const struct rehearsals *all, const struct passwd *found, struct person *ret)
{
	*ret = (struct person){ .account = { .uid = found->pw_uid, .gid = found->pw_gid } };
	if (strlen(found->pw_name) >= sizeof ret->account.name)
		return false;
	strcpy(ret->account.name, found->pw_name);
	ret->said = calloc(all->policy->groups.n + all->policy->netgroups.n + 1, 1);
	return ret->said;
}

/* Root's session asks for nothing but a module that loads. */
static void try_root(struct rehearsals *all)
{
	struct person root = { .account = { .name = "root" } };
	struct subject login;
	size_t i = WIRING_SERVICES;

	/* The last ones are those that people come in by. */
	while (i > 0 && !lockout_has_service(all->tree, wiring_services[i - 1]))
		i--;
	if (i == 0)
		return;
	account_login(&(struct options){ .service = wiring_services[i - 1] }, &login);
	try_session(all, &root, &login, NULL);
}

static void try_callers(struct rehearsals *all)
{
	uint32_t callers[LOCKOUT_CALLERS_MAX];
	size_t n = lockout_callers(callers);

	for (size_t i = 0; i < n; i++) {
		const struct passwd *found = getpwuid(callers[i]);
		struct person person = { .said = NULL };

		if (found && person_make(all, found, &person))
			try_person(all, &person, true);
		free(person.said);
	}
}

/* What passwd(5) and the directories list. */
static void try_accounts(struct rehearsals *all)
{
	const struct passwd *found;

	setpwent();
	while ((all->left > 0 || !all->tried[all->policy->n_rules]) &&
		deadline_left(all->deadline) > 0 && (found = getpwent())) {
		struct person person = { .said = NULL };

		if (found->pw_uid != 0 && found->pw_uid != REHEARSE_NOBODY &&
			person_make(all, found, &person))
			try_person(all, &person, false);
		free(person.said);
	}
	endpwent();
}

static void say_untried(const struct rehearsals *all)
{
	bool late = deadline_left(all->deadline) == 0;
	const struct rule *first = NULL;
	char place[512];

	for (size_t i = 0; i < all->policy->n_rules && !first; i++)
		if (!all->tried[i] && all->policy->rules[i].verdict == VERDICT_ROOM)
			first = &all->policy->rules[i];
	if (first)
		report_line(all->report, REPORT_NOTE,
			"no session was tried for %zu rule%s, the first at %s: %s", all->left,
			all->left == 1 ? "" : "s", place_print(&first->place, place, sizeof place),
			late ? "there was no more time" :
			       "nobody was found whom it leads into a room now");
}

void rehearse_all(const struct tree *tree, struct report *report)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_free bool *tried = NULL;
	struct rehearsals all = {
		.tree = tree, .report = report, .deadline = deadline_in(REHEARSE_ALL_MS)
	};
	char from[128];

	ruling_open(NULL, &ruling);
	ruling_judge(&ruling);
	if (!ruling.policy)
		return;
	all.policy = ruling.policy;
	tried = calloc(all.policy->n_rules + 1, sizeof *tried);
	if (!tried) {
		report_line(report, REPORT_PROBLEM, "no memory to try sessions");
		return;
	}
	all.tried = tried;
	all.from = ancestry_ssh_from(from, sizeof from);
	for (size_t i = 0; i < all.policy->n_rules; i++)
		all.left += all.policy->rules[i].verdict == VERDICT_ROOM;
	try_root(&all);
	try_callers(&all);
	try_accounts(&all);
	say_untried(&all);
}
