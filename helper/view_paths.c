/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the policy names in a room's view (see view.h). Sources are taken from the host's tree,
 * before the walls lie over it; what is to be read-only or closed is looked for in the room's view
 * when that stands, and what is not to be seen there needs nothing.
 */
#include <string.h>
#include <sys/mount.h>

#include "helper/view.h"

bool view_is_writable(const struct view *view, const char *path)
{
	for (size_t i = 0; i < view->spec->writable.n; i++)
		if (strcmp(view->spec->writable.items[i], path) == 0)
			return true;
	return false;
}

void view_take_paths(struct view *view)
{
	const struct room_spec *spec = view->spec;

	view->bind_slot = view->list->n_slots;
	for (size_t i = 0; i < spec->binds.n; i++)
		mount_take(view->list, spec->binds.items[i].source,
			view_nosuid(view) |
				(spec->binds.items[i].read_only ? MOUNT_ATTR_RDONLY : 0));
	view->writable_slot = view->list->n_slots;
	for (size_t i = 0; i < spec->writable.n; i++)
		mount_take(view->list, spec->writable.items[i], view_nosuid(view));
}

static void put_path(struct view *view, size_t slot, const char *path)
{
	struct mount_step *step = mount_put(view->list, (unsigned int)slot, path);

	step->again = MOUNT_FROM_HOST;
	step->late = true;
}

void view_put_paths(struct view *view)
{
	const struct room_spec *spec = view->spec;
	struct mount_list *list = view->list;

	for (size_t i = 0; i < spec->binds.n; i++)
		put_path(view, view->bind_slot + i, spec->binds.items[i].target);
	for (size_t i = 0; i < spec->read_only.n; i++)
		mount_lay(
			list, spec->read_only.items[i], spec->read_only.items[i], MOUNT_ATTR_RDONLY)
			->again = MOUNT_FROM_ROOM;
	for (size_t i = 0; i < spec->writable.n; i++)
		put_path(view, view->writable_slot + i, spec->writable.items[i]);
	for (size_t i = 0; i < spec->no_entry.n; i++)
		view_mask(view, spec->no_entry.items[i]);
}
