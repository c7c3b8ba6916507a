/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * How an audit is told (see audit.h).
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "roomctl/audit.h"
#include "roomctl/out.h"

#define PRINT_COLUMNS 96
#define PRINT_INDENT 8
#define SENTENCE_MAX (FINDING_MAX + 300)

/* The sentence with what was found in the place of its %s; "(%s)" goes when there is nothing. */
const char *audit_sentence(
	const struct audit_row *row, const struct finding *finding, char *buf, size_t size)
{
	const char *text = finding->answer == ANSWER_YES ? row->yes : row->no;
	const char *at = strstr(text, "%s");

	if (finding->answer == ANSWER_UNKNOWN)
		snprintf(buf, size, "It cannot be told: %s.", finding->text);
	else if (!at)
		snprintf(buf, size, "%s", text);
	else if (!finding->text[0] && at - text >= 2 && at[-1] == '(')
		snprintf(buf, size, "%.*s%s", (int)(at - text - 2), text, at + 3);
	else
		snprintf(buf, size, "%.*s%s%s", (int)(at - text), text, finding->text, at + 2);
	return buf;
}

/* Words up to the edge, and further lines under the first. */
static void print_wrapped(const char *first, const char *text)
{
	size_t column = PRINT_INDENT;
	char line[SENTENCE_MAX + 200], *rest = line, *word;

	snprintf(line, sizeof line, "%s", text);
	text_tame(line);
	printf("%-*s", PRINT_INDENT, first);
	while ((word = strsep(&rest, " "))) {
		size_t len = strlen(word);

		if (column + len + 1 > PRINT_COLUMNS && column > PRINT_INDENT) {
			printf("\n%*s", PRINT_INDENT, "");
			column = PRINT_INDENT;
		}
		printf("%s%s", column > PRINT_INDENT ? " " : "", word);
		column += len + (column > PRINT_INDENT);
	}
	putchar('\n');
}

static void print_points(const char *before, unsigned int points, unsigned int most)
{
	printf("%s%u.%02u of %u.%02u", before, points / 100, points % 100, most / 100, most % 100);
}

static void print_row(const struct audit_row *row, const struct finding *finding)
{
	static const char *const marks[N_ANSWERS] = {
		[ANSWER_YES] = "  open", [ANSWER_NO] = "  -", [ANSWER_UNKNOWN] = "  ?"
	};
	char sentence[SENTENCE_MAX], text[SENTENCE_MAX + 200];

	print_wrapped(
		marks[finding->answer], audit_sentence(row, finding, sentence, sizeof sentence));
	if (finding->answer != ANSWER_YES)
		return;
	snprintf(text, sizeof text, "[%s%s%s] close it: %s", row->id, row->doors[0] ? " " : "",
		row->doors, row->close);
	print_wrapped("", text);
}

static const char *user_name(void)
{
	const struct passwd *found = getpwuid(geteuid());

	return found ? found->pw_name : "?";
}

void audit_print(const struct audit *audit, const struct findings *findings)
{
	const struct finding *at = findings->list;
	unsigned int score = score_all(findings, false), known = score_all(findings, true);

	say("%s, uid %u, %s%s: what this session may do, each answered by trying", user_name(),
		geteuid(), audit->key[0] ? "in room " : "in no room", audit->key);
	for (size_t i = 0; i < AUDIT_PARTS; i++) {
		const struct audit_part *part = &audit_parts[i];

		printf("\n%s: ", part->title);
		print_points("closed ", score_part(part, at, false), score_most(part));
		putchar('\n');
		for (size_t j = 0; j < *part->n_rows; j++)
			print_row(&part->rows[j], at++);
	}
	printf("\nscore %u.%u of 10", score / 100, score % 100 / 10);
	if (known > score)
		printf(", and up to %u.%u if what cannot be told is closed", known / 100,
			known % 100 / 10);
	putchar('\n');
}

static void print_json_row(
	const struct audit_part *part, const struct audit_row *row, const struct finding *finding)
{
	char sentence[SENTENCE_MAX];

	json_member(stdout, "{", "id", row->id);
	json_member(stdout, ", ", "part", part->name);
	json_member(stdout, ",\n   ", "question", row->question);
	json_member(stdout, ", ", "answer", answer_words[finding->answer]);
	json_member(
		stdout, ",\n   ", "says", audit_sentence(row, finding, sentence, sizeof sentence));
	json_member(stdout, ", ", "found", finding->text);
	printf(", \"points\": %u.%02u, \"most\": %u.%02u",
		finding->answer == ANSWER_NO ? row->weight / 100 : 0,
		finding->answer == ANSWER_NO ? row->weight % 100 : 0, row->weight / 100,
		row->weight % 100);
	json_member(stdout, ",\n   ", "doors", row->doors);
	json_member(stdout, ", ", "close", row->close);
	fputs("}", stdout);
}

void audit_print_json(const struct audit *audit, const struct findings *findings, int code)
{
	const struct finding *at = findings->list;
	unsigned int score = score_all(findings, false), known = score_all(findings, true);

	json_member(stdout, "{", "user", user_name());
	printf(", \"uid\": %u", geteuid());
	json_member(stdout, ", ", "room", audit->key[0] ? audit->key : NULL);
	fputs(", \"rows\": [", stdout);
	for (size_t i = 0; i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows; j++) {
			fputs(at > findings->list ? ",\n  " : "\n  ", stdout);
			print_json_row(&audit_parts[i], &audit_parts[i].rows[j], at++);
		}
	fputs("\n], \"parts\": {", stdout);
	at = findings->list;
	for (size_t i = 0; i < AUDIT_PARTS; i++) {
		unsigned int points = score_part(&audit_parts[i], at, false);

		printf("%s\"%s\": %u.%02u", i ? ", " : "", audit_parts[i].name, points / 100,
			points % 100);
		at += *audit_parts[i].n_rows;
	}
	printf("}, \"score\": %u.%02u, \"score_at_most\": %u.%02u, \"exit\": %d}\n", score / 100,
		score % 100, known / 100, known % 100, code);
}

void audit_print_lines(const struct findings *findings)
{
	const struct finding *at = findings->list;
	char sentence[SENTENCE_MAX];

	for (size_t i = 0; i < AUDIT_PARTS; i++)
		for (size_t j = 0; j < *audit_parts[i].n_rows; j++, at++)
			printf("%s\t%s\t%s\n", audit_parts[i].rows[j].id, answer_words[at->answer],
				audit_sentence(
					&audit_parts[i].rows[j], at, sentence, sizeof sentence));
}
