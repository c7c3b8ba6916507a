/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl learn: what a room would have to allow, by what the kernel has logged of its users. A
 * room whose syscalls.action is "log" lets a call through that its filter would refuse, and the
 * kernel writes it down. The logs and the registry are opened with the caller's rights; what is in
 * them, and the policy, is looked at without root's.
 */
#include "roomctl/learn.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/decide.h"
#include "config/rooms.h"
#include "config/units.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/lookup.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "roomctl/account.h"
#include "roomctl/listed.h"
#include "roomctl/logs.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

/* What is read, and who is asked about. */
struct lesson {
	struct logs logs;
	struct rooms rooms; /* the living ones, for root */
	struct ruling ruling;
	const struct room_spec *spec;
	struct subject login;
	uint64_t since_ms, since_boot_ms;
};

static void lesson_free(struct lesson *lesson)
{
	logs_close(&lesson->logs);
	rooms_freep(&lesson->rooms);
	ruling_close(&lesson->ruling);
}

static int open_given(const char *file, struct logs *logs)
{
	int r = logs_open_file(file, logs);

	if (r == -EINVAL) {
		complain("--log: %s is no file", file);
		return EXIT_USAGE;
	}
	if (r < 0)
		complain("cannot read %s: %s", file, strerrordesc_np(-r));
	return r < 0 ? EXIT_CANNOT_TELL : 0;
}

static int open_logs(struct logs *logs)
{
	const char *mute = logs_mute(ACTION_LOG);
	bool opened;

	if (mute) {
		complain("nothing can be learned: %s", mute);
		return EXIT_CANNOT_TELL;
	}
	opened = logs_open(logs);
	if (logs->unread)
		complain("cannot read %s: %s", logs->unread, strerrordesc_np(logs->error));
	if (!opened)
		complain("nothing can be learned: neither /dev/kmsg nor auditd's log can be read");
	return opened ? 0 : EXIT_CANNOT_TELL;
}

static bool lives_here(const struct lesson *lesson, uint32_t uid)
{
	uint32_t other;

	for (size_t i = 0; i < lesson->rooms.n; i++) {
		const struct listed *listed = &lesson->rooms.list[i];

		if (listed->life != LIFE_STALE &&
			strcmp(listed->fields[FIELD_ROOM], lesson->spec->name) == 0 &&
			!registry_is_group(listed->key) &&
			text_id(listed->fields[FIELD_UID], &other) == 0 && other == uid)
			return true;
	}
	return false;
}

/* Whether the room is that user's: one of the kind lives, or the policy leads a login there. */
static enum learn_side side_of(uint32_t uid, char name[64], void *arg)
{
	struct lesson *lesson = arg;
	const struct passwd *found;
	struct decision decision;
	struct why why = { 0 };
	bool unheard;

	errno = 0;
	found = getpwuid(uid);
	unheard = !found && errno;
	if (found)
		snprintf(name, 64, "%s", found->pw_name);
	else
		snprintf(name, 64, "%u", uid);
	if (lives_here(lesson, uid))
		return LEARN_INSIDE;
	if (!found)
		return unheard ? LEARN_UNSURE : LEARN_OUTSIDE;
	lesson->login.user = found->pw_name;
	lesson->login.uid = uid;
	if (policy_decide(lesson->ruling.policy, &lesson->login, found->pw_gid,
		    deadline_in(LOOKUP_MS), &decision, NULL, NULL, &why) < 0 ||
		decision.unsure)
		return LEARN_UNSURE;
	return decision.verdict == VERDICT_ROOM && decision.room == lesson->spec ? LEARN_INSIDE :
										   LEARN_OUTSIDE;
}

