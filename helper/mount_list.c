/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's view as a list (see mount_list.h). The stages, in order, and why:
 *
 *   take /run/user   as a slave, while the host's mounts are still peers of ours: logind goes on
 *                    mounting and unmounting the user's directory there while the room lives
 *   private          whatever follows must not be seen on the host
 *   store            one tmpfs for all that is the room's own, at the registry's place for now
 *   take             sources, before anything is laid over them
 *   put              top down
 *   mark             the store's place is taken by the one file that says "this is a room"
 */
#include "helper/mount_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "lib/registry.h"
#include "lib/why.h"

#define OWN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define STORE ROOM_RUNDIR

/* What every room has of its own, shared by its sessions. */
static const struct own {
	const char *store, *path;
} owns[] = {
	{ STORE "/tmp", "/tmp" },
	{ STORE "/var-tmp", "/var/tmp" },
	{ STORE "/shm", "/dev/shm" },
};

/* The host's, to look at. */
static const char *const read_only[] = { "/usr", "/boot", "/sys" };

/* Of the room's own procfs: what uid 0 could change of the whole machine. */
static const char *const proc_read_only[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
	"/proc/bus", "/proc/fs" };

/* What tells a user about the kernel or other people, and nobody's work needs. */
static const char *const masks[] = { "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/key-users",
	"/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
	"/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/bpf",
	"/sys/kernel/debug", "/sys/kernel/security", "/sys/kernel/tracing" };

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

#define FOR_EACH(item, table) for (size_t item = 0; item < sizeof table / sizeof table[0]; item++)

static struct mount_step *add(struct mount_list *list, enum mount_op op, const char *path)
{
	struct mount_step *step = &list->steps[list->n];

	/* A home deep enough has more steps than there is room for: told in the end, not cut. */
	if (list->n < MOUNT_STEPS_MAX)
		list->n++;
	else
		list->full = true;
	*step = (struct mount_step){ .op = op, .path = path, .owner = MOUNT_ANYBODY };
	return step;
}

static struct mount_step *take(struct mount_list *list, const char *path, uint64_t attrs)
{
	struct mount_step *step = add(list, MOUNT_TAKE, path);

	step->slot = list->n_slots++;
	step->attrs = attrs;
	return step;
}

static struct mount_step *put(struct mount_list *list, unsigned int slot, const char *path)
{
	struct mount_step *step = add(list, MOUNT_PUT, path);

	step->slot = slot;
	return step;
}

static void make_dir(struct mount_list *list, const char *path, mode_t mode)
{
	add(list, MOUNT_DIR, path)->mode = mode;
}

/* Lays a copy of the directory over itself or another one, right away; where one is not there,
 * nothing. */
static void lay(struct mount_list *list, const char *from, const char *to, uint64_t attrs)
{
	struct mount_step *step = take(list, from, attrs);

	step->optional = true;
	put(list, step->slot, to)->optional = true;
	list->n_slots--; /* the next one may have the slot */
}

/* "a" "b" as one string that lives as long as the list; NULL when there is no more room. */
static const char *join(struct mount_list *list, const char *a, const char *b)
{
	size_t left = sizeof list->text - list->text_len;
	char *text = list->text + list->text_len;
	int len = snprintf(text, left, "%s%s", a, b);

	if (len < 0 || (size_t)len >= left)
		return NULL;
	list->text_len += (size_t)len + 1;
	return text;
}

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

	if (!is_plain(home))
		return NULL;
	if (is_below(home, "/home"))
		return "/home";
	snprintf(root, sizeof root, "%.*s", (int)(strrchr(home, '/') - home), home);
	FOR_EACH (i, no_homes)
		if (strcmp(root, no_homes[i].path) == 0 ||
			(no_homes[i].below && is_below(root, no_homes[i].path)))
			return NULL;
	return join(list, root, "");
}

