/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the module asks the helper, and what the helper answers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record.h"
#include "lib/registry.h"
#include "lib/why.h"

#define ASK_BANNER_MAX 300

/* Strings are never NULL. In a decoded ask they point into the received bytes. */
struct ask {
	const char *user;
	uint32_t uid, gid;
	const char *home;    /* absolute, from NSS */
	const char *service; /* PAM_SERVICE */
	const char *tty;
	const char *rhost;
	const char *ccache; /* KRB5CCNAME of PAM's environment */
	bool rehearsal;     /* roomctl(8) only looks whether a session would open */
};

enum outcome {
	OUTCOME_REFUSED, /* why says why */
	OUTCOME_OUTSIDE, /* no room for this login */
	OUTCOME_CLOSED,  /* the policy lets nobody in here */
	OUTCOME_ENSURED, /* the room lives; its user manager will join by itself */
	OUTCOME_LET_OUT, /* no room could be opened, and the policy lets in all the same: why */
	OUTCOME_ROOM,    /* plan, RECORD_FD_KEEPER and RECORD_FD_LEASE follow */
	N_OUTCOMES,
};

struct answer {
	enum outcome outcome;
	struct why why;
	char key[REGISTRY_KEY_MAX];  /* the room's key, or empty */
	char rule[128];              /* "file:line" of the rule that decided, or empty */
	char banner[ASK_BANNER_MAX]; /* a line for who enters at a terminal, or empty */
	const void *plan;            /* an encoded plan (lib/plan.h) */
	size_t plan_len;
};

/* Encode into buf; return the length, or -EMSGSIZE when it does not fit. */
long ask_encode(const struct ask *ask, void *buf, size_t size);
long answer_encode(const struct answer *answer, void *buf, size_t size);

/* -EBADMSG for bytes that are no question, or no answer. */
int ask_decode(const void *data, size_t len, struct ask *ret, struct why *why);
int answer_decode(const void *data, size_t len, struct answer *ret, struct why *why);
