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
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/decide.h"
#include "config/rooms.h"
#include "config/units.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/lookup.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "roomctl/account.h"
#include "roomctl/listed.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/verb.h"

#define KMSG "/dev/kmsg"
#define AUDIT_LOG "/var/log/audit/audit.log"
#define RATELIMIT "/proc/sys/kernel/printk_ratelimit"
#define ACTIONS "/proc/sys/kernel/seccomp/actions_logged"

/* What is read, and who is asked about. */
struct lesson {
	int kmsg_fd, lines_fd; /* -1: not read */
	char sources[512];
	bool unread;        /* one that is there could not be */
	bool rotated;       /* auditd has put older lines away */
	struct rooms rooms; /* the living ones, for root */
	struct ruling ruling;
	const struct room_spec *spec;
	struct subject login;
	uint64_t since_ms, since_boot_ms;
};

static void lesson_free(struct lesson *lesson)
{
	fd_closep(&lesson->kmsg_fd);
	fd_closep(&lesson->lines_fd);
	rooms_freep(&lesson->rooms);
	ruling_close(&lesson->ruling);
}

/* Why this kernel writes no such records; NULL when nothing speaks against it. */
static const char *kernel_is_mute(void)
{
	char text[4096];

	if (fd_read_small(AT_FDCWD, ACTIONS, text, sizeof text) < 0)
		return ACTIONS " cannot be read";
	if (!text_has_word(text, "log"))
		return "kernel.seccomp.actions_logged lacks \"log\": set it by sysctl(8)";
	if (access("/proc/self/loginuid", F_OK) < 0)
		return "the kernel has no audit (CONFIG_AUDIT), which writes the records";
	if (fd_read_small(AT_FDCWD, "/proc/cmdline", text, sizeof text) > 0 &&
		(text_has_word(text, "audit=0") || text_has_word(text, "audit=off")))
		return "the kernel was started with audit=0, and writes no records";
	return NULL;
}

static int open_given(const char *file, struct lesson *lesson)
{
	struct stat st;

	lesson->lines_fd = open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (lesson->lines_fd < 0 || fstat(lesson->lines_fd, &st) < 0) {
		complain("cannot read %s: %s", file, strerrordesc_np(errno));
		return EXIT_CANNOT_TELL;
	}
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		complain("--log: %s is no file", file);
		return EXIT_USAGE;
	}
	snprintf(lesson->sources, sizeof lesson->sources, "%s", file);
	return 0;
}

/* An fd or -1. What is not there holds nothing; what is there and is not read may hold anything. */
static int open_log(const char *file, int flags, struct lesson *lesson)
{
	int fd = open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC | flags);
	size_t len = strlen(lesson->sources);

	if (fd < 0 && errno == ENOENT)
		return -1;
	if (fd < 0) {
		complain("cannot read %s: %s", file, strerrordesc_np(errno));
		lesson->unread = true;
		return -1;
	}
	snprintf(lesson->sources + len, sizeof lesson->sources - len, "%s%s",
		len > 0 ? " and " : "", file);
	return fd;
}

/* The kernel's log always, and auditd's where it has one: the kernel writes to the one or the
 * other, and to both when auditd comes late. */
static int open_logs(struct lesson *lesson)
{
	lesson->kmsg_fd = open_log(KMSG, O_NONBLOCK, lesson);
	lesson->lines_fd = open_log(AUDIT_LOG, 0, lesson);
	lesson->rotated = access(AUDIT_LOG ".1", F_OK) == 0;
	if (lesson->kmsg_fd >= 0 || lesson->lines_fd >= 0)
		return 0;
	complain("nothing can be learned: neither " KMSG " nor " AUDIT_LOG " can be read");
	return EXIT_CANNOT_TELL;
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
	if (!learn_is_whole(learned) ||
		(lesson->spec->action == ACTION_ERRNO && learned->n_inside == 0))
		return EXIT_CANNOT_TELL;
	for (size_t i = 0; i < learned->n_calls; i++)
		if (learn_hinders(lesson->spec, SYS_AUDIT_ARCH, &learned->calls[i]))
			return EXIT_NO;
	return EXIT_YES;
}

/* How many lines the kernel writes in how many seconds; as usual when it cannot be read. */
static unsigned int sysctl_number(const char *file, unsigned int usual)
{
	char text[32];
	uint64_t number = 0;

	if (fd_read_small(AT_FDCWD, file, text, sizeof text) < 0)
		return usual;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, INT32_MAX / 1000, &number) == 0 ? (unsigned int)number : usual;
}

static int learn(struct lesson *lesson, bool json)
{
	cleanup_with(learned_free) struct learned learned = { .side = side_of,
		.arg = lesson,
		.since_ms = lesson->since_ms,
		.since_boot_ms = lesson->since_boot_ms,
		.unread = lesson->unread,
		.late = lesson->rotated,
		.burst = sysctl_number(RATELIMIT "_burst", 10),
		.burst_ms = sysctl_number(RATELIMIT, 5) * 1000,
		.kills = lesson->spec->action == ACTION_KILL };
	int r = 0, code;

	if (lesson->kmsg_fd >= 0)
		r = learn_read_kmsg(lesson->kmsg_fd, &learned);
	learn_sort(&learned);
	learned.again = true;
	if (r == 0 && lesson->lines_fd >= 0)
		r = learn_read_lines(lesson->lines_fd, &learned);
	learn_sort(&learned);
	if (r < 0 || learned.failed) {
		complain("cannot read %s: %s", lesson->sources,
			r < 0 ? strerrordesc_np(-r) : "too much is in there");
		return EXIT_CANNOT_TELL;
	}
	complain_of_rooms(lesson, &learned);
	code = answer(lesson, &learned);
	if (json)
		learn_print_json(&learned, lesson->spec, lesson->sources, code);
	else
		learn_print(&learned, lesson->spec, lesson->sources);
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

/* That long ago by the clock of the kernel's log, which nobody corrects. Rather too early: by one
 * in a thousand of the time that it ran. 0: before the machine came up. */
static uint64_t boot_ms_before(uint32_t seconds)
{
	struct timespec now = { 0 };
	uint64_t ms, ago;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (uint64_t)now.tv_sec * 1000;
	ago = (uint64_t)seconds * 1000 + 1000 + ms / 1000;
	return ms > ago ? ms - ago : 0;
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
		lesson->since_boot_ms = boot_ms_before(seconds);
	}
	return account_login(options, &lesson->login);
}

int verb_learn(int argc, char **argv, bool json)
{
	cleanup_with(lesson_free) struct lesson lesson = { .kmsg_fd = -1, .lines_fd = -1 };
	const char *mute = NULL;
	struct options options;
	int r = read_options(argc, argv, &options, &lesson);

	if (r == 0 && !options.log && (mute = kernel_is_mute())) {
		complain("nothing can be learned: %s", mute);
		r = EXIT_CANNOT_TELL;
	}
	if (r == 0)
		r = options.log ? open_given(options.log, &lesson) : open_logs(&lesson);
	if (r == 0 && geteuid() == 0)
		r = rooms_list(&lesson.rooms);
	if (r == 0)
		r = ruling_need(options.policy, &lesson.ruling);
	if (r == 0)
		r = find_room(&lesson, options.words[0]);
	return r ? r : learn(&lesson, json);
}
