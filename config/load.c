/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * From the texts of a policy to the policy (see load.h).
 */
#include "config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/arena.h"
#include "config/cross.h"
#include "config/hash.h"
#include "config/read.h"
#include "config/sources.h"
#include "lib/clean.h"
#include "lib/why.h"

static const char step[] = "read policy";

void policy_free(struct policy *policy)
{
	if (policy) {
		read_free(policy);
		arena_free(policy->arena);
	}
	free(policy);
}

static void policy_freep(struct policy **policy)
{
	policy_free(*policy);
}

static void sources_freep(struct sources **sources)
{
	sources_free(*sources);
}

static struct policy *policy_new(uint32_t uid_min)
{
	cleanup_with(policy_freep) struct policy *policy = calloc(1, sizeof *policy);

	if (!policy)
		return NULL;
	policy->arena = arena_new();
	policy->uid_min = uid_min;
	policy->generation = hash_bytes(HASH_START, &uid_min, sizeof uid_min);
	return policy->arena ? take_ptr(policy) : NULL;
}

static int policy_add(
	struct policy *policy, const struct source *source, struct complaints *complaints)
{
	const char *file = arena_text(policy->arena, source->name);

	if (!file)
		return -ENOMEM;
	policy->generation = hash_bytes(policy->generation, file, strlen(file) + 1);
	policy->generation = hash_bytes(policy->generation, source->text, source->len + 1);
	return read_text(policy, file, source->text, source->len, complaints);
}

/* All that was written is there, though it may not be built yet. */
static bool policy_is_whole(const struct complaints *complaints)
{
	return complaints->errors.n + complaints->errors.n_more == complaints->n_later;
}

int policy_read(const struct sources *sources, bool want_warnings, struct policy **ret,
	struct complaints *complaints, struct why *why)
{
	cleanup_with(policy_freep) struct policy *policy = policy_new(sources->uid_min);
	char text[512];
	int r = policy ? 0 : -ENOMEM;

	*complaints = (struct complaints){ 0 };
	for (size_t i = 0; i < sources->n && r == 0; i++)
		r = policy_add(policy, &sources->list[i], complaints);
	/* What a file with a mistake left out would look like further mistakes. */
	if (r == 0 && policy_is_whole(complaints))
		r = read_finish(policy, complaints);
	if (r == 0 && policy_is_whole(complaints))
		cross_check(policy, want_warnings, complaints);
	if (r < 0)
		return why_set(why, -r, step, "no memory");
	if (complaints->errors.n > 0)
		return why_set(why, 0, step, "%s",
			complaint_print(&complaints->errors.list[0], text, sizeof text));
	*ret = take_ptr(policy);
	return 0;
}

int policy_load(
	const char *etc, struct policy **ret, struct complaints *complaints, struct why *why)
{
	cleanup_with(sources_freep) struct sources *sources = NULL;
	int r;

	*complaints = (struct complaints){ 0 };
	r = sources_read(etc, &sources, why);
	return r < 0 ? r : policy_read(sources, false, ret, complaints, why);
}
