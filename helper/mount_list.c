/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A list of mount steps (see mount_list.h).
 */
#include "helper/mount_list.h"

#include <stdio.h>

void mount_list_init(struct mount_list *list)
{
	list->n = list->n_slots = 0;
	list->text_len = 0;
	list->full = false;
}

struct mount_step *mount_add(struct mount_list *list, enum mount_op op, const char *path)
{
	struct mount_step *step = &list->steps[list->n];

	/* More than there is room for is told in the end, not cut. */
	if (list->n < MOUNT_STEPS_MAX && path)
		list->n++;
	else
		list->full = true;
	*step = (struct mount_step){ .op = op, .path = path, .owner = MOUNT_ANYBODY };
	return step;
}

struct mount_step *mount_take(struct mount_list *list, const char *path, uint64_t attrs)
{
	struct mount_step *step = mount_add(list, MOUNT_TAKE, path);

	if (list->n_slots < MOUNT_SLOTS)
		step->slot = list->n_slots++;
	else
		list->full = true;
	step->attrs = attrs;
	return step;
}

const struct mount_step *mount_taken(const struct mount_list *list, unsigned int slot)
{
	for (size_t i = list->n; i > 0; i--)
		if (list->steps[i - 1].op == MOUNT_TAKE && list->steps[i - 1].slot == slot)
			return &list->steps[i - 1];
	return NULL;
}

struct mount_step *mount_put(struct mount_list *list, unsigned int slot, const char *path)
{
	const struct mount_step *take = mount_taken(list, slot);
	struct mount_step *step = mount_add(list, MOUNT_PUT, path);

	step->slot = slot;
	if (take) {
		step->source = take->path;
		step->source_attrs = take->attrs;
		step->source_file = take->file;
	}
	return step;
}

void mount_dir(struct mount_list *list, const char *path, mode_t mode)
{
	mount_add(list, MOUNT_DIR, path)->mode = mode;
}

struct mount_step *mount_lay(
	struct mount_list *list, const char *from, const char *to, uint64_t attrs)
{
	struct mount_step *step = mount_take(list, from, attrs);

	step->optional = true;
	step = mount_put(list, step->slot, to);
	step->optional = true;
	list->n_slots--; /* the next one may have the slot */
	return step;
}

const char *mount_join(struct mount_list *list, const char *a, const char *b)
{
	size_t left = sizeof list->text - list->text_len;
	char *text = list->text + list->text_len;
	int len = snprintf(text, left, "%s%s", a, b);

	if (len < 0 || (size_t)len >= left) {
		list->full = true;
		return NULL;
	}
	list->text_len += (size_t)len + 1;
	return text;
}
