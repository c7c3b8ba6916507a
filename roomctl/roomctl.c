/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl: what an administrator asks pam_room and tells it. This file is the table of verbs; each
 * verb is a file of its own. Nothing here needs or keeps a privilege: roomctl is not setuid, and
 * what it may see and change is what its caller may.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "roomctl/out.h"
#include "roomctl/verb.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv, bool json);
	const char *args;
	const char *help;
} verbs[] = {
	{ "list", verb_list, "", "the living rooms" },
	{ "status", verb_status, "[ROOM | USER]", "which rooms are older than the policy" },
	{ "check", verb_check, "[FILE | --root DIR]", "is the policy right, and the wiring" },
	{ "explain", verb_explain, "USER [--service S] [...]", "which room a login gets, and why" },
	{ "show", verb_show, "ROOM [--policy FILE]", "a room, key by key" },
	{ "diff", verb_diff, "[OLD] NEW [--service S]", "which users another policy moves" },
	{ "enable", verb_enable, "[--root DIR] [--dry-run]", "put pam_room into the PAM stacks" },
	{ "disable", verb_disable, "[--root DIR] [--dry-run]", "take it out again" },
};

#define N_VERBS (sizeof verbs / sizeof verbs[0])

static int print_help(void)
{
	puts("usage: roomctl VERB [ARGS] [--json]\n");
	for (size_t i = 0; i < N_VERBS; i++)
		printf("  %-8s %-26s %s\n", verbs[i].name, verbs[i].args, verbs[i].help);
	puts("\n  explain, diff: [--service NAME] [--from HOST] [--tty TTY] [--at \"Mon 14:30\"]\n"
	     "  explain, show: [--policy FILE]");
	puts("\nexit: 0 yes, 1 no, 2 wrong usage, 3 cannot tell");
	return EXIT_YES;
}

static int print_version(void)
{
	puts("roomctl " PACKAGE_VERSION);
	return EXIT_YES;
}

/* Takes that word out of the arguments, wherever it stands; whether it was there. */
static bool take_word(int *argc, char **argv, const char *word)
{
	int n = 1;

	for (int i = 1; i < *argc; i++)
		if (strcmp(argv[i], word) != 0)
			argv[n++] = argv[i];
	if (n == *argc)
		return false;
	*argc = n;
	return true;
}

static int run(int argc, char **argv)
{
	bool json = take_word(&argc, argv, "--json");
	const char *verb = argc > 1 ? argv[1] : NULL;

	if (take_word(&argc, argv, "--help") || take_word(&argc, argv, "-h") ||
		(verb && strcmp(verb, "help") == 0))
		return print_help();
	if (verb && strcmp(verb, "--version") == 0)
		return print_version();
	for (size_t i = 0; verb && i < N_VERBS; i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1, json);
	if (verb)
		complain("there is no verb '%s'; see roomctl --help", verb);
	else
		complain("which verb? see roomctl --help");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int fd, code;

	/* What is opened later must not become one of the first three. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	code = run(argc, argv);

	/* An answer that was not written in full is none. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write the answer");
		return EXIT_CANNOT_TELL;
	}
	return code;
}
