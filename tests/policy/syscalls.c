/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Prints the table of doc/syscalls.md: what each profile answers to each system call of x86-64, by
 * running the filters, beside what others' filters say (tests/unit/defaults.txt, the argument).
 * Where the profile container lets through what Docker's filter does not, it says so on standard
 * error and exits with 1.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "helper/seccomp.h"
#include "helper/syscalls.h"
#include "lib/why.h"
#include "tests/unit/filter.h"

#define COLUMNS 7
#define OF_OTHERS 3

enum verdict_word { YES, ARGS, NO, OLD, N_WORDS };

static const char *const words[N_WORDS] = { "allow", "args", "deny", "ENOSYS" };
static const char *const columns[COLUMNS] = { "Docker", "podman", "systemd", "login", "developer",
	"container", "strict" };
static const unsigned int profiles[COLUMNS - OF_OTHERS] = { PROFILE_LOGIN, PROFILE_DEVELOPER,
	PROFILE_CONTAINER, PROFILE_STRICT };
static struct plan plans[COLUMNS - OF_OTHERS];

static enum verdict_word others_word(const char *text)
{
	for (int word = 0; word < OLD; word++)
		if (strcmp(text, words[word]) == 0)
			return (enum verdict_word)word;
	return OLD;
}

static enum verdict_word our_word(const struct plan *plan, unsigned int nr)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = AUDIT_ARCH_X86_64 };
	bool passes = false, fails = false, is_old = true;
	uint64_t args[6];

	for (size_t n = 0; filter_arguments(n, args); n++) {
		uint32_t answer;

		memcpy(data.args, args, sizeof args);
		answer = filter_run(plan, &data, NULL);
		passes |= filter_passes(answer);
		fails |= !filter_passes(answer);
		is_old &= answer == ERROR(ENOSYS);
	}
	return passes && fails ? ARGS : passes ? YES : is_old ? OLD : NO;
}

static const struct filter_default *find(
	const struct filter_default *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static void print_counts(const unsigned int counts[N_WORDS][COLUMNS])
{
	static const char *const meanings[N_WORDS] = { "let through", "by the arguments", "refused",
		"not there" };

	fputs("\n| |", stdout);
	for (size_t i = 0; i < COLUMNS; i++)
		printf(" %s |", columns[i]);
	fputs("\n|---|---|---|---|---|---|---|---|\n", stdout);
	for (size_t word = 0; word < N_WORDS; word++) {
		printf("| %s (%s) |", meanings[word], words[word]);
		for (size_t i = 0; i < COLUMNS; i++)
			printf(" %u |", counts[word][i]);
		putchar('\n');
	}
}

static void print_row(unsigned int nr, const char *name, const enum verdict_word *row)
{
	printf("| %u | `%s` |", nr, name);
	for (size_t i = 0; i < COLUMNS; i++)
		printf(" %s |", words[row[i]]);
	putchar('\n');
}

/* Every call, twice: counted, then printed. Returns how often container is looser than Docker. */
static unsigned int print_all(const struct filter_default *defaults, size_t n_defaults)
{
	unsigned int counts[N_WORDS][COLUMNS] = { { 0 } }, looser = 0;
	static enum verdict_word rows[SYSCALLS_N][COLUMNS];
	char name[SYSCALLS_NAME_MAX], text[200];

	for (unsigned int nr = 0; nr < SYSCALLS_N; nr++) {
		const struct filter_default *row;

		if (!syscalls_name(&sysabis[0], nr, name))
			continue;
		row = find(defaults, n_defaults, name);
		rows[nr][0] = others_word(row ? row->docker : "");
		rows[nr][1] = others_word(row ? row->podman : "");
		rows[nr][2] = others_word(row ? row->systemd : "");
		for (size_t i = OF_OTHERS; i < COLUMNS; i++)
			rows[nr][i] = our_word(&plans[i - OF_OTHERS], nr);
		for (size_t i = 0; i < COLUMNS; i++)
			counts[rows[nr][i]][i]++;
		if (!row ||
			filter_looser(&plans[2], AUDIT_ARCH_X86_64, nr, row, text, sizeof text)) {
			fprintf(stderr, "looser than Docker: %s\n", row ? text : name);
			looser++;
		}
	}
	print_counts((const unsigned int(*)[COLUMNS])counts);
	printf("\nCalls that container lets through and Docker does not, by name or by argument: "
	       "%u\n",
		looser);
	fputs("\n| number | call | Docker | podman | systemd | login | developer | container | "
	      "strict |\n"
	      "|---|---|---|---|---|---|---|---|---|\n",
		stdout);
	for (unsigned int nr = 0; nr < SYSCALLS_N; nr++)
		if (syscalls_name(&sysabis[0], nr, name))
			print_row(nr, name, rows[nr]);
	return looser;
}

int main(int argc, char **argv)
{
	static struct filter_default defaults[FILTER_DEFAULTS_MAX];
	size_t n = argc == 2 ? filter_read_defaults(argv[1], defaults) : 0;
	struct why why;

	if (n == 0)
		return 2;
	for (size_t i = 0; i < COLUMNS - OF_OTHERS; i++) {
		const struct room_spec spec = { .profile = profiles[i] };

		if (seccomp_compile_for(&spec, AUDIT_ARCH_X86_64, &plans[i], &why) < 0)
			return 2;
	}
	return print_all(defaults, n) > 0;
}
