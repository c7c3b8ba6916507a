/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The confinement plan: encode, decode, validate (see plan.h). Decoding refuses whatever
 * lib/apply.c could not carry out, so that apply never has to judge a value.
 */
#include "lib/plan.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#include "lib/why.h"
#include "lib/wire.h"

#define PLAN_VERSION 2
#define PLAN_SECUREBITS 0xffu

const struct plan_ns_row plan_ns_table[PLAN_N_NS] = {
	[PLAN_NS_MNT] = { CLONE_NEWNS, "mnt" },
	[PLAN_NS_PID] = { CLONE_NEWPID, "pid" },
	[PLAN_NS_IPC] = { CLONE_NEWIPC, "ipc" },
	[PLAN_NS_UTS] = { CLONE_NEWUTS, "uts" },
	[PLAN_NS_NET] = { CLONE_NEWNET, "net" },
	[PLAN_NS_CGROUP] = { CLONE_NEWCGROUP, "cgroup" },
};

int plan_ns_flags(const struct plan *plan)
{
	int flags = 0;

	for (int i = 0; i < PLAN_N_NS; i++)
		flags |= plan->ns_ino[i] ? plan_ns_table[i].flag : 0;
	return flags;
}

long plan_encode(const struct plan *plan, void *buf, size_t size)
{
	struct wire wire = { .data = buf, .size = size };

	wire_put_u8(&wire, PLAN_VERSION);
	for (int i = 0; i < PLAN_N_NS; i++)
		wire_put_u64(&wire, plan->ns_ino[i]);
	wire_put_u64(&wire, plan->bounding);
	wire_put_u64(&wire, plan->inheritable);
	wire_put_u32(&wire, plan->securebits);
	wire_put_u8(&wire, plan->no_new_privs);
	wire_put_u8(&wire, (uint8_t)plan->n_rlimits);
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		wire_put_u8(&wire, plan->rlimits[i].resource);
		wire_put_u64(&wire, plan->rlimits[i].soft);
		wire_put_u64(&wire, plan->rlimits[i].hard);
	}
	wire_put_u16(&wire, (uint16_t)plan->n_insns);
	for (size_t i = 0; i < plan->n_insns; i++) {
		wire_put_u16(&wire, plan->insns[i].code);
		wire_put_u8(&wire, plan->insns[i].jt);
		wire_put_u8(&wire, plan->insns[i].jf);
		wire_put_u32(&wire, plan->insns[i].k);
	}
	return wire.err ? wire.err : (long)wire.at;
}

static int plan_validate(const struct plan *plan, struct why *why)
{
	for (int i = 0; i <= PLAN_NS_PID; i++)
		if (plan->ns_ino[i] == 0)
			return why_set(why, EBADMSG, "check plan", "no %s namespace",
				plan_ns_table[i].name);
	if (plan->inheritable & ~plan->bounding)
		return why_set(
			why, EBADMSG, "check plan", "an inheritable set beyond the bounding set");
	if (plan->securebits & ~PLAN_SECUREBITS)
		return why_set(why, EBADMSG, "check plan", "unknown securebits");
	for (size_t i = 0; i < plan->n_rlimits; i++)
		if (plan->rlimits[i].resource >= RLIM_NLIMITS ||
			plan->rlimits[i].soft > plan->rlimits[i].hard)
			return why_set(
				why, EBADMSG, "check plan", "resource limit %zu is wrong", i);
	if (plan->n_insns == 0)
		return why_set(why, EBADMSG, "check plan", "no syscall filter");
	return 0;
}

int plan_decode(const void *data, size_t len, struct plan *ret, struct why *why)
{
	struct wire wire = { .data = (unsigned char *)(uintptr_t)data, .size = len };
	uint8_t version = wire_get_u8(&wire);

	for (int i = 0; i < PLAN_N_NS; i++)
		ret->ns_ino[i] = wire_get_u64(&wire);
	ret->bounding = wire_get_u64(&wire);
	ret->inheritable = wire_get_u64(&wire);
	ret->securebits = wire_get_u32(&wire);
	ret->no_new_privs = wire_get_u8(&wire) != 0;
	ret->n_rlimits = wire_get_u8(&wire);
	if (ret->n_rlimits > PLAN_RLIMITS_MAX)
		return why_set(why, EBADMSG, "check plan", "%zu resource limits", ret->n_rlimits);
	for (size_t i = 0; i < ret->n_rlimits; i++) {
		ret->rlimits[i].resource = wire_get_u8(&wire);
		ret->rlimits[i].soft = wire_get_u64(&wire);
		ret->rlimits[i].hard = wire_get_u64(&wire);
	}
	ret->n_insns = wire_get_u16(&wire);
	if (ret->n_insns > PLAN_INSNS_MAX)
		return why_set(why, EBADMSG, "check plan", "%zu filter instructions", ret->n_insns);
	for (size_t i = 0; i < ret->n_insns; i++) {
		ret->insns[i].code = wire_get_u16(&wire);
		ret->insns[i].jt = wire_get_u8(&wire);
		ret->insns[i].jf = wire_get_u8(&wire);
		ret->insns[i].k = wire_get_u32(&wire);
	}
	if (version != PLAN_VERSION || wire_end(&wire) < 0)
		return why_set(why, EBADMSG, "check plan", "the bytes are no plan");
	return plan_validate(ret, why);
}