/* Those of the room that were made by another description, and other rooms of its users. */
static void complain_of_rooms(const struct lesson *lesson, const struct learned *learned)
{
	const struct listed *older = NULL;
	char number[17];
	size_t n = 0;
	uint32_t uid;

	snprintf(number, sizeof number, "%016" PRIx64, rooms_hash(lesson->spec));
	for (size_t i = 0; i < lesson->rooms.n; i++) {
		const struct listed *listed = &lesson->rooms.list[i];
		bool same = strcmp(listed->fields[FIELD_ROOM], lesson->spec->name) == 0;

		if (listed->life != LIFE_LIVING)
			continue;
		if (same && strcmp(listed->fields[FIELD_SPEC], number) != 0 && n++ == 0)
			older = listed;
		for (size_t j = 0; !same && j < learned->n_users; j++)
			if (learned->users[j].side == LEARN_INSIDE &&
				text_id(listed->fields[FIELD_UID], &uid) == 0 &&
				uid == learned->users[j].uid)
				complain("%s has another room too, %s: a record does not say which",
					learned->users[j].name, listed->key);
	}
	if (older)
		complain("%zu living room%s, %s for one, %s made by an older policy: the filter is "
			 "as "
			 "it was made",
			n, n == 1 ? "" : "s", older->key, n == 1 ? "was" : "were");
}

static int answer(const struct lesson *lesson, const struct learned *learned)
{
	if (lesson->spec->action == ACTION_ERRNO)
		complain(
			"room %s has syscalls.action = \"errno\": what its filter refuses leaves "
			"no "
			"record. To learn, set syscalls: { action = \"log\"; }; and let its living "
			"rooms end (roomctl kill): reload does not change a filter",
			lesson->spec->name);
	if (learn_doubt(learned) ||
		(lesson->spec->action == ACTION_ERRNO && learned->n_inside == 0))
		return EXIT_CANNOT_TELL;
	for (size_t i = 0; i < learned->n_calls; i++)
		if (learn_hinders(lesson->spec, SYS_AUDIT_ARCH, &learned->calls[i]))
			return EXIT_NO;
	return EXIT_YES;
}

static int learn(struct lesson *lesson, bool json)
{
	cleanup_with(learned_free) struct learned learned = { .side = side_of,
		.arg = lesson,
		.since_ms = lesson->since_ms,
		.since_boot_ms = lesson->since_boot_ms,
		.kills = lesson->spec->action == ACTION_KILL };
	int r = logs_read(&lesson->logs, &learned), code;

	if (r < 0) {
		complain("cannot read %s: %s", lesson->logs.sources, strerrordesc_np(-r));
		return EXIT_CANNOT_TELL;
	}
	complain_of_rooms(lesson, &learned);
	code = answer(lesson, &learned);
	if (json)
		learn_print_json(&learned, lesson->spec, lesson->logs.sources, code);
	else
		learn_print(&learned, lesson->spec, lesson->logs.sources);
	return code;
}

static int find_room(struct lesson *lesson, const char *name)
{
	const char *nearest;

	lesson->spec = rooms_find(lesson->ruling.policy, name);
	if (lesson->spec)
		return 0;
	nearest = rooms_nearest(lesson->ruling.policy, name);
	complain("there is no room '%s'%s%s%s", name, nearest ? ": did you mean '" : "",
		nearest ? nearest : "", nearest ? "'?" : "");
	return EXIT_NO;
}

static int read_options(int argc, char **argv, struct options *options, struct lesson *lesson)
{
	int r = options_read(argc, argv, OPTION_LOG | OPTION_POLICY | OPTION_SERVICE, 1, options);
	const char *phrase = NULL;
	uint32_t seconds;

	if (r)
		return r;
	if (options->n_words != 1) {
		complain("learn: which room?");
		return EXIT_USAGE;
	}
	if (options->since && (phrase = units_duration(options->since, &seconds))) {
		complain("--since: '%s' %s", options->since, phrase);
		return EXIT_USAGE;
	}
	if (options->since) {
		lesson->since_ms = ((uint64_t)time(NULL) - seconds) * 1000;
		lesson->since_boot_ms = logs_boot_ms(seconds);
	}
	return account_login(options, &lesson->login);
}

int verb_learn(int argc, char **argv, bool json)
{
	cleanup_with(
		lesson_free) struct lesson lesson = { .logs = { .kmsg_fd = -1, .lines_fd = -1 } };
	struct options options;
	int r = read_options(argc, argv, &options, &lesson);

	if (r == 0)
		r = options.log ? open_given(options.log, &lesson.logs) : open_logs(&lesson.logs);
	if (r == 0 && geteuid() == 0)
		r = rooms_list(&lesson.rooms);
	if (r == 0)
		r = ruling_need(options.policy, &lesson.ruling);
	if (r == 0)
		r = find_room(&lesson, options.words[0]);
	return r ? r : learn(&lesson, json);
}
