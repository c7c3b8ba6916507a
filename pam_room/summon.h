/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Runs the helper and hears its answer.
 */
#pragma once

#include "lib/ask.h"
#include "lib/record.h"

struct why;

/* What came back. answer points into bytes; the fds of record are the caller's (record_close()). */
struct reply {
	struct record record;
	struct answer answer;
	unsigned char bytes[RECORD_MAX];
};

/*
 * Asks the helper. Bounded in time; the helper has ended when this returns. Leaves nothing behind
 * in the calling process: no descriptor, no child, no signal, also when it fails.
 */
int summon_helper(const struct ask *ask, struct reply *ret, struct why *why);
