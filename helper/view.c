/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's view as a list (see view.h). The stages, in order, and why:
 *
 *   take /run/user   as a slave, while the host's mounts are still peers of ours: logind goes on
 *                    mounting and unmounting the user's directory there while the room lives
 *   take programs    that may elevate, while their mounts still let them
 *   take sources     before anything is laid over them, and while what an automounter mounts on the
 *                    host, because somebody goes there, comes in here as well (autofs(5))
 *   private          whatever follows must not be seen on the host
 *   set              what holds for all of the system: nosuid, nodev, read-only
 *   store            one tmpfs for all that is the room's own, at the registry's place for now
 *   put              top down; what the policy names stands above what the walls say
 *   mark             the store's place is taken by the one file that says "this is a room"
 */
#include "helper/view.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "lib/registry.h"
#include "lib/why.h"

#define VIEW_DISK VIEW_STORE "/disk"

/* What every room has of its own, shared by its sessions. */
static const struct own {
	const char *in_memory, *on_disk, *path;
} owns[] = {
	{ VIEW_STORE "/tmp", VIEW_DISK "/tmp", "/tmp" },
	{ VIEW_STORE "/var-tmp", VIEW_DISK "/var-tmp", "/var/tmp" },
	/* Shared memory is memory. */
	{ VIEW_STORE "/shm", VIEW_STORE "/shm", "/dev/shm" },
};

/* The host's, to look at. */
static const char *const protected[] = { "/usr", "/boot", "/sys" };

/* In a read-only system: what login programs write of who is in, with root's rights only. */
static const char *const login_records[] = { "/run/utmp", "/var/log/wtmp", "/var/log/btmp",
	"/var/log/lastlog", "/var/lib/lastlog", "/var/lib/wtmpdb" };

/* Of the room's own procfs: what uid 0 could change of the whole machine, and of the keeper, which
 * could be made the first to end when there is no memory (oom_score_adj). */
static const char *const proc_read_only[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
	"/proc/bus", "/proc/fs", "/proc/1" };

/* What tells a user about the kernel or other people, and nobody's work needs. */
static const char *const masks[] = { "/proc/acpi", "/proc/asound", "/proc/interrupts",
	"/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
	"/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
	"/sys/firmware", "/sys/fs/bpf", "/sys/kernel/debug", "/sys/kernel/security",
	"/sys/kernel/tracing" };

/* Whoever reaches one of these is root on the host, or near to it. */
static const char *const engines[] = { "/run/docker.sock", "/run/docker", "/run/containerd",
	"/run/podman", "/run/crio", "/run/cri-dockerd.sock", "/run/buildkit", "/run/k3s",
	"/run/libvirt", "/run/lxd.socket", "/var/lib/lxd/unix.socket",
	"/var/snap/lxd/common/lxd/unix.socket", "/run/incus/unix.socket",
	"/var/lib/incus/unix.socket", "/run/balena-engine.sock" };

#define FOR_EACH(item, table) for (size_t item = 0; item < sizeof table / sizeof table[0]; item++)

static bool is_wall(const struct view *view)
{
	return view->spec->system != SYSTEM_WRITABLE;
}

void view_mask(struct view *view, const char *path)
{
	struct mount_step *step = mount_add(view->list, MOUNT_MASK, path);

	step->optional = true;
	step->again = MOUNT_FROM_ROOM;
}

static void mask(struct view *view, const char *path)
{
	if (!view_is_writable(view, path))
		view_mask(view, path);
}

/* The first slots, one for each program: the policy's list is the same when they are put. */
static void take_programs(struct view *view)
{
	const struct room_setuid *setuid = &view->spec->setuid;

	for (size_t i = 0; setuid->kind == SETUID_LISTED && i < setuid->programs.n; i++) {
		struct mount_step *step = mount_take(view->list, setuid->programs.items[i],
			MOUNT_ATTR_NODEV | (is_wall(view) ? MOUNT_ATTR_RDONLY : 0));

		step->optional = step->file = true;
	}
}

static void put_again(struct view *view, unsigned int slot, const char *path)
{
	struct mount_step *step = mount_put(view->list, slot, path);

	step->optional = true;
	step->again = MOUNT_FROM_HOST;
}

static void put_programs(struct view *view, unsigned int first_slot)
{
	const struct room_setuid *setuid = &view->spec->setuid;

	for (size_t i = 0; setuid->kind == SETUID_LISTED && i < setuid->programs.n; i++)
		put_again(view, first_slot + (unsigned int)i, setuid->programs.items[i]);
}

uint64_t view_nosuid(const struct view *view)
{
	return view->spec->setuid.kind == SETUID_ALL ? 0 : MOUNT_ATTR_NOSUID;
}

/* What is true of every mount that the room has from the host. */
static void set_all(struct view *view)
{
	if (view_nosuid(view))
		mount_add(view->list, MOUNT_SET, "/")->attrs = MOUNT_ATTR_NOSUID;
}

static void set_read_only(struct view *view)
{
	if (view->spec->system == SYSTEM_READ_ONLY)
		mount_add(view->list, MOUNT_SET, "/")->attrs = MOUNT_ATTR_RDONLY;
}

/* Where it stands, or NULL: it is the host's. */
static const char *own_store(const struct view *view, const struct own *own)
{
	switch ((enum room_tmp)view->spec->tmp_kind) {
	case TMP_MEMORY:
		return own->in_memory;
	case TMP_DISK:
		return own->on_disk;
	case TMP_HOST:
		break;
	}
	return NULL;
}

