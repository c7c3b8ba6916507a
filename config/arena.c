/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Memory that is given back all at once (see arena.h): a chain of blocks, each from calloc(3), so
 * that the tools which watch allocations see every one of them.
 */
#include "config/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	max_align_t data[];
};

struct arena {
	struct block *first;
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	while (arena && arena->first) {
		struct block *block = arena->first;

		arena->first = block->next;
		free(block);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = size < SIZE_MAX / 2 ? calloc(1, sizeof *block + size) : NULL;

	if (!block)
		return NULL;
	block->next = arena->first;
	arena->first = block;
	return block->data;
}

const char *arena_text(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = arena_alloc(arena, size);

	return copy ? memcpy(copy, text, size) : NULL;
}
