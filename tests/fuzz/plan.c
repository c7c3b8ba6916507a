/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any bytes as a plan: refused with a reason, or a plan that lib/apply.c can carry out and that is
 * written as it was read.
 */
#include "lib/plan.h"

#include <sys/resource.h>

#include "lib/why.h"
#include "tests/fuzz/fuzz.h"

/* Where no_new_privs stands: any byte but 0 is yes, and is written as 1. */
#define PLAN_NNP_AT (1 + 8 * PLAN_N_NS + 8 + 8 + 4)

static void look(const struct plan *plan)
{
	must(plan->ns_ino[PLAN_NS_MNT] != 0 && plan->ns_ino[PLAN_NS_PID] != 0);
	must((plan_ns_flags(plan) & plan_ns_table[PLAN_NS_PID].flag) != 0);
	must((plan->inheritable & ~plan->bounding) == 0);
	must(plan->n_insns > 0 && plan->n_insns <= PLAN_INSNS_MAX);
	must(plan->n_rlimits <= PLAN_RLIMITS_MAX);
	for (size_t i = 0; i < plan->n_rlimits; i++)
		must(plan->rlimits[i].resource < RLIM_NLIMITS &&
			plan->rlimits[i].soft <= plan->rlimits[i].hard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan;
	static unsigned char again[PLAN_SIZE_MAX];
	struct why why = { 0 };

	if (plan_decode(data, size, &plan, &why) < 0) {
		must(why.text[0] != '\0');
		return 0;
	}
	look(&plan);
	must(plan_encode(&plan, again, sizeof again) == (long)size);
	for (size_t i = 0; i < size; i++)
		must(again[i] == (i == PLAN_NNP_AT ? data[i] != 0 : data[i]));
	/* A byte less is no plan. */
	must(plan_decode(data, size - 1, &plan, &why) < 0);
	return 0;
}
