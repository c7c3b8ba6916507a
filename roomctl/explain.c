/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl explain: which room a login would get, and why: every rule that is tried until one
 * decides. It asks what the helper asks, by the same function.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/decide.h"
#include "config/off.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lookup.h"
#include "lib/why.h"
#include "roomctl/account.h"
#include "roomctl/explain_diff.h"
#include "roomctl/explain_why.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

struct explained {
	bool json;
	struct table table;
	size_t n;
	bool failed; /* no memory */
};

static const char *const said_words[] = {
	[LOOKUP_UNKNOWN] = "cannot tell",
	[LOOKUP_NO] = "no",
	[LOOKUP_YES] = "yes",
};

static const char *const day_names[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static void explain_tried(const struct tried *tried, void *arg)
{
	struct explained *explained = arg;
	const char *condition = tried->condition ? tried->condition : "";
	const char *word = said_words[tried->matches];
	char place[512];

	place_print(&tried->rule->place, place, sizeof place);
	explained->n++;
	if (!explained->json) {
		const char *row[] = { place, tried->rule->room_name, word, condition };

		explained->failed |= table_add(&explained->table, row) < 0;
		return;
	}
	json_member(stdout, explained->n > 1 ? ",\n  {" : "\n  {", "rule", place);
	json_member(stdout, ", ", "room", tried->rule->room_name);
	json_member(stdout, ", ", "matches", word);
	json_member(stdout, ", ", "condition", tried->condition);
	fputs("}", stdout);
}

static const char *decision_word(const struct decision *decision)
{
	return decision->unsure                      ? "unknown" :
		decision->verdict == VERDICT_OUTSIDE ? "outside" :
		decision->verdict == VERDICT_CLOSED  ? "closed" :
						       "room";
}

static int decision_exit(const struct decision *decision)
{
	return decision->unsure                     ? EXIT_CANNOT_TELL :
		decision->verdict == VERDICT_CLOSED ? EXIT_NO :
						      EXIT_YES;
}

/* Why it is so when no rule says it. */
static const char *decision_reason(const struct decision *decision, const struct account *account)
{
	return decision->rule                        ? "" :
		account->uid == 0                    ? ": root always is" :
		decision->verdict == VERDICT_OUTSIDE ? ": a system account, and no rule matches" :
						       ": no rule matches";
}

static void print_decision(
	const struct decision *decision, const struct account *account, const struct why *why)
{
	char place[512] = "";

	if (decision->unsure)
		say("refused: %s", why->text);
	else if (decision->verdict == VERDICT_CLOSED)
		say("closed: this login is refused");
	else if (decision->verdict == VERDICT_OUTSIDE)
		say("outside%s", decision_reason(decision, account));
	else if (decision->room->place.file)
		say("room %s, described at %s%s", decision->room->name,
			place_print(&decision->room->place, place, sizeof place),
			decision_reason(decision, account));
	else
		say("room %s, the walls' own%s", decision->room->name,
			decision_reason(decision, account));
}

/* Only a room can be compared. */
static bool has_diff(const struct decision *decision, const char *diff)
{
	return diff && decision->verdict == VERDICT_ROOM && !decision->unsure;
}

static void print_json_end(const struct ruling *ruling, const struct decision *decision,
	size_t n_tried, const char *diff, const struct why *why)
{
	char place[512];

	json_member(stdout, n_tried > 0 ? "\n], " : "], ", "decision", decision_word(decision));
	json_member(stdout, ", ", "room",
		decision->verdict == VERDICT_ROOM && !decision->unsure ? decision->room->name :
									 NULL);
	json_member(stdout, ", ", "rule",
		decision->rule && !decision->unsure ?
			place_print(&decision->rule->place, place, sizeof place) :
			NULL);
	json_member(stdout, ", ", "why", decision->unsure ? why->text : NULL);
	if (has_diff(decision, diff)) {
		fputs(", \"diff\": ", stdout);
		explain_diff(ruling->policy, decision->room, diff, true);
	}
	printf(", \"exit\": %d}\n", decision_exit(decision));
}

static void print_login(const struct account *account, const struct subject *login)
{
	say("%s, uid %u, by %s%s%s, from %s, %s %02d:%02d", account->name, account->uid,
		login->service, *login->tty ? " on " : "", login->tty,
		login->from.kind == FROM_NOWHERE ? "nowhere" : login->from.name,
		day_names[login->wday], login->minute / 60, login->minute % 60);
}

static int explain(const struct ruling *ruling, const struct account *account,
	const struct subject *login, const char *diff, const char *word, bool json)
{
	static const char *const heads[] = { "RULE", "ROOM", "MATCHES", "" };
	struct explained explained = { .json = json, .table = { .heads = heads, .n_cols = 4 } };
	struct decision decision;
	struct why why = { 0 };
	int r;

	if (json) {
		json_member(stdout, "{", "user", account->name);
		printf(", \"uid\": %u", account->uid);
		json_member(stdout, ", ", "service", login->service);
		json_member(stdout, ", ", "tty", login->tty);
		printf(", \"at\": \"%s %02d:%02d\", \"tried\": [", day_names[login->wday],
			login->minute / 60, login->minute % 60);
	}
	if (!json)
		print_login(account, login);
	r = policy_decide(ruling->policy, login, account->gid, deadline_in(LOOKUP_MS), &decision,
		explain_tried, &explained, &why);
	if (r == 0 && json) {
		print_json_end(ruling, &decision, explained.n, diff, &why);
	} else if (r == 0) {
		if (explained.n > 0)
			table_print(&explained.table, stdout);
		print_decision(&decision, account, &why);
		if (has_diff(&decision, diff))
			explain_diff(ruling->policy, decision.room, diff, false);
		if (has_diff(&decision, word) && !explain_why(decision.room, word)) {
			complain("--why: nothing that is known is called '%s'", word);
			r = -ENOENT;
		}
	}
	table_free(&explained.table);
	return r < 0 || explained.failed ? EXIT_CANNOT_TELL : decision_exit(&decision);
}

/* What the installed policy says does not count then. */
static void say_if_off(void)
{
	struct why why;

	if (off_is_said(ROOM_SYSCONFDIR, OFF_CMDLINE, &why))
		complain("every login is outside: pam_room is switched off %s", why.text);
}

int verb_explain(int argc, char **argv, bool json)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	struct options options;
	struct account account;
	struct subject login;
	int r = options_read(argc, argv,
		OPTION_POLICY | OPTION_SERVICE | OPTION_PLACE | OPTION_DIFF | OPTION_WHY, 1,
		&options);

	if (r == 0 && options.why && (json || !*options.why)) {
		complain("--why wants a word, like mount, and answers in sentences");
		r = EXIT_USAGE;
	}
	if (r == 0 && options.n_words != 1) {
		complain("explain: which user?");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = account_login(&options, &login);
	if (r == 0 && !options.policy)
		say_if_off();
	if (r == 0)
		r = ruling_need(options.policy, &ruling);
	if (r == 0 && options.diff && !explain_diff_knows(ruling.policy, options.diff))
		r = EXIT_USAGE;
	if (r)
		return r;
	r = account_find(options.words[0], &account);
	if (r < 0) {
		complain(r == -ENOENT ? "there is no user '%s', and no login of that name" :
					"no answer about user '%s'",
			options.words[0]);
		return r == -ENOENT ? EXIT_NO : EXIT_CANNOT_TELL;
	}
	login.user = account.name;
	login.uid = account.uid;
	return explain(&ruling, &account, &login, options.diff, options.why, json);
}
