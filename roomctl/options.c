/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The options that verbs share (see options.h): a row for each that has a value.
 */
#include "roomctl/options.h"

#include <string.h>

#include "roomctl/out.h"
#include "roomctl/verb.h"

static const struct option_row {
	const char *name;
	int bit;
	size_t offset;
} option_rows[] = {
	{ "--root", OPTION_ROOT, offsetof(struct options, root) },
	{ "--policy", OPTION_POLICY, offsetof(struct options, policy) },
	{ "--service", OPTION_SERVICE, offsetof(struct options, service) },
	{ "--from", OPTION_PLACE, offsetof(struct options, from) },
	{ "--tty", OPTION_PLACE, offsetof(struct options, tty) },
	{ "--at", OPTION_PLACE, offsetof(struct options, at) },
	{ "--diff", OPTION_DIFF, offsetof(struct options, diff) },
	{ "--why", OPTION_WHY, offsetof(struct options, why) },
	{ "--log", OPTION_LOG, offsetof(struct options, log) },
	{ "--since", OPTION_LOG, offsetof(struct options, since) },
	{ "--svg", OPTION_SVG, offsetof(struct options, svg) },
	{ "--user", OPTION_AUDIT, offsetof(struct options, user) },
	{ "--fail-below", OPTION_AUDIT, offsetof(struct options, fail_below) },
	{ "--trial", OPTION_TRIAL, offsetof(struct options, trial) },
};

static const struct flag_row {
	const char *name;
	int bit;
	size_t offset;
} flag_rows[] = {
	{ "--dry-run", OPTION_DRY_RUN, offsetof(struct options, dry_run) },
	{ "--if-trial", OPTION_IF_TRIAL, offsetof(struct options, if_trial) },
};

/* "--name VALUE" or "--name=VALUE": how many words it takes, or 0 when the row is not meant. */
static int options_take(
	const struct option_row *row, char **argv, int left, struct options *options)
{
	const char **field = (const char **)((char *)options + row->offset);
	size_t len = strlen(row->name);

	if (strncmp(argv[0], row->name, len) != 0)
		return 0;
	if (argv[0][len] == '=') {
		*field = argv[0] + len + 1;
		return 1;
	}
	if (argv[0][len] != '\0' || left < 2)
		return 0;
	*field = argv[1];
	return 2;
}

static int options_take_any(
	char **argv, int left, int allowed, size_t max_words, struct options *options)
{
	int n = 0;

	for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0] && n == 0; i++)
		if (allowed & option_rows[i].bit)
			n = options_take(&option_rows[i], argv, left, options);
	for (size_t i = 0; i < sizeof flag_rows / sizeof flag_rows[0] && n == 0; i++) {
		if (!(allowed & flag_rows[i].bit) || strcmp(argv[0], flag_rows[i].name) != 0)
			continue;
		*(bool *)((char *)options + flag_rows[i].offset) = true;
		n = 1;
	}
	if (n == 0 && argv[0][0] != '-' && options->n_words < max_words) {
		options->words[options->n_words++] = argv[0];
		return 1;
	}
	return n;
}

int options_read(int argc, char **argv, int allowed, size_t max_words, struct options *ret)
{
	*ret = (struct options){ 0 };
	for (int i = 1, n; i < argc; i += n) {
		n = options_take_any(argv + i, argc - i, allowed, max_words, ret);
		if (n > 0)
			continue;
		complain("%s: cannot use '%s' here; see roomctl --help", argv[0], argv[i]);
		return EXIT_USAGE;
	}
	if (ret->root && ret->root[0] != '/') {
		complain("--root wants a directory that starts with /");
		return EXIT_USAGE;
	}
	if (ret->root && strspn(ret->root, "/") == strlen(ret->root))
		ret->root = NULL;
	return 0;
}

bool options_take_word(int *argc, char **argv, const char *word)
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
