/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Counting the calls that the kernel's records name (see learn.h), and what a policy can say about
 * them. Nothing here looks at the machine.
 */
#include "roomctl/learn.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy.h"
#include "config/sysabis.h"
#include "config/sysnames.h"
#include "lib/clean.h"

#define LEARN_USERS_MAX 4096
#define NO_ID UINT32_MAX

const char *learn_abi(const struct learn_call *call)
{
	const struct sysabi *abi = sysabi_of(call->arch, call->nr);

	return abi ? abi->name : "an unknown ABI";
}

bool learn_is_native(const struct learn_call *call, uint32_t native)
{
	const struct sysabi *abi = sysabi_of(call->arch, call->nr);

	return abi && abi->arch == native && abi->bit == 0;
}

static void name_call(struct learn_call *call)
{
	const struct sysabi *abi = sysabi_of(call->arch, call->nr);
	const char *own = sysnames_own(call->arch, call->nr);
	cleanup_free char *found = NULL;

	/* Below zero libseccomp has names for calls that an ABI lacks; the kernel has none. */
	if (!own && abi && call->nr <= INT32_MAX)
		found = seccomp_syscall_resolve_num_arch(abi->token, (int)(call->nr & ~abi->bit));
	if (own || found)
		snprintf(call->name, sizeof call->name, "%s", own ? own : found);
}

/* Those without a name are one: a program may make up any number. */
static struct learn_call *find_call(struct learned *learned, uint32_t arch, uint32_t nr)
{
	struct learn_call call = { .arch = arch, .nr = nr };
	struct learn_call *grown;

	name_call(&call);
	for (size_t i = 0; i < learned->n_calls; i++)
		if (learned->calls[i].arch == arch &&
			(call.name[0] ? learned->calls[i].nr == nr : !learned->calls[i].name[0]))
			return &learned->calls[i];
	grown = reallocarray(learned->calls, learned->n_calls + 1, sizeof *grown);
	if (!grown)
		return NULL;
	learned->calls = grown;
	grown += learned->n_calls++;
	*grown = call;
	return grown;
}

/* In a user namespace one user has thousands of ids: who comes late is one of the others. */
static struct learn_user *find_user(struct learned *learned, uint32_t uid)
{
	bool late = learned->n_users >= LEARN_USERS_MAX;
	struct learn_user *grown;

	for (size_t i = 0; i < learned->n_users; i++)
		if (learned->users[i].uid == uid)
			return &learned->users[i];
	if (learned->n_users > LEARN_USERS_MAX)
		return &learned->users[LEARN_USERS_MAX];
	grown = reallocarray(learned->users, learned->n_users + 1, sizeof *grown);
	if (!grown)
		return NULL;
	learned->users = grown;
	grown += learned->n_users++;
	*grown = (struct learn_user){
		.uid = late ? NO_ID : uid, .side = LEARN_UNSURE, .name = "others"
	};
	if (!late)
		grown->side = learned->side(uid, grown->name, learned->arg);
	return grown;
}

static int compare_stamps(const void *a, const void *b)
{
	const struct learn_stamp *one = a, *other = b;

	if (one->ms != other->ms)
		return one->ms < other->ms ? -1 : 1;
	return one->serial < other->serial ? -1 : one->serial > other->serial;
}

static bool is_known(const struct learned *learned, const struct logged *logged)
{
	const struct learn_stamp stamp = { .ms = logged->ms, .serial = logged->serial };

	return learned->again && learned->n_stamps > 0 &&
		bsearch(&stamp, learned->stamps, learned->n_stamps, sizeof stamp, compare_stamps);
}

/* A process that has become root belongs to whose login it was (pam_loginuid(8)). */
static uint32_t whose(const struct logged *logged)
{
	return logged->uid == 0 && logged->auid != NO_ID ? logged->auid : logged->uid;
}

