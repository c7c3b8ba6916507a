/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a session may do, told by trying it from inside: the questions as tables, one row each, and
 * what comes of asking them. No row reads a policy, and none may do harm: each runs in a process of
 * its own with a time limit, changes nothing that another process can see, and never carries out a
 * call that would (audit_probes_*.c say how for each).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/registry.h"
#include "roomctl/elevate.h"

enum answer {
	ANSWER_UNKNOWN, /* a row that says nothing has not told */
	ANSWER_YES,
	ANSWER_NO,
	N_ANSWERS,
};

#define FINDING_MAX 600

/* What a row found. text: with "yes" what there is, with "no" at most why, with "cannot tell" the
 * reason, which must be given. */
struct finding {
	enum answer answer;
	char text[FINDING_MAX];
};

/* What rows know of the session, gathered once. */
struct audit {
	char key[REGISTRY_KEY_MAX]; /* the room's, or empty: this is no room */
	uid_t user;                 /* who asks; of what sudo made root of, the user */
	/* Root brought this process in, whose control group is root's, and says of the room's: a
	 * line for each limit, "memory.max ANSWER TEXT". NULL: nobody did. */
	const char *limits;
	struct survey survey; /* programs that elevate */
};

/*
 * One question. Yes is the door's side: what is "no" is refused, and gives the row's weight. yes
 * and no are whole sentences; a %s in them is what the row found.
 */
struct audit_row {
	const char *id;
	const char *question;
	unsigned int weight; /* in hundredths of a point; 0: refused to users outside too */
	const char *doors;   /* numbers in doc/doors.md, with blanks between; or "" */
	void (*probe)(const struct audit *audit, struct finding *finding);
	const char *yes, *no;
	const char *close; /* how an administrator closes it: keys of room.conf(5) */
};

struct audit_part {
	const char *name, *title;
	const struct audit_row *rows;
	const size_t *n_rows;
};

#define AUDIT_PARTS 6
extern const struct audit_part audit_parts[AUDIT_PARTS];

extern const struct audit_row audit_elevate[], audit_kernel[], audit_others[], audit_machine[],
	audit_services[], audit_limits[];
extern const size_t audit_n_elevate, audit_n_kernel, audit_n_others, audit_n_machine,
	audit_n_services, audit_n_limits;

#define AUDIT_ROWS_MAX 96

/* All findings, in the order of the parts and their rows. */
struct findings {
	struct finding list[AUDIT_ROWS_MAX];
	size_t n;
};

/* Answers of a row's probe. fmt is the finding's text; NULL: none. Cannot tell wants a reason. */
void finding_set(struct finding *finding, enum answer answer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds "word" to the text, with a comma before when it is not the first; false: no room for it. */
bool finding_add(struct finding *finding, const char *word);

/*
 * Runs one probe in a process of its own, ms at most. A process that its filter ends was refused:
 * no. One that does not answer in time, or ends otherwise, cannot tell, and the reason says so.
 */
void finding_try(
	const struct audit_row *row, const struct audit *audit, int ms, struct finding *ret);

/* Asks every row. */
void findings_ask(const struct audit *audit, struct findings *ret);

/* The points of a part, in hundredths: of the rows that say no; with unknown those that cannot tell
 * are counted in. findings begins with the part's first row. */
unsigned int score_part(
	const struct audit_part *part, const struct finding *findings, bool unknown);

/* The same of all parts, 0 to SCORE_FULL, and the most that a part can have. */
#define SCORE_FULL 1000
unsigned int score_all(const struct findings *findings, bool unknown);
unsigned int score_most(const struct audit_part *part);

/* "7" or "7.5", 0 to 10, in hundredths; -1 for anything else. */
int score_read(const char *text);

/* The sentence of a row and its answer. Returns buf. */
const char *audit_sentence(
	const struct audit_row *row, const struct finding *finding, char *buf, size_t size);

/* For people, for programs, and one line a row (id, answer, sentence; tabs between) for scripts. */
void audit_print(const struct audit *audit, const struct findings *findings);
void audit_print_json(const struct audit *audit, const struct findings *findings, int code);
void audit_print_lines(const struct findings *findings);

extern const char *const answer_words[N_ANSWERS];
