/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Running a system call filter as the kernel would (seccomp(2), bpf of linux/filter.h), instruction
 * by instruction, on calls with the arguments that matter; and what others' filters say.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/plan.h"
#include "lib/sys.h"

#define HIGH (UINT64_C(1) << 32) /* in the half of an argument that the kernel does not look at */
#define ALLOW SECCOMP_RET_ALLOW
#define ERROR(err) (SECCOMP_RET_ERRNO | (err))
#define FILTER_BROKEN 0xdeadbeefu /* an instruction that is none, or a program without an end */

static inline bool filter_jumps(const struct sock_filter *insn, uint32_t a, bool *ret_broken)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	case BPF_JSET:
		return a & insn->k;
	}
	*ret_broken = true;
	return false;
}

/* What the program says of one call; *ret_steps, unless NULL, how many instructions it took. */
static inline uint32_t filter_run(
	const struct plan *plan, const struct seccomp_data *data, size_t *ret_steps)
{
	bool broken = false;
	uint32_t a = 0;
	size_t steps = 0;

	for (size_t pc = 0; pc < plan->n_insns && !broken; pc++) {
		const struct sock_filter *insn = &plan->insns[pc];

		steps++;
		if (ret_steps)
			*ret_steps = steps;
		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && insn->k + 4 <= sizeof *data)
			memcpy(&a, (const char *)data + insn->k, 4);
		else if (insn->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= insn->k;
		else if (insn->code == (BPF_JMP | BPF_JA))
			pc += insn->k;
		else if (BPF_CLASS(insn->code) == BPF_JMP)
			pc += filter_jumps(insn, a, &broken) ? insn->jt : insn->jf;
		else
			broken = true;
	}
	return FILTER_BROKEN;
}

static inline uint32_t filter_call(const struct plan *plan, uint32_t arch, long nr, uint64_t a0,
	uint64_t a1, uint64_t a2, uint64_t a3)
{
	const struct seccomp_data data = {
		.nr = (int)nr, .arch = arch, .args = { a0, a1, a2, a3 }
	};

	return filter_run(plan, &data, NULL);
}

/* --- arguments -----------------------------------------------------------------------------------
 */

/* The n-th value that some rule of somebody's may look for; false: there is no more. */
static inline bool filter_value(size_t n, uint64_t *ret)
{
	static const uint64_t odd[] = { TIOCSTI, TIOCLINUX, TIOCGWINSZ, TCGETS, 0x20008, 0x60000,
		UINT32_MAX, UINT64_MAX, HIGH, CLONE_NEWUSER | CLONE_NEWNS, 0x7e020000, 0x3d0f00 };
	const size_t n_odd = sizeof odd / sizeof odd[0];

	if (n < 64)
		*ret = n;
	else if (n < 96)
		*ret = UINT64_C(1) << (n - 64);
	else if (n < 128)
		*ret = HIGH | UINT64_C(1) << (n - 96);
	else if (n < 128 + n_odd)
		*ret = odd[n - 128];
	else
		return false;
	return true;
}

/* The n-th set of arguments: one of them such a value, the others all 0, 1 or 7. */
static inline bool filter_arguments(size_t n, uint64_t args[static 6])
{
	static const uint64_t others[] = { 0, 1, 7 };

	for (size_t i = 0; i < 6; i++)
		args[i] = others[n / 4 % 3];
	return filter_value(n / 12, &args[n % 4]);
}

static inline bool filter_passes(uint32_t answer)
{
	return answer == SECCOMP_RET_ALLOW || answer == SECCOMP_RET_LOG;
}

/* --- what others say -----------------------------------------------------------------------------
 */

struct filter_default {
	char name[40], docker[8], podman[8], systemd[8];
};

#define FILTER_DEFAULTS_MAX 500

/* Reads defaults.txt; returns how many there are. */
static inline size_t filter_read_defaults(
	const char *path, struct filter_default rows[static FILTER_DEFAULTS_MAX])
{
	FILE *file = fopen(path, "re");
	char line[200];
	size_t n = 0;

	while (file && n < FILTER_DEFAULTS_MAX && fgets(line, sizeof line, file))
		if (line[0] != '#' &&
			sscanf(line, "%39s %7s %7s %7s", rows[n].name, rows[n].docker,
				rows[n].podman, rows[n].systemd) == 4)
			n++;
	if (file)
		fclose(file);
	return n;
}

/* What Docker's filter lets through, by what defaults.txt says in its head. */
static inline bool filter_docker_passes(const struct filter_default *row, const uint64_t *args)
{
	uint32_t first = (uint32_t)args[0];

	if (strcmp(row->docker, "args") != 0)
		return strcmp(row->docker, "allow") == 0;
	if (strcmp(row->name, "clone") == 0)
		return (first & 0x7e020000) == 0;
	if (strcmp(row->name, "socket") == 0)
		return first != 38 && first != 40;
	return strcmp(row->name, "personality") == 0 &&
		((first & ~0x20008u) == 0 || first == UINT32_MAX);
}

/* Where the filter lets through what Docker's does not: an answer to the call of that number; NULL:
 * nowhere. */
static inline const char *filter_looser(const struct plan *plan, uint32_t arch, unsigned int nr,
	const struct filter_default *row, char *buf, size_t size)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch };
	uint64_t args[6];

	for (size_t n = 0; filter_arguments(n, args); n++) {
		memcpy(data.args, args, sizeof args);
		if (!filter_passes(filter_run(plan, &data, NULL)) ||
			filter_docker_passes(row, args))
			continue;
		snprintf(buf, size, "%.39s(%#llx, %#llx, %#llx, %#llx)", row->name,
			(unsigned long long)args[0], (unsigned long long)args[1],
			(unsigned long long)args[2], (unsigned long long)args[3]);
		return buf;
	}
	return NULL;
}
