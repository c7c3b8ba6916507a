/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * How verbs speak (see out.h). For people everything goes through text_tame(), which leaves
 * printable ASCII; for programs json_string() escapes every control character, the C1 ones of UTF-8
 * included.
 */
#include "roomctl/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/text.h"
#include "roomctl/verb.h"

static const char *const report_words[N_REPORT_KINDS] = {
	[REPORT_OK] = "ok",
	[REPORT_PROBLEM] = "problem",
	[REPORT_UNKNOWN] = "unknown",
	[REPORT_CHANGED] = "changed",
	[REPORT_WOULD] = "would change",
	[REPORT_NOTE] = "note",
};

int table_add(struct table *table, const char *const *row)
{
	size_t n = table->n_cells + table->n_cols;
	char **grown = realloc(table->cells, n * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	table->cells = grown;
	for (size_t i = 0; i < table->n_cols; i++) {
		char *cell = strdup(row[i]);

		if (!cell) {
			while (i-- > 0)
				free(grown[table->n_cells + i]);
			return -ENOMEM;
		}
		text_tame(cell);
		grown[table->n_cells + i] = cell;
	}
	table->n_cells = n;
	return 0;
}

static size_t table_width(const struct table *table, size_t col)
{
	size_t width = strlen(table->heads[col]);

	for (size_t i = col; i < table->n_cells; i += table->n_cols)
		if (strlen(table->cells[i]) > width)
			width = strlen(table->cells[i]);
	return width;
}

/* Cells are padded up to the last one that is not empty: no line ends in spaces. */
static void table_print_row(const struct table *table, const char *const *row, FILE *file)
{
	size_t last = table->n_cols;

	while (last > 1 && row[last - 1][0] == '\0')
		last--;
	for (size_t i = 0; i + 1 < last; i++)
		fprintf(file, "%-*s  ", (int)table_width(table, i), row[i]);
	fprintf(file, "%s\n", row[last - 1]);
}

void table_print(const struct table *table, FILE *file)
{
	table_print_row(table, table->heads, file);
	for (size_t i = 0; i < table->n_cells; i += table->n_cols)
		table_print_row(table, (const char *const *)table->cells + i, file);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->n_cells = 0;
}

/* Length of the UTF-8 sequence at s and its code point; 0 when it is none (RFC 3629). */
static size_t utf8_take(const unsigned char *s, unsigned int *ret_point)
{
	static const struct {
		unsigned char mask, lead;
		unsigned int least;
	} rows[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };

	for (size_t len = 1; len <= 4; len++) {
		unsigned int point = s[0] & (unsigned int)~rows[len - 1].mask & 0xff;
		size_t i = 1;

		if ((s[0] & rows[len - 1].mask) != rows[len - 1].lead)
			continue;
		for (; i < len && (s[i] & 0xc0) == 0x80; i++)
			point = point << 6 | (s[i] & 0x3f);
		if (i < len || point < rows[len - 1].least || point > 0x10ffff ||
			(point >= 0xd800 && point <= 0xdfff))
			return 0;
		*ret_point = point;
		return len;
	}
	return 0;
}

void json_string(FILE *file, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	putc('"', file);
	while (*at) {
		unsigned int point = 0;
		size_t len = utf8_take(at, &point);

		if (len == 0)
			fputs("\\ufffd", file);
		else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
			fprintf(file, "\\u%04x", point);
		else if (point == '"' || point == '\\')
			fprintf(file, "\\%c", (int)point);
		else
			fwrite(at, 1, len, file);
		at += len ? len : 1;
	}
	putc('"', file);
}

void report_line(struct report *report, enum report_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	report->n[kind]++;
	if (report->json) {
		printf("%s{\"kind\": ", report->begun ? ",\n  " : "{\"lines\": [\n  ");
		json_string(stdout, report_words[kind]);
		fputs(", \"text\": ", stdout);
		json_string(stdout, text);
		fputs("}", stdout);
	} else {
		text_tame(text);
		printf("%s: %s\n", report_words[kind], text);
	}
	report->begun = true;
}

int report_end(struct report *report)
{
	int code = report->n[REPORT_PROBLEM] ? EXIT_NO :
		report->n[REPORT_UNKNOWN]    ? EXIT_CANNOT_TELL :
					       EXIT_YES;

	if (report->json)
		printf("%s], \"exit\": %d}\n", report->begun ? "\n" : "{\"lines\": [", code);
	return code;
}

void complain(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	text_tame(text);
	fprintf(stderr, "roomctl: %s\n", text);
}
