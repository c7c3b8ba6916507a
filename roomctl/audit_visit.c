/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl audit --user and --compare: root has the questions asked in somebody's room, as that
 * user. The program that asks is the one that is installed in the room's view; its answers come
 * back as lines, and are the user's words.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "lib/clean.h"
#include "roomctl/audit.h"
#include "roomctl/audit_limits.h"
#include "roomctl/audit_visit.h"
#include "roomctl/join.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

/* Where this program is; in the room it is at the same place. */
static bool own_path(char path[4096])
{
	ssize_t len = readlink("/proc/self/exe", path, 4095);

	if (len <= 0)
		return false;
	path[len] = '\0';
	return true;
}

#define LIMITS_MAX 1024

/* Of a room's control group, which it does not see itself: struct audit, limits. */
static void look_at_limits(const struct host *host, const struct guest *guest, char buf[LIMITS_MAX])
{
	const struct cgroup_driver *driver = cgroup_driver();
	const struct cgroup_room room = { .key = host->key, .uid = guest->uid };
	cleanup_fd int root_fd = cgroup_root();
	cleanup_fd int dfd = cgroup_open(&room);
	const char *why = NULL;
	char top[32], path[257] = "/";
	size_t len = 0;

	driver->path(&room, path + 1, sizeof path - 1);
	if (root_fd < 0)
		why = "there is no unified hierarchy of control groups";
	else if (driver->by_user && registry_is_group(host->key))
		why = "members of a group are counted each to their own";
	else if (dfd < 0)
		why = driver->by_user ? "its control group is not seen from outside" :
					"without limits it has no control group of its own";
	snprintf(top, sizeof top, "/proc/self/fd/%d", root_fd);
	buf[0] = '\0';
	for (size_t i = 0; i < n_limit_files && len < LIMITS_MAX; i++) {
		struct finding finding = { .answer = ANSWER_UNKNOWN };

		if (why)
			finding_set(&finding, ANSWER_UNKNOWN, "%s", why);
		else
			limit_look(top, path, limit_files[i], &finding);
		len += (size_t)snprintf(buf + len, LIMITS_MAX - len, "%s %d %.200s\n",
			limit_files[i], (int)finding.answer, finding.text);
	}
}

int audit_visit(const char *user, const char *form, const char *fail_below)
{
	static struct host host;
	static struct guest guest;
	char path[4096], audit[] = "audit", visitor[] = "--visitor", option[] = "--fail-below",
			 below[16], last[16], limits[LIMITS_MAX];
	char *argv[] = { path, audit, visitor, limits, NULL, NULL, NULL, NULL };
	size_t n = 4;
	int r = join_find(user, true, &host);

	if (r == 0)
		r = join_guest(&host, &guest);
	if (r == 0 && !own_path(path)) {
		complain("cannot tell where this program is");
		r = EXIT_CANNOT_TELL;
	}
	if (fail_below) {
		snprintf(below, sizeof below, "%s", fail_below);
		argv[n++] = option;
		argv[n++] = below;
	}
	if (form) {
		snprintf(last, sizeof last, "%s", form);
		argv[n++] = last;
	}
	if (r == 0) {
		look_at_limits(&host, &guest, limits);
		r = join_run(&host, &guest, argv, false, -1);
	}
	join_release(&host);
	return r;
}

/* One side of a comparison. */
struct side {
	struct findings findings;
};

/* "ID\tANSWER\tSENTENCE": into the row's place. */
static void read_line(char *line, struct side *side)
{
	const char *id = strsep(&line, "\t"), *word = line ? strsep(&line, "\t") : NULL;
	size_t at = 0;

	for (size_t i = 0; word && i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows; j++, at++)
			for (int answer = 0; answer < N_ANSWERS; answer++)
				if (strcmp(audit_parts[i].rows[j].id, id) == 0 &&
					strcmp(answer_words[answer], word) == 0)
					side->findings.list[at].answer = (enum answer)answer;
}

static int ask_side(const struct host *host, const struct guest *guest, struct side *ret)
{
	char path[4096], audit[] = "audit", visitor[] = "--visitor", lines[] = "--lines",
			 limits[LIMITS_MAX] = "";
	char *argv[] = { path, audit, visitor, limits, lines, NULL };
	cleanup_file FILE *file = tmpfile();
	cleanup_free char *line = NULL;
	size_t size = 0, n = 0;
	int r;

	memset(ret, 0, sizeof *ret);
	if (!file || !own_path(path)) {
		complain("cannot begin: %s", strerrordesc_np(errno));
		return EXIT_CANNOT_TELL;
	}
	if (host)
		look_at_limits(host, guest, limits);
	r = join_run(host, guest, argv, false, fileno(file));
	rewind(file);
	while (r == 0 && n < AUDIT_ROWS_MAX && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		read_line(line, ret);
		n++;
	}
	if (n > 0)
		return 0;
	complain("the audit %s gave no answer", host ? "inside" : "outside");
	return EXIT_CANNOT_TELL;
}

static int print_sides(const struct side *sides, bool json)
{
	static const char *const heads[] = { "QUESTION", "OUTSIDE", "INSIDE" };
	cleanup_with(table_free) struct table table = { .heads = heads, .n_cols = 3 };
	unsigned int out = score_all(&sides[0].findings, false),
		     in = score_all(&sides[1].findings, false);
	size_t at = 0;
	int r = 0;

	if (json)
		fputs("{\"rows\": [", stdout);
	for (size_t i = 0; i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows && r == 0; j++, at++) {
			const char *cells[] = { audit_parts[i].rows[j].question,
				answer_words[sides[0].findings.list[at].answer],
				answer_words[sides[1].findings.list[at].answer] };

			if (!json) {
				r = table_add(&table, cells);
				continue;
			}
			json_member(
				stdout, at ? ",\n  {" : "\n  {", "id", audit_parts[i].rows[j].id);
			json_member(stdout, ", ", "outside", cells[1]);
			json_member(stdout, ", ", "inside", cells[2]);
			fputs("}", stdout);
		}
	if (json) {
		printf("\n], \"outside\": %u.%02u, \"inside\": %u.%02u, \"exit\": 0}\n", out / 100,
			out % 100, in / 100, in % 100);
		return EXIT_YES;
	}
	table_print(&table, stdout);
	printf("\nscore: outside %u.%u of 10, inside %u.%u\n", out / 100, out % 100 / 10, in / 100,
		in % 100 / 10);
	return r < 0 ? EXIT_CANNOT_TELL : EXIT_YES;
}

int audit_compare(const char *user, bool json)
{
	static struct host host;
	static struct guest guest;
	static struct side sides[2];
	int r = join_find(user, true, &host);

	if (r == 0)
		r = join_guest(&host, &guest);
	if (r == 0)
		r = ask_side(NULL, &guest, &sides[0]);
	if (r == 0)
		r = ask_side(&host, &guest, &sides[1]);
	join_release(&host);
	return r ? r : print_sides(sides, json);
}
