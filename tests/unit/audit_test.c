/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The audit's tables and its score, and what becomes of a probe that does not answer as it should
 * (roomctl/audit.h).
 */
#include "tests/unit/unit.h"

#include <sys/syscall.h>

#include "roomctl/audit.h"
#include "roomctl/audit_limits.h"

static const struct audit nothing;

static size_t n_rows(void)
{
	size_t n = 0;

	for (size_t i = 0; i < AUDIT_PARTS; i++)
		n += *audit_parts[i].n_rows;
	return n;
}

static void test_weights(void **state)
{
	unsigned int sum = 0;

	(void)state;
	for (size_t i = 0; i < AUDIT_PARTS; i++)
		sum += score_most(&audit_parts[i]);
	assert_int_equal(sum, SCORE_FULL);
	assert_in_range(n_rows(), 50, AUDIT_ROWS_MAX);
}

static unsigned int count_of(const char *text, const char *part)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
		n++;
	return n;
}

static void check_row(const struct audit_row *row)
{
	size_t yes = strlen(row->yes), no = strlen(row->no);

	assert_true(row->id[0] && row->close[0] && row->probe);
	assert_int_equal(row->question[strlen(row->question) - 1], '?');
	assert_true(yes > 10 && row->yes[yes - 1] == '.');
	assert_true(no > 10 && row->no[no - 1] == '.');
	assert_in_range(count_of(row->yes, "%"), 0, 1);
	assert_in_range(count_of(row->no, "%"), 0, 1);
	assert_int_equal(count_of(row->yes, "%"), count_of(row->yes, "%s"));
	assert_int_equal(count_of(row->no, "%"), count_of(row->no, "%s"));
	assert_true(!row->doors[0] || strncmp(row->doors, "D-", 2) == 0);
}

static void test_rows(void **state)
{
	const char *ids[AUDIT_ROWS_MAX];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows; j++) {
			const struct audit_row *row = &audit_parts[i].rows[j];

			check_row(row);
			for (size_t k = 0; k < n; k++)
				assert_string_not_equal(ids[k], row->id);
			ids[n++] = row->id;
		}
}

static void test_score(void **state)
{
	static struct findings findings;

	(void)state;
	findings.n = n_rows();
	assert_int_equal(score_all(&findings, false), 0);
	assert_int_equal(score_all(&findings, true), SCORE_FULL);
	for (size_t i = 0; i < findings.n; i++)
		findings.list[i].answer = ANSWER_YES;
	assert_int_equal(score_all(&findings, true), 0);
	/* The second row alone is closed: its weight, and no other's. */
	findings.list[1].answer = ANSWER_NO;
	assert_int_equal(score_all(&findings, false), audit_parts[0].rows[1].weight);
	/* And the first row of the second part. */
	findings.list[*audit_parts[0].n_rows + 4].answer = ANSWER_NO;
	assert_int_equal(score_all(&findings, true),
		audit_parts[0].rows[1].weight + audit_parts[1].rows[4].weight);
	for (size_t i = 0; i < findings.n; i++)
		findings.list[i].answer = ANSWER_NO;
	assert_int_equal(score_all(&findings, false), SCORE_FULL);
}

static void test_score_read(void **state)
{
	(void)state;
	assert_int_equal(score_read("0"), 0);
	assert_int_equal(score_read("7"), 700);
	assert_int_equal(score_read("7.5"), 750);
	assert_int_equal(score_read("10"), SCORE_FULL);
	assert_int_equal(score_read("10.1"), -1);
	assert_int_equal(score_read("11"), -1);
	assert_int_equal(score_read("7."), -1);
	assert_int_equal(score_read(".5"), -1);
	assert_int_equal(score_read("7.55"), -1);
	assert_int_equal(score_read("-1"), -1);
	assert_int_equal(score_read("7,5"), -1);
	assert_int_equal(score_read(""), -1);
}

static void test_sentence(void **state)
{
	const struct audit_row row = { .yes = "It can (%s).", .no = "Not %s." };
	struct finding finding;
	char text[200];

	(void)state;
	finding_set(&finding, ANSWER_YES, "by %s", "su");
	assert_string_equal(audit_sentence(&row, &finding, text, sizeof text), "It can (by su).");
	finding_set(&finding, ANSWER_YES, NULL);
	assert_string_equal(audit_sentence(&row, &finding, text, sizeof text), "It can.");
	finding_set(&finding, ANSWER_NO, "x");
	assert_string_equal(audit_sentence(&row, &finding, text, sizeof text), "Not x.");
	finding_set(&finding, ANSWER_UNKNOWN, "dark");
	assert_string_equal(
		audit_sentence(&row, &finding, text, sizeof text), "It cannot be told: dark.");
}

static void probe_answers(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	finding_set(finding, ANSWER_YES, "as%c", '\033');
}

static void probe_hangs(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	(void)finding;
	signal(SIGTERM, SIG_IGN);
	/* And what it starts. */
	fork();
	for (;;)
		pause();
}

