/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The records that the kernel leaves of calls which a filter names (seccomp(2), SECCOMP_RET_LOG):
 * one line each, in its log or in auditd's. Pure: text in, numbers out.
 *
 * A user chooses the name of a program, and with it bytes of the record. The kernel writes names
 * with a blank, a quote or a control character in hexadecimal digits, so that they make no field of
 * their own; and a record counts only where the kernel's own text begins: at the beginning of a
 * line, behind the front that /dev/kmsg, dmesg(1) or the journal gives it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum logged_form {
	LOGGED_KMSG, /* one read of /dev/kmsg (Documentation/ABI/testing/dev-kmsg) */
	LOGGED_TEXT, /* a line of auditd's log, of dmesg(1) or of journalctl -k */
};

enum logged_kind {
	LOGGED_OTHER,   /* nothing that is looked for */
	LOGGED_RECORD,  /* all of it is filled in */
	LOGGED_LOST,    /* the kernel says that records were lost: lost of them, 0 when it is not
			   known */
	LOGGED_STRANGE, /* such a record, it seems, but not as it should be or where */
};

#define LOGGED_PROGRAM_MAX 256

struct logged {
	uint64_t sequence; /* of LOGGED_KMSG: messages before it since the machine came up */
	uint64_t boot_ms;  /* of LOGGED_KMSG: when, by the log's own clock */
	bool audit;        /* the audit wrote it into the kernel's log, be it of this type or not */
	bool limited;      /* the kernel counts it with the audit's lines, and writes so many */
	uint64_t ms;       /* when, since 1970; 0: it is not told. Of all that the audit writes */
	uint32_t serial;   /* with ms, no two records have the same */
	uint32_t auid, uid;
	uint32_t arch, nr, code; /* AUDIT_ARCH_*, the call's number, SECCOMP_RET_* */
	uint32_t lost;
	/* The file that ran, or the process's name where it is not known; any bytes, cut short. */
	char program[LOGGED_PROGRAM_MAX];
};

/* Cuts up the line. */
enum logged_kind logged_parse(char *line, enum logged_form form, struct logged *ret);