static void add_record(struct learned *learned, const struct logged *logged)
{
	uint32_t answer = logged->code & SECCOMP_RET_ACTION_FULL;
	struct learn_user *user;
	struct learn_call *call;

	if (is_known(learned, logged))
		return;
	if (answer != SECCOMP_RET_LOG && !(learned->kills && answer == SECCOMP_RET_KILL_PROCESS)) {
		learned->n_unlike++;
		return;
	}
	user = find_user(learned, whose(logged));
	if (!user) {
		learned->failed = true;
		return;
	}
	user->n++;
	if (user->side != LEARN_INSIDE)
		return;
	call = find_call(learned, logged->arch, logged->nr);
	if (!call) {
		learned->failed = true;
		return;
	}
	if (call->n++ == 0)
		strcpy(call->program, logged->program);
	else if (strcmp(call->program, logged->program) != 0)
		call->others = true;
	if (learned->n_inside++ == 0 || logged->ms < learned->first_ms)
		learned->first_ms = logged->ms;
	if (logged->ms > learned->last_ms)
		learned->last_ms = logged->ms;
}

static bool is_old(const struct learned *learned, const struct logged *logged)
{
	if (logged->ms > 0)
		return logged->ms < learned->since_ms;
	return logged->boot_ms > 0 && logged->boot_ms < learned->since_boot_ms;
}

void learn_add(struct learned *learned, enum logged_kind kind, const struct logged *logged)
{
	bool old = is_old(learned, logged);

	/* What was lost was so before the next line of the audit's. */
	if (logged->ms > 0 && (kind == LOGGED_RECORD || logged->audit)) {
		learned->pending &= !old;
		learn_end(learned);
	}
	if (old)
		return;
	if (kind == LOGGED_RECORD)
		add_record(learned, logged);
	if (kind == LOGGED_STRANGE)
		learned->n_strange++;
	if (kind == LOGGED_LOST) {
		learned->pending = true;
		learned->n_pending += logged->lost;
	}
}

void learn_end(struct learned *learned)
{
	learned->lost |= learned->pending;
	if (learned->pending)
		learned->n_lost += learned->n_pending;
	learned->pending = false;
	learned->n_pending = 0;
}

const char *learn_doubt(const struct learned *learned)
{
	const struct {
		bool holds;
		const char *why;
	} doubts[] = {
		{ learned->lost, "the kernel says that it lost records, or other lines" },
		{ learned->full, "the kernel may have left some out, and not told yet" },
		{ learned->overwritten, "the kernel's log does not reach back so far" },
		{ learned->late, "auditd has put older lines into another file" },
		{ learned->unread, "a log cannot be read" },
		{ learned->n_strange > 0, "there are records that the kernel writes otherwise" },
	};

	for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++)
		if (doubts[i].holds)
			return doubts[i].why;
	for (size_t i = 0; i < learned->n_users; i++)
		if (learned->users[i].side == LEARN_UNSURE)
			return "it cannot be told of all users whose records these are";
	return NULL;
}

static int compare_calls(const void *a, const void *b)
{
	const struct learn_call *one = a, *other = b;
	int by_name = strcmp(one->name, other->name);

	return by_name                   ? by_name :
		one->arch != other->arch ? (one->arch < other->arch ? -1 : 1) :
					   (one->nr > other->nr) - (one->nr < other->nr);
}

void learn_sort(struct learned *learned)
{
	if (learned->n_calls > 0)
		qsort(learned->calls, learned->n_calls, sizeof *learned->calls, compare_calls);
	if (learned->n_stamps > 0)
		qsort(learned->stamps, learned->n_stamps, sizeof *learned->stamps, compare_stamps);
}

void learned_free(struct learned *learned)
{
	free(learned->calls);
	free(learned->users);
	free(learned->stamps);
	*learned = (struct learned){ 0 };
}

const char *learn_hinders(
	const struct room_spec *spec, uint32_t native, const struct learn_call *call)
{
	/* Every profile lets them through but for what holds a room, and that is answered without a
	 * record (the rules that are "always" in helper/profiles_rules.c). */
	static const char *const held[] = { "ioctl", "prlimit64", "sched_setaffinity",
		"setpriority", "setrlimit" };
	if (!call->name[0] || !sysnames_has(call->name))
		return "no policy can name it";
	if (!learn_is_native(call, native) && spec->profile != PROFILE_LOGIN)
		return "only syscalls.profile = \"login\" lets another ABI in";
	if (text_list_has(&spec->syscalls_deny, call->name))
		return "the room's own syscalls.deny names it: take it out there";
	for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
		if (strcmp(held[i], call->name) == 0)
			return "what is refused of it no policy lifts, and the rest is let "
			       "through: "
			       "another filter left this";
	return NULL;
}
