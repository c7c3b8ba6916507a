/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's system call filter (see seccomp.h). For each ABI every number gets its verdict, out of
 * the tables; neighbours of the same verdict are one run, and the runs are the leaves of a tree of
 * comparisons, so that a call costs ten instructions however long the tables are.
 *
 * The program is written here and not by libseccomp, because what is asked of it there is no way to
 * say: 32 bits of an argument that are *not* one of some values, an answer for all numbers that no
 * table names, and two ABIs that differ in what can be looked at (i386's socketcall takes the
 * family from memory). It is the same for every release of libseccomp, of which only names are
 * taken.
 */
#include "helper/seccomp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "helper/profiles.h"
#include "helper/syscalls.h"
#include "lib/sys.h"
#include "lib/why.h"

#define ACTION "compile syscall filter"
#define ARGUMENT(n, high) (offsetof(struct seccomp_data, args) + 8 * (n) + ((high) ? 4 : 0))
#define NOT_THERE (SECCOMP_RET_ERRNO | ENOSYS)

/* What becomes of the numbers from this one to the next run's. */
struct run {
	unsigned int from;
	uint32_t answer;              /* SECCOMP_RET_*, when no rule says otherwise */
	bool only_always;             /* of the rules those that nothing lifts */
	char name[SYSCALLS_NAME_MAX]; /* the rules are those of this call; empty: there are none */
};

/* The program so far. n counts on when it is full. */
struct code {
	struct plan *plan;
	size_t n;
};

static size_t emit(struct code *code, uint16_t op, uint32_t k)
{
	if (code->n < PLAN_INSNS_MAX)
		code->plan->insns[code->n] = (struct sock_filter){ .code = op, .k = k };
	return code->n++;
}