/* Makes, below dir, the directories that path goes through after its first skip bytes. */
static int make_way(struct mount_list *list, const char *dir, size_t skip, const char *path)
{
	const char *from = path + skip, *at = from;
	char part[PATH_MAX];

	while (*at) {
		const char *made;

		at += 1 + strcspn(at + 1, "/");
		snprintf(part, sizeof part, "%.*s", (int)(at - from), from);
		made = join(list, dir, part);
		if (!made)
			return -ENAMETOOLONG;
		make_dir(list, made, 0755);
	}
	return 0;
}

/* The user's home alone, in otherwise empty and read-only directories. */
struct homes {
	const char *root; /* NULL: the user's home is not among others */
	bool elsewhere;   /* it is not /home */
	unsigned int slot;
};

static int add_homes(struct mount_list *list, const struct mount_facts *facts, struct homes *ret)
{
	struct mount_step *step;

	ret->root = home_root(list, facts->home);
	ret->elsewhere = ret->root && strcmp(ret->root, "/home") != 0;
	make_dir(list, STORE "/home", 0755);
	if (ret->elsewhere)
		make_dir(list, STORE "/homes", 0755);
	if (!ret->root)
		return 0;
	step = take(list, facts->home, 0);
	step->owner = facts->uid;
	step->optional = true;
	ret->slot = step->slot;
	return make_way(list, ret->elsewhere ? STORE "/homes" : STORE "/home", strlen(ret->root),
		facts->home);
}

static void put_homes(struct mount_list *list, const char *home, const struct homes *homes)
{
	lay(list, STORE "/home", "/home", OWN | MOUNT_ATTR_RDONLY);
	if (homes->elsewhere)
		lay(list, STORE "/homes", homes->root, OWN | MOUNT_ATTR_RDONLY);
	if (homes->root)
		put(list, homes->slot, home);
}

static void add_store(struct mount_list *list, const struct mount_facts *facts)
{
	add(list, MOUNT_TMPFS, STORE)->attrs = OWN;
	FOR_EACH (i, owns)
		make_dir(list, owns[i].store, 01777);
	make_dir(list, MOUNT_EMPTY_DIR, 0555);
	make_dir(list, STORE "/mark", 0755);
	add(list, MOUNT_MARK, STORE "/mark/" REGISTRY_MARK)->text = facts->key;
}

static void add_proc(struct mount_list *list)
{
	add(list, MOUNT_DETACH, "/proc");
	add(list, MOUNT_PROC, "/proc")->attrs = OWN | MOUNT_ATTR_NOEXEC;
	FOR_EACH (i, proc_read_only)
		lay(list, proc_read_only[i], proc_read_only[i], MOUNT_ATTR_RDONLY);
	FOR_EACH (i, masks)
		add(list, MOUNT_MASK, masks[i]);
}

int mount_list_make(const struct room_spec *spec, const struct mount_facts *facts,
	struct mount_list *list, struct why *why)
{
	struct mount_step *run_user;
	struct homes homes = { 0 };
	unsigned int mark;

	(void)spec; /* brick is the only kind of walls so far */
	list->n = list->n_slots = 0;
	list->text_len = 0;
	list->full = false;
	run_user = take(list, "/run/user", 0);
	run_user->slave = true;
	run_user->optional = true;
	add(list, MOUNT_PRIVATE, "/");
	add_store(list, facts);
	if (add_homes(list, facts, &homes) < 0)
		return why_set(why, ENAMETOOLONG, "plan view", "home directory");
	mark = take(list, STORE "/mark", OWN | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY)->slot;
	FOR_EACH (i, read_only)
		lay(list, read_only[i], read_only[i], MOUNT_ATTR_RDONLY);
	add(list, MOUNT_DETACH_BELOW, "/run/user");
	put(list, run_user->slot, "/run/user")->optional = true;
	add_proc(list);
	FOR_EACH (i, owns)
		lay(list, owns[i].store, owns[i].path, OWN);
	put_homes(list, facts->home, &homes);
	add(list, MOUNT_DETACH, STORE);
	put(list, mark, STORE);
	if (list->full)
		return why_set(why, ENAMETOOLONG, "plan view", "home directory");
	return 0;
}
