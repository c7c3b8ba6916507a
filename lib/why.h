/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The reason object. Every function that can fail returns 0 or -errno, and where an operator must
 * read the reason it takes a struct why last. Fixed size, on the caller's stack, never allocates:
 * it can be filled on ENOMEM, inside somebody else's process, and sent over a socket as it is.
 */
#pragma once

#include <stddef.h>

struct why {
	int err;       /* errno value; 0: the text says it all */
	char step[32]; /* what was being done, one or two words: "join room" */
	char text[256];
};

/*
 * Records a reason and returns -err (-EINVAL when err is 0), so that callers can write
 * `return why_set(...)`. why may be NULL. Text is lower case, without a full stop; bytes that could
 * break a log line are replaced by '?'.
 */
int why_set(struct why *why, int err, const char *step, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* "step: text: strerror" into buf, always terminated; returns buf. */
const char *why_print(const struct why *why, char *buf, size_t size);
