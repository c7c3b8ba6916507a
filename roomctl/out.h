/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * How verbs speak: tables and lines for people, JSON for programs. Whatever is printed may have
 * come from a file somebody else wrote, so no control byte ever reaches the terminal as it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A table for people; cells are copied. Start with { .heads = ..., .n_cols = ... }. */
#define TABLE_COLUMNS_MAX 16
struct table {
	const char *const *heads;
	size_t n_cols; /* at most TABLE_COLUMNS_MAX */
	char **cells;
	size_t n_cells;
};

/* Adds a row of n_cols cells. 0 or -ENOMEM. */
int table_add(struct table *table, const char *const *row);
void table_print(const struct table *table, FILE *file);
void table_free(struct table *table);

enum report_kind {
	REPORT_OK,
	REPORT_PROBLEM,
	REPORT_UNKNOWN,
	REPORT_CHANGED,
	REPORT_WOULD,
	REPORT_NOTE,
	REPORT_WARNING,
	N_REPORT_KINDS,
};

/* What a verb found or did, one line each. Start with { .json = ... }, end with report_end(). */
struct report {
	bool json;
	unsigned int n[N_REPORT_KINDS]; /* lines of each kind so far */
	bool begun;
};

/* Prints one line, "kind: text". */
void report_line(struct report *report, enum report_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake of a policy as such a line; programs get its place in members of their own. */
struct complaint;
void report_complaint(
	struct report *report, enum report_kind kind, const struct complaint *complaint);

/* Prints the end and returns the exit code: no if there was a problem, else cannot tell, else
 * yes. */
int report_end(struct report *report);

/* Prints text as a JSON string. Bytes that are no UTF-8 become U+FFFD. */
void json_string(FILE *file, const char *text);

/* before, "name": "value"; a value of NULL is null. */
void json_member(FILE *file, const char *before, const char *name, const char *value);

/* "file:line", or the empty string for what no file says. Returns buf. */
struct place;
const char *place_print(const struct place *place, char *buf, size_t size);

/* One tamed line to stdout, an answer for people. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One tamed line to stderr, for what is not an answer. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
