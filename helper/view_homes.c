/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Homes in a room's view (see view.h): the user's own alone, in otherwise empty and read-only
 * directories; or all of them, as they are.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "helper/view.h"

/* Where a home may be whose neighbours are no homes: nothing is hidden there. */
static const struct no_homes {
	const char *path;
	bool below; /* nor anywhere below it */
} no_homes[] = {
	{ "", false },
	{ "/bin", true },
	{ "/boot", true },
	{ "/dev", true },
	{ "/etc", true },
	{ "/lib", true },
	{ "/media", false },
	{ "/mnt", false },
	{ "/opt", false },
	{ "/proc", true },
	{ "/root", true },
	{ "/run", true },
	{ "/sbin", true },
	{ "/srv", false },
	{ "/sys", true },
	{ "/tmp", true },
	{ "/usr", true },
	{ "/var", false },
	{ "/var/cache", true },
	{ "/var/lib", true },
	{ "/var/log", true },
	{ "/var/mail", true },
	{ "/var/run", true },
	{ "/var/spool", true },
	{ "/var/tmp", true },
	{ "/var/www", true },
};

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* An absolute path without "//", "." and "..", and not the root itself. */
static bool is_plain(const char *path)
{
	size_t len;

	if (path[0] != '/' || !path[1] || strlen(path) >= 1024)
		return false;
	while (*path) {
		if (*path++ != '/')
			return false;
		len = strcspn(path, "/");
		if (len == 0 || len > NAME_MAX || (len == 1 && path[0] == '.') ||
			(len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += len;
	}
	return true;
}

/* The directory that holds this home and others, or NULL when it holds other things too. */
static const char *home_root(struct mount_list *list, const char *home)
{
	char root[PATH_MAX];

	if (is_below(home, "/home"))
		return "/home";
	snprintf(root, sizeof root, "%.*s", (int)(strrchr(home, '/') - home), home);
	for (size_t i = 0; i < sizeof no_homes / sizeof no_homes[0]; i++)
		if (strcmp(root, no_homes[i].path) == 0 ||
			(no_homes[i].below && is_below(root, no_homes[i].path)))
			return NULL;
	return mount_join(list, root, "");
}

void view_take_home(struct view *view)
{
	const char *home = view->facts->home;
	struct mount_step *step;

	if (is_plain(home) && view->spec->homes == HOMES_HIDDEN)
		view->homes = home_root(view->list, home);
	view->has_home = view->homes || (is_plain(home) && view->spec->system == SYSTEM_READ_ONLY);
	if (!view->has_home)
		return;
	step = mount_take(view->list, home, view_nosuid(view));
	step->owner = view->facts->uid;
	step->group = view->facts->gid;
	step->optional = true;
	view->home_slot = step->slot;
}

/* Makes, below dir, the directories that the home goes through after its root. */
static void make_way(struct view *view, const char *dir)
{
	const char *from = view->facts->home + strlen(view->homes), *at = from;
	char part[PATH_MAX];

	while (*at) {
		at += 1 + strcspn(at + 1, "/");
		snprintf(part, sizeof part, "%.*s", (int)(at - from), from);
		mount_dir(view->list, mount_join(view->list, dir, part), 0755);
	}
}

static bool is_elsewhere(const struct view *view)
{
	return view->homes && strcmp(view->homes, "/home") != 0;
}

void view_store_homes(struct view *view)
{
	if (view->spec->homes != HOMES_HIDDEN)
		return;
	mount_dir(view->list, VIEW_STORE "/home", 0755);
	if (is_elsewhere(view))
		mount_dir(view->list, VIEW_STORE "/homes", 0755);
	if (view->homes)
		make_way(view, is_elsewhere(view) ? VIEW_STORE "/homes" : VIEW_STORE "/home");
}

void view_put_homes(struct view *view)
{
	const uint64_t attrs = VIEW_OWN | MOUNT_ATTR_RDONLY;
	struct mount_step *step;

	if (view->spec->homes == HOMES_HIDDEN)
		mount_lay(view->list, VIEW_STORE "/home", "/home", attrs)->again = MOUNT_NEVER;
	if (is_elsewhere(view))
		mount_lay(view->list, VIEW_STORE "/homes", view->homes, attrs)->again = MOUNT_NEVER;
	if (!view->has_home)
		return;
	step = mount_put(view->list, view->home_slot, view->facts->home);
	/* Over a directory of the room's own that nobody can replace; else over the host's. In a
	 * group's room it may be another member's turn to bring it. */
	step->again =
		view->homes || view->spec->share == SHARE_GROUP ? MOUNT_NO_MATTER : MOUNT_NEVER;
}

void view_add_home(struct view *view, struct mount_list *after)
{
	view_take_home(view);
	if (!view->has_home)
		return;
	if (view->homes)
		mount_add(after, MOUNT_WAY, view->facts->home)->text = view->homes;
	mount_put(after, view->home_slot, view->facts->home);
}
