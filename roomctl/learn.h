/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What roomctl learn makes of the kernel's records: which calls, how often, and by whose processes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "roomctl/logged.h"

struct room_spec;

#define LEARN_NAME_MAX 40

struct learn_call {
	uint32_t arch, nr;         /* as the kernel reports them */
	char name[LEARN_NAME_MAX]; /* empty: no call up to Linux 7.0 has that number */
	unsigned int n;
	char program[LOGGED_PROGRAM_MAX]; /* the first that made it; any bytes */
	bool others;                      /* and another one has */
};

/* Whose records there are. */
enum learn_side { LEARN_OUTSIDE, LEARN_INSIDE, LEARN_UNSURE };

struct learn_user {
	uint32_t uid;
	enum learn_side side;
	unsigned int n;
	char name[64];
};

struct learn_stamp {
	uint64_t ms;
	uint32_t serial;
};

struct learned {
	/* Tells of a user when the first record comes; the name is filled in. */
	enum learn_side (*side)(uint32_t uid, char name[64], void *arg);
	void *arg;
	uint64_t since_ms; /* what is older does not count */
	uint64_t
		since_boot_ms; /* likewise, by the clock of the kernel's log, or somewhat earlier */
	bool kills;            /* the room ends processes: such records are its filter's too */

	struct learn_call *calls; /* of those inside, sorted by learn_sort() */
	size_t n_calls;
	struct learn_user *users;
	size_t n_users;
	struct learn_stamp *stamps; /* of the kernel's log, to know them again in auditd's */
	size_t n_stamps;
	bool again;                 /* what has one of them, sorted, has been counted */
	unsigned int n_inside;      /* records that count */
	unsigned int n_unlike;      /* what another answer of a filter left */
	unsigned int n_strange;     /* that are not understood */
	uint64_t first_ms, last_ms; /* of those that count */
	bool lost;                  /* the kernel said so */
	unsigned int n_lost;        /* as far as it gave a number */
	/* Likewise what it said since the last record: it says so before the next. */
	bool pending;
	unsigned int n_pending;
	/* The kernel writes that many lines in that time, the audit's and others together, and says
	 * how many it left out when it writes the next: of the last ones it has not. No time: as
	 * many as there are. */
	unsigned int burst, burst_ms;
	bool full;
	bool overwritten; /* its log does not reach back to what is asked for */
	bool late;        /* nor auditd's: older lines are in another file. Set before it is read */
	bool unread;      /* a log that is there could not be read */
	bool failed;      /* no memory */
};

/* Reads an open /dev/kmsg (not blocking), or lines up to the end. 0 or -errno. */
int learn_read_kmsg(int fd, struct learned *learned);
int learn_read_lines(int fd, struct learned *learned);

void learn_add(struct learned *learned, enum logged_kind kind, const struct logged *logged);
/* At the end of a log: what was lost since the last record counts. */
void learn_end(struct learned *learned);
void learn_sort(struct learned *learned);
/* Why something may be missing; NULL: nothing can. */
const char *learn_doubt(const struct learned *learned);
void learned_free(struct learned *learned);

/* The call's ABI as people call it, and whether it is that of such a kernel (AUDIT_ARCH_*). */
const char *learn_abi(const struct learn_call *call);
bool learn_is_native(const struct learn_call *call, uint32_t native);

/* Why syscalls.allow in that room would not let the call through; NULL: it would. */
const char *learn_hinders(
	const struct room_spec *spec, uint32_t native, const struct learn_call *call);

/* For people a block of policy, everything else in its comments; or JSON. sources names what was
 * read. */
void learn_print(const struct learned *learned, const struct room_spec *spec, const char *sources);
void learn_print_json(
	const struct learned *learned, const struct room_spec *spec, const char *sources, int code);
