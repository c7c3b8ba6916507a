/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl diff: what another policy would change. Every account is put to both policies as it comes
 * in by each of the usual services, and every room that both have is held against itself.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/decide.h"
#include "config/preset.h"
#include "config/rooms.h"
#include "config/schema.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lookup.h"
#include "roomctl/account.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

#define DIFF_WORD_MAX 1024

static const char *const diff_services[] = { "sshd", "login", "su", "sudo", "cron", "atd",
	"systemd-user" };

#define N_SERVICES (sizeof diff_services / sizeof diff_services[0])

struct diff {
	bool json;
	const struct options *options;
	struct ruling sides[2]; /* the old policy and the new one */
	struct table table;
	size_t n; /* differences */
	bool failed;
};

/* Where one login ends up by each policy. */
struct ends {
	char words[2][DIFF_WORD_MAX];
};

static void diff_add(struct diff *diff, const char *what, const char *by, const struct ends *ends)
{
	const char *row[] = { what, by, ends->words[0], ends->words[1] };

	diff->n++;
	if (!diff->json) {
		diff->failed |= table_add(&diff->table, row) < 0;
		return;
	}
	json_member(stdout, diff->n > 1 ? ",\n  {" : "\n  {", "what", what);
	json_member(stdout, ", ", "by", by);
	json_member(stdout, ", ", "old", ends->words[0]);
	json_member(stdout, ", ", "new", ends->words[1]);
	fputs("}", stdout);
}

static const char diff_unsure[] = "(cannot tell)";

static void diff_word(const struct decision *decision, char word[DIFF_WORD_MAX])
{
	const char *text = decision->unsure          ? diff_unsure :
		decision->verdict == VERDICT_OUTSIDE ? "outside" :
		decision->verdict == VERDICT_CLOSED  ? "closed" :
						       decision->room->name;

	snprintf(word, DIFF_WORD_MAX, "%s", text);
}

/* What is known of an account's groups by each policy; asked about as far as services need it. */
struct known {
	unsigned char *said[2];
	bool in_vain[2]; /* a directory does not answer: it is not asked again for the next service
			  */
};

static int diff_ask(const struct policy *policy, const struct subject *login, gid_t gid,
	struct known *known, int side)
{
	cleanup_free unsigned char *more = NULL;
	int r = policy_ask(policy, login, gid, deadline_in(LOOKUP_MS), &more, NULL);

	for (size_t i = 0; r == 0 && i < policy->groups.n + policy->netgroups.n; i++)
		if (more[i] != LOOKUP_UNKNOWN)
			known->said[side][i] = more[i];
	return r;
}

static int diff_login(
	struct diff *diff, struct subject *login, gid_t gid, struct known *known, struct ends *ret)
{
	struct decision decision;
	int r = 0;

	login->tty = diff->options->tty ? diff->options->tty : account_usual_tty(login->service);
	for (int side = 0; side < 2 && r == 0; side++) {
		const struct policy *policy = diff->sides[side].policy;

		login->said = known->said[side];
		policy_match(policy, login, &decision, NULL, NULL);
		if (decision.unsure && !known->in_vain[side]) {
			r = diff_ask(policy, login, gid, known, side);
			policy_match(policy, login, &decision, NULL, NULL);
			known->in_vain[side] = decision.unsure;
		}
		diff_word(&decision, ret->words[side]);
	}
	return r;
}

/* What cannot be told is no proof that all is as it was. */
static bool diff_moves(const struct ends *ends)
{
	return strcmp(ends->words[0], ends->words[1]) != 0 ||
		strcmp(ends->words[0], diff_unsure) == 0;
}

static bool diff_same(const struct ends *a, const struct ends *b)
{
	return strcmp(a->words[0], b->words[0]) == 0 && strcmp(a->words[1], b->words[1]) == 0;
}

/* One line when all services agree, else one for each that differs. */
static void diff_services_of(struct diff *diff, const char *user, const struct ends *ends)
{
	size_t n_same = 0;

	for (size_t i = 0; i < N_SERVICES; i++)
		n_same += diff_same(&ends[i], &ends[0]);
	for (size_t i = 0; i < (n_same == N_SERVICES ? 1 : N_SERVICES); i++)
		if (diff_moves(&ends[i]))
			diff_add(diff, user,
				n_same == N_SERVICES ? "all services" : diff_services[i], &ends[i]);
}

static void known_free(struct known *known)
{
	free(known->said[0]);
	free(known->said[1]);
}

