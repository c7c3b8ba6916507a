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

#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv, bool json);
	const char *args;
	const char *help;
} verbs[] = {
	{ "list", verb_list, "", "the living rooms" },
	{ "status", verb_status, "[ROOM | USER]", "who is there, what it uses, how old" },
	{ "reload", verb_reload, "", "living rooms get the policy's limits" },
	{ "check", verb_check, "[FILE | --root DIR]", "is the policy right, and the wiring" },
	{ "explain", verb_explain, "USER [--service S] [...]", "which room a login gets, and why" },
	{ "show", verb_show, "ROOM [--policy FILE]", "a room, key by key" },
	{ "diff", verb_diff, "[OLD] NEW [--service S]", "which users another policy moves" },
	{ "learn", verb_learn, "ROOM [--log FILE]", "what its policy lacks, by the kernel's log" },
	{ "audit", verb_audit, "[--user U] [--compare]", "what may a session do? by trying" },
	{ "enter", verb_enter, "ROOM | USER [COMMAND]", "go into a living room as its user" },
	{ "kill", verb_kill, "ROOM | USER", "end a living room, with all that runs in it" },
	{ "freeze", verb_freeze, "ROOM | USER", "what runs in a living room stands still" },
	{ "thaw", verb_thaw, "ROOM | USER", "and goes on" },
	{ "top", verb_top, "", "which room uses the machine, live" },
	{ "map", verb_map, "[--svg FILE]", "the host as a floor plan" },
	{ "metrics", verb_metrics, "", "the rooms for Prometheus" },
	{ "import", verb_import, "[FILE ...]", "a policy out of pam_namespace's and pam_cap's" },
	{ "enable", verb_enable, "[--trial TIME] [--dry-run]", "put pam_room into the PAM stacks" },
	{ "confirm", verb_confirm, "", "keep what is on trial" },
	{ "disable", verb_disable, "[--root DIR] [--dry-run]", "take it out again" },
};

#define N_VERBS (sizeof verbs / sizeof verbs[0])

static int print_help(void)
{
	puts("usage: roomctl VERB [ARGS] [--json]\n");
	for (size_t i = 0; i < N_VERBS; i++)
		printf("  %-8s %-26s %s\n", verbs[i].name, verbs[i].args, verbs[i].help);
	puts("\n  explain, diff: [--service NAME] [--from HOST] [--tty TTY] [--at \"Mon 14:30\"]\n"
	     "  explain, show, learn: [--policy FILE]\n"
	     "  learn: [--since 10m] [--service NAME]\n"
	     "  explain: [--diff ROOM | --diff docker] [--why WORD]\n"
	     "  audit: [--fail-below N] [--lines]");
	puts("\nexit: 0 yes, 1 no, 2 wrong usage, 3 cannot tell");
	return EXIT_YES;
}

static int print_version(void)
{
	puts("roomctl " PACKAGE_VERSION);
	return EXIT_YES;
}

static int run(int argc, char **argv)
{
	/* What follows is the command's. */
	bool enter = argc > 2 && strcmp(argv[1], "enter") == 0;
	bool json = !enter && options_take_word(&argc, argv, "--json");
	const char *verb = argc > 1 ? argv[1] : NULL;

	if (enter)
		return verb_enter(argc - 1, argv + 1, false);
	if (options_take_word(&argc, argv, "--help") || options_take_word(&argc, argv, "-h") ||
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
