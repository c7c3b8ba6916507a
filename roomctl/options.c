/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The options that verbs share (see options.h). Few enough to be read by hand: getopt_long(3) would
 * print a wrong word as it is, escape sequences included.
 */
#include "roomctl/options.h"

#include <string.h>

#include "roomctl/out.h"
#include "roomctl/verb.h"

static int options_set_root(const char *root, struct options *options)
{
	if (root[0] != '/') {
		complain("--root wants a directory that starts with /");
		return EXIT_USAGE;
	}
	options->root = strspn(root, "/") == strlen(root) ? NULL : root;
	return 0;
}

int options_read(int argc, char **argv, int allowed, struct options *ret)
{
	int r = 0;

	*ret = (struct options){ 0 };
	for (int i = 1; i < argc && r == 0; i++) {
		if ((allowed & OPTION_ROOT) && strcmp(argv[i], "--root") == 0 && i + 1 < argc)
			r = options_set_root(argv[++i], ret);
		else if ((allowed & OPTION_ROOT) && strncmp(argv[i], "--root=", 7) == 0)
			r = options_set_root(argv[i] + 7, ret);
		else if ((allowed & OPTION_DRY_RUN) && strcmp(argv[i], "--dry-run") == 0)
			ret->dry_run = true;
		else if ((allowed & OPTION_FILE) && argv[i][0] != '-' && !ret->file)
			ret->file = argv[i];
		else
			r = EXIT_USAGE;
		if (r == EXIT_USAGE)
			complain("%s: cannot use '%s' here; see roomctl --help", argv[0], argv[i]);
	}
	if (r == 0 && ret->file && ret->root) {
		complain("%s: either a file or --root", argv[0]);
		r = EXIT_USAGE;
	}
	return r;
}
