/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any bytes as a policy: there is an answer, and it agrees with itself. A policy that is taken
 * gives every subject one decision, and a room whose every key can be told.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "config/load.h"
#include "config/match.h"
#include "config/rooms.h"
#include "config/schema.h"
#include "lib/why.h"
#include "tests/fuzz/fuzz.h"

static void ask_policy(const struct policy *policy)
{
	struct subject subject = { .user = "ann", .uid = 1000, .service = "sshd", .tty = "pts/1" };
	struct decision decision;
	char text[200];

	from_host_read("10.1.2.3", &subject.from);
	policy_match(policy, &subject, &decision, NULL, NULL);
	must((decision.verdict == VERDICT_ROOM) == (decision.room != NULL));
	must(!decision.unsure || policy->groups.n + policy->netgroups.n > 0);
	subject.uid = 0;
	policy_match(policy, &subject, &decision, NULL, NULL);
	must(decision.verdict == VERDICT_OUTSIDE && !decision.unsure);
	for (size_t i = 0; i < policy->n_rooms; i++) {
		must(rooms_find(policy, policy->rooms[i].name) == &policy->rooms[i]);
		for (size_t j = 0; j < schema_n_rows; j++)
			if (rooms_has_row(&schema_rows[j]))
				must(strlen(rooms_print(&policy->rooms[i], &schema_rows[j], text,
					     sizeof text)) > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct complaints complaints;
	struct sources *sources = NULL;
	struct policy *policy = NULL;
	struct why why;
	int r;

	if (size > 65536 || sources_take("t", (const char *)data, size, &sources) < 0)
		return 0;
	r = policy_read(sources, true, &policy, &complaints, &why);
	sources_free(sources);
	must((r == 0) == (policy != NULL) && r != -ENOMEM);
	must((r == 0) == (complaints.errors.n == 0));
	for (size_t i = 0; i < complaints.errors.n; i++)
		must(complaints.errors.list[i].text[0] != '\0' &&
			complaints.errors.list[i].line > 0);
	if (policy)
		ask_policy(policy);
	policy_free(policy);
	return 0;
}
