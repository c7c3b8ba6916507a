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

#include "config/complaint.h"
#include "config/policy.h"
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
	[REPORT_WARNING] = "warning",
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
static void table_print_row(
	const struct table *table, const size_t *widths, const char *const *row, FILE *file)
{
	size_t last = table->n_cols;

	while (last > 1 && row[last - 1][0] == '\0')
		last--;
	for (size_t i = 0; i + 1 < last; i++)
		fprintf(file, "%-*s  ", (int)widths[i], row[i]);
	fprintf(file, "%s\n", row[last - 1]);
}

void table_print(const struct table *table, FILE *file)
{
	size_t widths[TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->n_cols; i++)
		widths[i] = table_width(table, i);
	table_print_row(table, widths, table->heads, file);
	for (size_t i = 0; i < table->n_cells; i += table->n_cols)
		table_print_row(table, widths, (const char *const *)table->cells + i, file);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->n_cells = 0;
}

void json_string(FILE *file, const char *text)
{
	const char *at = text;

	putc('"', file);
	while (*at) {
		unsigned int point = 0;
		size_t len = text_utf8(at, 4, &point);

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

void json_member(FILE *file, const char *before, const char *name, const char *value)
{
	fprintf(file, "%s\"%s\": ", before, name);
	if (value)
		json_string(file, value);
	else
		fputs("null", file);
}

/* The line, but for its end in JSON. */
static void report_begin(struct report *report, enum report_kind kind, char *text)
{
	report->n[kind]++;
	if (report->json) {
		json_member(stdout, report->begun ? ",\n  {" : "{\"lines\": [\n  {", "kind",
			report_words[kind]);
		json_member(stdout, ", ", "text", text);
	} else {
		text_tame(text);
		printf("%s: %s\n", report_words[kind], text);
	}
	report->begun = true;
}

void report_line(struct report *report, enum report_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	report_begin(report, kind, text);
	if (report->json)
		fputs("}", stdout);
}

void report_complaint(
	struct report *report, enum report_kind kind, const struct complaint *complaint)
{
	char text[1024];

	complaint_print(complaint, text, sizeof text);
	report_begin(report, kind, text);
	if (!report->json)
		return;
	json_member(stdout, ", ", "file", complaint->file);
	printf(", \"line\": %u, \"column\": %u", complaint->line, complaint->column);
	json_member(stdout, ", ", "says", complaint->text);
	fputs("}", stdout);
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

const char *place_print(const struct place *place, char *buf, size_t size)
{
	snprintf(buf, size, "%s:%u", place->file ? place->file : "", place->line);
	if (place->line == 0)
		buf[0] = '\0';
	return buf;
}

void say(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	text_tame(text);
	puts(text);
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
