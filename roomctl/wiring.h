/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What "wired" means: which services get our line, the marked block it stands in, and the drop-ins
 * for units of systemd's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree;

#define WIRING_SERVICES 14
#define WIRING_DROPINS 2

/* In the order in which they are wired. */
extern const char *const wiring_services[WIRING_SERVICES];

/* A drop-in for a unit of systemd's (systemd.unit(5)). */
struct wiring_dropin {
	const char *unit; /* it is wanted where there is such a unit */
	const char *path;
	const char *text;
	const char *note;    /* what it does */
	const char *missing; /* what is so without it */
};

extern const struct wiring_dropin wiring_dropins[WIRING_DROPINS];

/* Whether the machine has that unit. */
bool wiring_wants(const struct tree *tree, const struct wiring_dropin *dropin);

/* Whether one of them is there, in whatever state. */
bool wiring_has_dropin(const struct tree *tree);

/* What a block says of its file. */
struct wiring_block {
	bool found;
	bool no_newline;   /* the file did not end in a newline before */
	bool is_copy;      /* roomctl made the file, a copy of the vendor's */
	uint64_t copy_sum; /* wiring_sum() of what was copied */
};

/* A check sum that tells a changed file from an unchanged one, nothing more. */
uint64_t wiring_sum(const char *text);

/* text with a block at its end, malloc'ed, or NULL. block: is_copy and copy_sum are written into
 * it. */
char *wiring_add(const char *text, const struct wiring_block *block);

/*
 * text without its block, byte for byte as wiring_add() got it. 0 with *ret malloc'ed; -EINVAL when
 * the marks are not as wiring_add() leaves them, -ENOMEM.
 */
int wiring_strip(const char *text, struct wiring_block *ret_block, char **ret);
