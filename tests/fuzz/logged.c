/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any text as a line of the kernel's log, and any name as that of a program which the kernel writes
 * into a record: the name comes back, and makes nothing else.
 */
#include "roomctl/logged.c"

#include <stdio.h>

#include "tests/fuzz/fuzz.h"

/* What is a record says so where the kernel says it. */
static void try_line(const char *text, enum logged_form form)
{
	struct logged logged;
	char line[4096], front[160];
	const char *at;

	strcpy(line, text);
	if (logged_parse(line, form, &logged) != LOGGED_RECORD)
		return;
	must(memchr(logged.program, '\0', sizeof logged.program) != NULL);
	snprintf(front, sizeof front, "%03u:%u): auid=%u uid=%u gid=", (unsigned)(logged.ms % 1000),
		logged.serial, logged.auid, logged.uid);
	/* A host may be called so too. */
	for (at = text; (at = strstr(at, "audit(")); at++) {
		const char *ms = strchr(at, '.');

		if (ms && strncmp(ms + 1, front, strlen(front)) == 0)
			return;
	}
	must(0);
}

/* As audit_log_untrustedstring() does. */
static void encode(const char *name, char *buf, size_t size)
{
	bool plain = true;

	for (const char *at = name; *at; at++)
		plain &= *at > ' ' && *at < 0x7f && *at != '"';
	if (plain) {
		snprintf(buf, size, "\"%s\"", name);
		return;
	}
	for (; *name; name++, buf += 2, size -= 2)
		snprintf(buf, size, "%02X", (unsigned char)*name);
}

static void try_name(const char *name)
{
	struct logged logged;
	char encoded[8200], line[8400];

	encode(name, encoded, sizeof encoded);
	snprintf(line, sizeof line,
		"[1.0] audit: type=1326 audit(1.002:3): auid=1 uid=2 gid=3 ses=4 subj=a pid=5 "
		"comm=%.60s "
		"exe=%s sig=0 arch=c000003e syscall=7 compat=0 ip=0x8 code=0x7ffc0000",
		"\"x\"", encoded);
	must(logged_parse(line, LOGGED_TEXT, &logged) == LOGGED_RECORD);
	must(logged.uid == 2 && logged.nr == 7 && logged.code == 0x7ffc0000);
	must(strncmp(logged.program, *name ? name : "x", sizeof logged.program - 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096];

	as_text(data, size, text, sizeof text);
	try_line(text, LOGGED_TEXT);
	try_line(text, LOGGED_KMSG);
	text[LOGGED_PROGRAM_MAX + 100] = '\0';
	try_name(text);
	return 0;
}
