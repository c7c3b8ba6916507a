/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What other PAM modules were told, on its way to a policy of ours. Readers fill it; a meaning that
 * a policy cannot have goes to notes, with its line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct import {
	const char *file; /* that is read, and the line */
	unsigned int line;
	unsigned int n_lost;
	FILE *notes; /* comments, a line each */
	FILE *rooms; /* "name: { ... };" lines */
	FILE *first; /* rules, in the order in which they stand in the policy */
	FILE *middle;
	bool has_dirs;   /* there are directories of one's own, for everybody but those in first */
	bool only_some;  /* and for nobody but those in middle */
	char users[256]; /* of namespace.conf's last line */
	char size[32];   /* of /tmp as policies write it, or empty */
	unsigned int inodes; /* 0: not said */
};

/* Notes "FILE:LINE: ..., lost". */
void import_lost(struct import *import, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes the condition for these names, "@" marking groups: ` user = [ "a", "b" ];`. Names that no
 * policy can hold are noted as lost. groups: those with an "@" are meant, otherwise those without.
 * Returns how many were written; 0 writes nothing.
 */
unsigned int import_names(
	struct import *import, FILE *file, char *const *names, size_t n, bool groups);

/* One line, split at blanks. Of pam_namespace (namespace.conf(5)), of pam_cap
 * (capability.conf(5)). */
void import_namespace(struct import *import, char **words, size_t n);
void import_capability(struct import *import, char **words, size_t n);