static void probe_crashes(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	(void)finding;
	raise(SIGKILL);
}

static void probe_is_filtered(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	(void)finding;
	raise(SIGSYS);
}

static void probe_exits(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	(void)finding;
	_exit(0);
}

static void probe_says_nothing(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	(void)finding;
}

static void try(void (*probe)(const struct audit *, struct finding *), int ms, enum answer answer,
	const char *text)
{
	const struct audit_row row = { .probe = probe };
	struct finding finding;
	int fds = unit_fds();

	finding_try(&row, &nothing, ms, &finding);
	assert_int_equal(finding.answer, answer);
	assert_string_equal(finding.text, text);
	assert_int_equal(unit_fds(), fds);
	/* No process is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_probes(void **state)
{
	(void)state;
	try(probe_answers, 5000, ANSWER_YES, "as?");
	try(probe_hangs, 300, ANSWER_UNKNOWN, "no answer within 300 ms");
	try(probe_crashes, 5000, ANSWER_UNKNOWN, "the probe was ended by signal 9");
	try(probe_is_filtered, 5000, ANSWER_NO, "the system call filter ends whoever tries");
	try(probe_exits, 5000, ANSWER_UNKNOWN, "the probe ended without an answer");
	try(probe_says_nothing, 5000, ANSWER_UNKNOWN,
		"the probe gave no reason, which is a fault in it");
}

static void test_finding_add(void **state)
{
	struct finding finding = { 0 };

	(void)state;
	assert_true(finding_add(&finding, "a"));
	assert_true(finding_add(&finding, "b"));
	assert_string_equal(finding.text, "a, b");
	for (int i = 0; i < FINDING_MAX; i++)
		finding_add(&finding, "word");
	assert_in_range(strlen(finding.text), FINDING_MAX - 10, FINDING_MAX - 1);
	assert_false(finding_add(&finding, "word"));
}

static void look(const char *top, const char *below, enum answer answer, const char *text)
{
	struct finding finding = { 0 };

	limit_look(top, below, "pids.max", &finding);
	assert_string_equal(finding.text, text);
	assert_int_equal(finding.answer, answer);
}

static void test_limits(void **state)
{
	char top[64];
	int dfd = unit_dir_make(top);

	(void)state;
	assert_true(dfd >= 0);
	assert_int_equal(mkdirat(dfd, "a", 0700) | mkdirat(dfd, "a/b", 0700), 0);
	look(top, "/a/b", ANSWER_YES, "no pids.max");
	unit_file(dfd, "a/b/pids.max", "max\n", 0600);
	look(top, "/a/b", ANSWER_YES, "no pids.max");
	/* Of the group above. */
	unit_file(dfd, "a/pids.max", "100\n", 0600);
	look(top, "/a/b", ANSWER_NO, "pids.max 100");
	unit_file(dfd, "a/b/pids.max", "7\n", 0600);
	look(top, "/a/b", ANSWER_NO, "pids.max 7");
	/* The nearest of a namespace's: the host's groups above could have one. */
	assert_int_equal(unlinkat(dfd, "a/pids.max", 0) | unlinkat(dfd, "a/b/pids.max", 0), 0);
	unit_file(dfd, "cgroup.type", "domain\n", 0600);
	look(top, "/a/b", ANSWER_UNKNOWN,
		"the control groups above its own are not seen from here");
	look(top, "/../c", ANSWER_UNKNOWN, "its control group is not seen from here");
	look(top, "/gone", ANSWER_UNKNOWN, "its control group is not seen from here");
	look(top, "", ANSWER_UNKNOWN, "its control group is not seen from here");
	close(dfd);
	unit_dir_remove(top);
}

static void told(
	const struct audit_row *row, const char *limits, enum answer answer, const char *text)
{
	const struct audit audit = { .limits = limits };
	struct finding finding = { 0 };

	row->probe(&audit, &finding);
	assert_string_equal(finding.text, text);
	assert_int_equal(finding.answer, answer);
}

/* The first row is that of memory, the third that of processors. */
static void test_limits_told(void **state)
{
	static const char limits[] = "pids.max 2 pids.max 80\nmemory.max 2 memory.max 4096\n"
				     "cpu.max 1 no cpu.max\n";
	static const char roots[] = "root brought this process in, so its control group is root's";

	(void)state;
	told(&audit_limits[0], limits, ANSWER_NO, "memory.max 4096");
	told(&audit_limits[2], limits, ANSWER_YES, "no cpu.max");
	told(&audit_limits[0], "cpu.max 1 no cpu.max\n", ANSWER_UNKNOWN, roots);
	told(&audit_limits[0], "memory.max 7 x\n", ANSWER_UNKNOWN, roots);
	told(&audit_limits[0], "memory.max 2 \n", ANSWER_NO, "");
	told(&audit_limits[0], "", ANSWER_UNKNOWN, roots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_score),
		cmocka_unit_test(test_score_read),
		cmocka_unit_test(test_sentence),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_finding_add),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limits_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
