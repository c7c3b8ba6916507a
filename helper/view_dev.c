/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * /dev in a room's view (see view.h). The host's pseudo-terminals stay unless the policy caps
 * them: with a pool of its own a room calls its terminals by names that others have outside, and
 * who(1), wall(1) and su(1) take one for the other.
 */
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "helper/view.h"

#define DEV VIEW_STORE "/dev"

/* Nodes of the room's own, not copies: ptmx looks for its pts in the directory that it lies in. */
static const struct node {
	const char *path;
	unsigned int major, minor;
} nodes[] = {
	{ DEV "/null", 1, 3 },
	{ DEV "/zero", 1, 5 },
	{ DEV "/full", 1, 7 },
	{ DEV "/random", 1, 8 },
	{ DEV "/urandom", 1, 9 },
	{ DEV "/tty", 5, 0 },
	{ DEV "/ptmx", 5, 2 },
};

static const struct link {
	const char *path, *to;
} links[] = {
	{ DEV "/fd", "/proc/self/fd" },
	{ DEV "/stdin", "/proc/self/fd/0" },
	{ DEV "/stdout", "/proc/self/fd/1" },
	{ DEV "/stderr", "/proc/self/fd/2" },
};

static void lay_pts(struct view *view, const char *path)
{
	const uint64_t attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;

	if (view->spec->limits.ptys > 0) {
		struct mount_step *step = mount_add(view->list, MOUNT_DEVPTS, path);

		step->attrs = attrs;
		step->number = view->spec->limits.ptys;
	} else {
		mount_lay(view->list, "/dev/pts", path, attrs);
	}
}

static void lay_queues(struct view *view, const char *path)
{
	struct mount_step *step;

	if (!(view->spec->namespaces & ROOM_NS_IPC))
		return;
	step = mount_add(view->list, MOUNT_MQUEUE, path);
	step->attrs = VIEW_OWN | MOUNT_ATTR_NOEXEC;
	step->optional = true;
}

static void make_dev(struct view *view)
{
	struct mount_list *list = view->list;

	mount_dir(list, DEV, 0755);
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
		struct mount_step *step = mount_add(list, MOUNT_NODE, nodes[i].path);

		step->mode = 0666;
		step->number = makedev(nodes[i].major, nodes[i].minor);
	}
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		mount_add(list, MOUNT_LINK, links[i].path)->text = links[i].to;
	mount_dir(list, DEV "/pts", 0755);
	mount_dir(list, DEV "/shm", 01777);
	mount_dir(list, DEV "/mqueue", 0755);
	mount_add(list, MOUNT_SOCKET, DEV)->text = "/dev/log";
	for (size_t i = 0; i < view->spec->devices.n; i++)
		mount_add(list, MOUNT_DEVICES, DEV)->text = view->spec->devices.items[i];
	lay_pts(view, DEV "/pts");
	lay_queues(view, DEV "/mqueue");
	if (view->spec->tmp_kind == TMP_HOST)
		mount_lay(list, "/dev/shm", DEV "/shm", VIEW_OWN);
}

void view_lay_dev(struct view *view)
{
	if (view->spec->dev == DEV_MINIMAL) {
		make_dev(view);
		mount_lay(view->list, DEV, "/dev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)->again =
			MOUNT_NEVER;
		return;
	}
	if (view->spec->limits.ptys > 0)
		lay_pts(view, "/dev/pts");
	lay_queues(view, "/dev/mqueue");
}
