/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Memory that is given back all at once: what a policy consists of has one life.
 */
#pragma once

#include <stddef.h>

struct arena;

/* An empty arena, or NULL. arena_free() accepts NULL. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory that lives as long as the arena, or NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of the text, or NULL. */
const char *arena_text(struct arena *arena, const char *text);