static int diff_account(struct diff *diff, const struct account *account, struct subject login)
{
	cleanup_with(known_free) struct known known = { 0 };
	const char *service = diff->options->service;
	struct ends ends[N_SERVICES];
	int r = 0;

	login.user = account->name;
	login.uid = account->uid;
	for (int side = 0; side < 2; side++) {
		const struct policy *policy = diff->sides[side].policy;

		known.said[side] = calloc(policy->groups.n + policy->netgroups.n + 1, 1);
		if (!known.said[side])
			return -ENOMEM;
	}
	for (size_t i = 0; i < (service ? 1 : N_SERVICES) && r == 0; i++) {
		login.service = service ? service : diff_services[i];
		r = diff_login(diff, &login, account->gid, &known, &ends[i]);
	}
	if (r == 0 && service && diff_moves(&ends[0]))
		diff_add(diff, account->name, service, &ends[0]);
	else if (r == 0 && !service)
		diff_services_of(diff, account->name, ends);
	return r;
}

/* What passwd(5) and the directories list; one that does not list its accounts shows none. */
static int diff_accounts(struct diff *diff, const struct subject *login)
{
	const struct passwd *found;
	int r = 0;

	setpwent();
	while (r == 0 && (found = getpwent())) {
		struct account account = { .uid = found->pw_uid, .gid = found->pw_gid };

		if (found->pw_uid == 0 || strlen(found->pw_name) >= sizeof account.name)
			continue;
		strcpy(account.name, found->pw_name);
		r = diff_account(diff, &account, *login);
	}
	endpwent();
	return r;
}

/* A room of the old policy against the one of the same name in the new one. */
static void diff_room(struct diff *diff, const struct room_spec *old)
{
	const struct room_spec *new = rooms_find(diff->sides[1].policy, old->name);
	char what[64], key[64];
	struct ends ends;

	for (size_t i = 0; new &&i < schema_n_rows; i++) {
		const struct schema_row *row = &schema_rows[i];

		if (!rooms_has_row(row))
			continue;
		rooms_print(old, row, ends.words[0], sizeof ends.words[0]);
		rooms_print(new, row, ends.words[1], sizeof ends.words[1]);
		snprintf(what, sizeof what, "room %s", old->name);
		if (strcmp(ends.words[0], ends.words[1]) != 0)
			diff_add(diff, what, schema_path(row, key, sizeof key), &ends);
	}
}

static int diff_run(struct diff *diff, const struct subject *login)
{
	static const char *const heads[] = { "WHAT", "BY", "OLD", "NEW" };
	const struct policy *old = diff->sides[0].policy;
	int r;

	diff->table = (struct table){ .heads = heads, .n_cols = 4 };
	if (diff->json)
		fputs("{\"differences\": [", stdout);
	r = diff_accounts(diff, login);
	for (size_t i = 0; i < old->n_rooms; i++)
		diff_room(diff, &old->rooms[i]);
	for (size_t i = 0; i < PRESETS; i++)
		if (rooms_find(old, old->presets[i].name) == &old->presets[i])
			diff_room(diff, &old->presets[i]);
	if (r < 0 || diff->failed)
		return EXIT_CANNOT_TELL;
	if (diff->json)
		printf("%s], \"exit\": %d}\n", diff->n > 0 ? "\n" : "",
			diff->n > 0 ? EXIT_NO : EXIT_YES);
	else if (diff->n > 0)
		table_print(&diff->table, stdout);
	else
		puts("no account moves and no room changes");
	return diff->n > 0 ? EXIT_NO : EXIT_YES;
}

static void diff_freep(struct diff *diff)
{
	ruling_close(&diff->sides[0]);
	ruling_close(&diff->sides[1]);
	table_free(&diff->table);
}

int verb_diff(int argc, char **argv, bool json)
{
	struct options options;
	cleanup_with(diff_freep) struct diff diff = { .json = json, .options = &options };
	struct subject login;
	int r = options_read(argc, argv, OPTION_SERVICE | OPTION_PLACE, 2, &options);

	if (r == 0 && options.n_words == 0) {
		complain("diff: which policy?");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = account_login(&options, &login);
	if (r)
		return r;
	/* Both are opened before root is dropped. */
	ruling_open(options.words[options.n_words - 1], &diff.sides[1]);
	r = ruling_need(options.n_words == 2 ? options.words[0] : NULL, &diff.sides[0]);
	if (r == 0)
		r = ruling_need_open(&diff.sides[1]);
	/* "No" would say that they differ. */
	if (r == EXIT_NO)
		r = EXIT_CANNOT_TELL;
	return r ? r : diff_run(&diff, &login);
}
