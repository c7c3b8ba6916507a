/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl audit: what this session may do, each answered by trying (see audit.h). It needs no
 * privilege, reads no policy and asks no helper: it sees what any program of the session would.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/audit.h"
#include "roomctl/audit_visit.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define AUDIT_SURVEY_MS 30000

static int audit_exit(const struct findings *findings, int fail_below)
{
	if (fail_below < 0 || (int)score_all(findings, false) >= fail_below)
		return EXIT_YES;
	return (int)score_all(findings, true) >= fail_below ? EXIT_CANNOT_TELL : EXIT_NO;
}

/* sudo(8) tells whom it made root; a user who lies about it fools himself. */
static uid_t asking_user(void)
{
	const char *text = getenv("SUDO_UID");
	uint32_t uid;

	return getuid() == 0 && text && text_id(text, &uid) == 0 ? uid : getuid();
}

/* What audit_visit() says of the limits, NULL when it is not who has started this. */
static const char *take_limits(int *argc, char **argv)
{
	const char *limits = NULL;
	int n = 1;

	for (int i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--visitor") == 0 && i + 1 < *argc)
			limits = argv[++i];
		else
			argv[n++] = argv[i];
	*argc = n;
	return limits;
}

static int audit_here(const char *limits, bool lines, bool json, int fail_below)
{
	static struct audit audit;
	static struct findings findings;
	struct why why = { 0 };
	char text[512];
	int code, r;

	audit.limits = limits;
	audit.user = asking_user();
	r = registry_inside(audit.key, &why);
	/* Outside, the registry is root's alone; inside, everybody may read the mark. */
	if (r < 0 && r != -EACCES)
		complain("is this a room? %s", why_print(&why, text, sizeof text));
	elevate_survey(AUDIT_SURVEY_MS, &audit.survey);
	findings_ask(&audit, &findings);
	code = audit_exit(&findings, fail_below);
	if (lines)
		audit_print_lines(&findings);
	else if (json)
		audit_print_json(&audit, &findings, code);
	else
		audit_print(&audit, &findings);
	return code;
}

int verb_audit(int argc, char **argv, bool json)
{
	bool lines = options_take_word(&argc, argv, "--lines");
	const char *limits = take_limits(&argc, argv);
	bool compare = options_take_word(&argc, argv, "--compare");
	struct options options;
	int fail_below = -1, r = options_read(argc, argv, OPTION_AUDIT, 0, &options);

	if (r)
		return r;
	if (options.fail_below) {
		fail_below = score_read(options.fail_below);
		if (fail_below < 0) {
			complain("--fail-below wants a number from 0 to 10, like 7 or 7.5");
			return EXIT_USAGE;
		}
	}
	if (compare && (!options.user || lines || options.fail_below)) {
		complain("audit: --compare wants --user USER, and no other form");
		return EXIT_USAGE;
	}
	if (compare)
		return audit_compare(options.user, json);
	if (options.user)
		return audit_visit(options.user,
			json          ? "--json" :
				lines ? "--lines" :
					NULL,
			options.fail_below);
	return audit_here(limits, lines, json, fail_below);
}
