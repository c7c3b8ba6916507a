/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Memory that is given back all at once (see arena.h): a chain of blocks, out of which small pieces
 * are cut. A policy of many rules is a million small pieces, and a login waits for them.
 */
#include "config/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 65536

struct block {
	struct block *next;
	size_t size, used; /* of data */
	max_align_t data[];
};

struct arena {
	struct block *first; /* the one that pieces are cut out of */
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

static struct block *arena_add(struct arena *arena, size_t size)
{
	size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct block *block = calloc(1, sizeof *block + room);

	if (!block)
		return NULL;
	block->size = room;
	/* What is large has a block of its own, behind the one that is still being cut. */
	if (arena->first && size > ARENA_BLOCK / 4) {
		block->next = arena->first->next;
		arena->first->next = block;
	} else {
		block->next = arena->first;
		arena->first = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t align = sizeof(max_align_t);
	struct block *block = arena->first;
	void *piece;

	if (size > SIZE_MAX / 4)
		return NULL;
	size = (size + align - 1) / align * align;
	if (!block || block->size - block->used < size)
		block = arena_add(arena, size);
	if (!block)
		return NULL;
	piece = (char *)block->data + block->used;
	block->used += size;
	return piece;
}

const char *arena_text(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = arena_alloc(arena, size);

	return copy ? memcpy(copy, text, size) : NULL;
}
