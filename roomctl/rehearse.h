/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Would a login get in? A session is opened by libpam, with the installed module and nothing else
 * in its stack, and closed at once; its room is nobody else's and ends with it (helper/rehearse.h).
 */
#pragma once

#include "lib/registry.h"
#include "lib/why.h"

struct report;
struct tree;

struct rehearsal {
	const char *user, *service, *tty, *from; /* as PAM would be told; tty and from may be "" */
	char key[REGISTRY_KEY_MAX];              /* the room that it was in; empty: outside */
	char said[200];                          /* what the user would have read, or empty */
	struct why why;
};

/*
 * Opens and closes one, bounded in time, by root only. 0, or -errno with why: the user would not
 * get in, or not to a shell.
 */
int rehearse(struct rehearsal *rehearsal);

/*
 * One for root, for the caller by each service that leads elsewhere, and one for each rule of the
 * installed policy that leads into a room, with the first account that it leads there now. What
 * fails is a problem in the report; a rule for which there was nobody, or no time, a note.
 */
void rehearse_all(const struct tree *tree, struct report *report);

/* Whether this process could: who is in a room himself opens sessions in there only. */
bool rehearse_can(void);
