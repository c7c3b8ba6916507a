/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The module's log (see tell.h).
 */
#include "pam_room/tell.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>

#include "lib/journal.h"
#include "lib/text.h"

void tell_reference(char buf[TELL_REFERENCE])
{
	/* None that looks like another one. */
	static const char letters[] = "23456789abcdefghijkmnpqrstuvwxyz";
	unsigned char bytes[TELL_REFERENCE - 1];
	struct timespec now;

	if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != sizeof bytes) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (unsigned char)(now.tv_nsec >> (5 * i));
	}
	for (size_t i = 0; i < sizeof bytes; i++)
		buf[i] = letters[bytes[i] % (sizeof letters - 1)];
	buf[sizeof bytes] = '\0';
}

void tell_log(const struct tell *tell)
{
	char text[1024], message[1200], priority[4], err[16] = "", user[128];

	/* Nothing that a client chose may look like another line of the log. */
	snprintf(user, sizeof user, "%s", tell->user);
	text_tame(user);
	snprintf(text, sizeof text, "user '%s' %s%s%s%s%s%s%s%s", user, tell->what, tell->reason,
		*tell->key ? ", room " : "", tell->key, *tell->rule ? ", by " : "", tell->rule,
		*tell->reference ? ", reference " : "", tell->reference);
	snprintf(message, sizeof message, "pam_room(%.64s:session): %s", tell->service, text);
	snprintf(priority, sizeof priority, "%d", tell->priority & 7);
	if (tell->err)
		snprintf(err, sizeof err, "%d", tell->err);
	const struct journal_field fields[] = {
		{ "MESSAGE", message },
		{ "PRIORITY", priority },
		{ "SYSLOG_FACILITY", "10" }, /* LOG_AUTHPRIV */
		{ "SYSLOG_IDENTIFIER", program_invocation_short_name },
		{ "ROOM", tell->key },
		{ "ROOM_USER", user },
		{ "ROOM_RULE", tell->rule },
		{ "ROOM_STEP", tell->step },
		{ "ROOM_REFERENCE", tell->reference },
		{ "ERRNO", err },
	};
	if (journal_send(fields, sizeof fields / sizeof fields[0]) < 0)
		pam_syslog(tell->pamh, tell->priority, "%s", text);
}
