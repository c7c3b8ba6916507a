/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * One entry for systemd's journal, by its native protocol: a datagram of NAME=VALUE lines
 * (systemd.journal-fields(7)). Nothing is linked for it, allocated or waited for.
 */
#pragma once

#include <stddef.h>

struct journal_field {
	const char *name; /* of capitals and _ */
	const char
		*value; /* control bytes become '?', so that it stays one line; NULL or "": none */
};

/* 0, or -errno: -ENOENT where there is no journal, -EMSGSIZE for more than some two thousand bytes.
 */
int journal_send(const struct journal_field *fields, size_t n);