static void emit_load(struct code *code, size_t offset)
{
	emit(code, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* A jump far away, to where jump_here() says, if A compares to k, or else if it does not. */
static size_t emit_jump(struct code *code, uint16_t comparison, uint32_t k, bool when)
{
	size_t at = emit(code, BPF_JMP | comparison | BPF_K, k);

	if (at < PLAN_INSNS_MAX) {
		code->plan->insns[at].jt = !when;
		code->plan->insns[at].jf = when;
	}
	return emit(code, BPF_JMP | BPF_JA, 0);
}

static void jump_here(struct code *code, size_t at)
{
	if (at < PLAN_INSNS_MAX)
		code->plan->insns[at].k = (uint32_t)(code->n - at - 1);
}

/* --- verdicts ------------------------------------------------------------------------------------
 */

/* ENOSYS is no refusal but an answer, that of an older kernel, for which every caller is prepared:
 * it is given whatever the action. */
static uint32_t refusal(const struct room_spec *spec, int error)
{
	if (error == PROFILES_PASS)
		return SECCOMP_RET_ALLOW;
	if (error == ENOSYS || spec->action == ACTION_ERRNO)
		return SECCOMP_RET_ERRNO | (uint32_t)error;
	return spec->action == ACTION_LOG ? SECCOMP_RET_LOG : SECCOMP_RET_KILL_PROCESS;
}

static bool is_of(
	const struct room_spec *spec, const struct run *run, const struct profiles_rule *rule)
{
	return strcmp(rule->name, run->name) == 0 &&
		(rule->always || (!run->only_always && (rule->profiles >> spec->profile & 1)));
}

/* What the policy says of a call, which wins, and what its profile says. */
static void judge(const struct room_spec *spec, const char *name, struct run *run)
{
	bool denied = text_list_has(&spec->syscalls_deny, name);
	bool lifted = text_list_has(&spec->syscalls_allow, name) ||
		(spec->user_namespaces == USER_NAMESPACES_ALLOW && profiles_is_of_namespaces(name));
	int error = denied ? profiles_error(name) :
		lifted     ? PROFILES_PASS :
			     profiles_call(spec->profile, name);

	run->answer = refusal(spec, error);
	run->only_always = error != PROFILES_PASS || lifted;
	snprintf(run->name, sizeof run->name, "%s", name);
	for (size_t i = 0; i < profiles_n_rules; i++)
		if (is_of(spec, run, &profiles_rules[i]))
			return;
	run->name[0] = '\0';
}

/* The runs of an ABI, in order; returns their number. A number that no table names is a later
 * kernel's, and must not be let in by a filter that has never heard of it. */
static size_t judge_all(const struct room_spec *spec, const struct sysabi *abi,
	struct run runs[static SYSCALLS_N + 1])
{
	struct run unknown = { .answer = NOT_THERE };
	size_t n = 0;

	if (profiles_is_open(spec->profile))
		unknown.answer = SECCOMP_RET_ALLOW;
	for (unsigned int nr = 0; nr <= SYSCALLS_N; nr++) {
		struct run run = unknown;
		char name[SYSCALLS_NAME_MAX];

		if (nr < SYSCALLS_N && syscalls_name(abi, nr, name))
			judge(spec, name, &run);
		run.from = nr;
		if (n > 0 && !run.name[0] && !runs[n - 1].name[0] &&
			run.answer == runs[n - 1].answer)
			continue;
		runs[n++] = run;
	}
	return n;
}

/* --- code ----------------------------------------------------------------------------------------
 */

static void emit_rule(const struct room_spec *spec, const struct profiles_rule *rule,
	uint32_t otherwise, struct code *code)
{
	size_t unmet[PROFILES_CONDITIONS_MAX], n = 0;
	uint32_t answer = otherwise;

	for (; n < PROFILES_CONDITIONS_MAX && rule->conditions[n].mask; n++) {
		const struct profiles_condition *condition = &rule->conditions[n];

		emit_load(code, ARGUMENT(condition->arg, condition->high));
		if (condition->mask != UINT32_MAX)
			emit(code, BPF_ALU | BPF_AND | BPF_K, condition->mask);
		unmet[n] = emit(code, BPF_JMP | BPF_JEQ | BPF_K, condition->value);
	}
	/* What holds a room is no matter of taste: it is answered whatever the action. */
	if (rule->answer != PROFILES_PASS)
		answer = rule->always ? SECCOMP_RET_ERRNO | (uint32_t)rule->answer :
					refusal(spec, rule->answer);
	emit(code, BPF_RET | BPF_K, answer);
	while (n-- > 0)
		if (unmet[n] < PLAN_INSNS_MAX)
			code->plan->insns[unmet[n]].jf = (uint8_t)(code->n - unmet[n] - 1);
}

static void emit_run(const struct room_spec *spec, const struct run *run, struct code *code)
{
	for (size_t i = 0; run->name[0] && i < profiles_n_rules; i++)
		if (is_of(spec, run, &profiles_rules[i]))
			emit_rule(spec, &profiles_rules[i], run->answer, code);
	emit(code, BPF_RET | BPF_K, run->answer);
}

/* The number is in A, and is one of the runs'. */
static void emit_tree(const struct room_spec *spec, uint32_t bit, const struct run *runs, size_t n,
	struct code *code)
{
	size_t half = n / 2, upper;

	if (n == 1) {
		emit_run(spec, runs, code);
		return;
	}
	upper = emit_jump(code, BPF_JGE, runs[half].from | bit, true);
	emit_tree(spec, bit, runs, half, code);
	jump_here(code, upper);
	emit_tree(spec, bit, runs + half, n - half, code);
}

/* The ABIs of one AUDIT_ARCH_*: they differ in a bit of the number. */
static void emit_arch(const struct room_spec *spec, const struct sysabi *abi, struct code *code)
{
	const struct sysabi *end = sysabis + n_sysabis;
	struct run runs[SYSCALLS_N + 1];
	size_t n, with_bit;

	emit_load(code, offsetof(struct seccomp_data, nr));
	if (abi + 1 < end && abi[1].arch == abi->arch && profiles_is_open(spec->profile)) {
		with_bit = emit_jump(code, BPF_JGE, abi[1].bit, true);
		n = judge_all(spec, abi, runs);
		emit_tree(spec, abi->bit, runs, n, code);
		jump_here(code, with_bit);
		abi++;
	}
	n = judge_all(spec, abi, runs);
	emit_tree(spec, abi->bit, runs, n, code);
}

int seccomp_compile_for(
	const struct room_spec *spec, uint32_t native, struct plan *plan, struct why *why)
{
	const struct sysabi *abi = sysabis, *end = abi + n_sysabis;
	struct code code = { .plan = plan };

	emit_load(&code, offsetof(struct seccomp_data, arch));
	for (; abi < end; abi++) {
		bool is_first = abi == sysabis || abi[-1].arch != abi->arch;
		bool let_in = abi->arch == native || profiles_is_open(spec->profile);
		size_t other;

		if (abi->native != native || !is_first || !let_in)
			continue;
		other = emit_jump(&code, BPF_JEQ, abi->arch, false);
		emit_arch(spec, abi, &code);
		jump_here(&code, other);
	}
	emit(&code, BPF_RET | BPF_K, NOT_THERE);
	if (code.n > PLAN_INSNS_MAX)
		return why_set(why, E2BIG, ACTION, "%zu instructions are too many", code.n);
	plan->n_insns = code.n;
	return 0;
}

int seccomp_compile(const struct room_spec *spec, struct plan *plan, struct why *why)
{
	return seccomp_compile_for(spec, SYS_AUDIT_ARCH, plan, why);
}