static void add_store(struct view *view)
{
	struct mount_list *list = view->list;
	struct mount_step *step = mount_add(list, MOUNT_TMPFS, VIEW_STORE);

	step->attrs = MOUNT_ATTR_NOSUID;
	if (view->spec->tmp_kind == TMP_DISK) {
		mount_dir(list, VIEW_DISK, 0700);
		mount_add(list, MOUNT_DISK, VIEW_DISK);
	} else {
		step->size = view->spec->tmp_size;
		step->inodes = view->spec->tmp_inodes;
	}
	FOR_EACH (i, owns)
		if (own_store(view, &owns[i]))
			mount_dir(list, own_store(view, &owns[i]), 01777);
	mount_dir(list, VIEW_EMPTY_DIR, 0555);
	mount_dir(list, VIEW_STORE "/mark", 0755);
	mount_add(list, MOUNT_MARK, VIEW_STORE "/mark/" REGISTRY_MARK)->text = view->facts->key;
}

static void lay_system(struct view *view)
{
	/* It shows the devices of the network namespace that it is mounted in. */
	if (view->spec->namespaces & ROOM_NS_NETWORK) {
		mount_add(view->list, MOUNT_DETACH, "/sys");
		mount_add(view->list, MOUNT_SYSFS, "/sys")->attrs =
			VIEW_OWN | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
	}
	FOR_EACH (i, protected)
		if (view->spec->system == SYSTEM_PROTECTED)
			mount_lay(view->list, protected[i], protected[i], MOUNT_ATTR_RDONLY)
				->again = MOUNT_FROM_ROOM;
	if (view->spec->namespaces & ROOM_NS_CGROUP)
		mask(view, "/sys/fs/cgroup");
}

/* A resolver on the host's loopback is not reached from a private network: in its place the servers
 * that it asks (systemd-resolved.service(8)). */
static void lay_resolver(struct view *view)
{
	if (view->spec->network == NETWORK_PRIVATE)
		mount_lay(view->list, "/run/systemd/resolve/resolv.conf",
			"/run/systemd/resolve/stub-resolv.conf", MOUNT_ATTR_RDONLY)
			->again = MOUNT_FROM_ROOM;
}

static void lay_proc(struct view *view)
{
	mount_add(view->list, MOUNT_DETACH, "/proc");
	mount_add(view->list, MOUNT_PROC, "/proc")->attrs = VIEW_OWN | MOUNT_ATTR_NOEXEC;
	FOR_EACH (i, proc_read_only)
		if (is_wall(view))
			mount_lay(view->list, proc_read_only[i], proc_read_only[i],
				MOUNT_ATTR_RDONLY);
}

static void lay_tmps(struct view *view)
{
	FOR_EACH (i, owns)
		if (own_store(view, &owns[i]))
			mount_lay(view->list, own_store(view, &owns[i]), owns[i].path, VIEW_OWN)
				->again = MOUNT_NEVER;
}

static void lay_masks(struct view *view)
{
	FOR_EACH (i, masks)
		if (is_wall(view))
			mask(view, masks[i]);
	FOR_EACH (i, engines)
		if (is_wall(view))
			mask(view, engines[i]);
}

/* What a read-only system leaves writable: slots from the one that is returned on. */
static unsigned int take_exceptions(struct view *view)
{
	unsigned int first = view->list->n_slots;

	FOR_EACH (i, login_records)
		if (view->spec->system == SYSTEM_READ_ONLY)
			mount_take(view->list, login_records[i], VIEW_OWN)->optional = true;
	FOR_EACH (i, owns)
		if (view->spec->system == SYSTEM_READ_ONLY && view->spec->tmp_kind == TMP_HOST)
			mount_take(view->list, owns[i].path, VIEW_OWN)->optional = true;
	return first;
}

static void put_exceptions(struct view *view, unsigned int slot)
{
	FOR_EACH (i, login_records)
		if (view->spec->system == SYSTEM_READ_ONLY)
			put_again(view, slot++, login_records[i]);
	FOR_EACH (i, owns)
		if (view->spec->system == SYSTEM_READ_ONLY && view->spec->tmp_kind == TMP_HOST)
			put_again(view, slot++, owns[i].path);
}

int view_make(const struct room_spec *spec, const struct view_facts *facts, struct mount_list *list,
	struct why *why)
{
	struct view view = { .spec = spec, .facts = facts, .list = list };
	unsigned int exceptions, mark;
	struct mount_step *run_user;

	mount_list_init(list);
	run_user = mount_take(list, "/run/user", view_nosuid(&view));
	run_user->slave = run_user->optional = true;
	take_programs(&view);
	view_take_home(&view);
	view_take_paths(&view);
	mount_add(list, MOUNT_PRIVATE, "/");
	set_all(&view);
	exceptions = take_exceptions(&view);
	set_read_only(&view);
	add_store(&view);
	view_store_homes(&view);
	mark = mount_take(
		list, VIEW_STORE "/mark", VIEW_OWN | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY)
		       ->slot;
	lay_system(&view);
	mount_add(list, MOUNT_DETACH_BELOW, "/run/user");
	mount_put(list, run_user->slot, "/run/user")->optional = true;
	lay_proc(&view);
	lay_resolver(&view);
	view_lay_dev(&view);
	put_exceptions(&view, exceptions);
	lay_tmps(&view);
	view_put_homes(&view);
	lay_masks(&view);
	view_put_paths(&view);
	put_programs(&view, run_user->slot + 1);
	mount_add(list, MOUNT_DETACH, VIEW_STORE);
	mount_put(list, mark, VIEW_STORE)->again = MOUNT_NEVER;
	if (list->full)
		return why_set(why, ENAMETOOLONG, "plan view", "it has too many parts");
	return 0;
}
