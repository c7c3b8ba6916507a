/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Mistakes that no key of a room has by itself (see cross.h): a table of checks, one function each.
 */
#include <linux/securebits.h>
#include <stddef.h>
#include <string.h>

#include "config/caps.h"
#include "config/complaint.h"
#include "config/cross.h"
#include "config/policy.h"
#include "config/schema.h"

#define CROSS_PATHS_MAX 64
#define DISK_LEAST (UINT64_C(1) << 20) /* a file system needs some for itself */

/* Where the room's key of that level was written; line 0: nowhere in the room. */
static struct place written(const struct room_spec *spec, enum schema_level level, const char *name)
{
	struct origin origin = spec->origins[schema_number(schema_find(level, name))];

	return origin.kind == ORIGIN_ROOM ? origin.place : (struct place){ 0 };
}

/* True for dir itself and all below it. */
static bool is_beneath(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
		(path[len] == '\0' || path[len] == '/' || strcmp(dir, "/") == 0);
}

static const char *find_above(const struct text_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_beneath(path, list->items[i]))
			return list->items[i];
	return NULL;
}

/* --- errors of a room ----------------------------------------------------------------------------
 */

static void check_binds(const struct room_spec *spec, struct complaint_list *errors)
{
	for (size_t i = 0; i < spec->binds.n; i++) {
		const struct room_bind *bind = &spec->binds.items[i];
		const char *closed =
			bind->target ? find_above(&spec->no_entry, bind->target) : NULL;

		if (closed)
			complain_at(errors, bind->place, "the bind at %.80s lies in no_entry %.80s",
				bind->target, closed);
	}
}

static void check_writable(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place place = written(spec, SCHEMA_ROOM, "writable");

	for (size_t i = 0; i < spec->writable.n; i++) {
		const char *path = spec->writable.items[i];
		const char *closed = find_above(&spec->no_entry, path);

		if (closed)
			complain_at(errors, place, "writable %.80s lies in no_entry %.80s", path,
				closed);
		for (size_t j = 0; j < spec->read_only.n; j++)
			if (strcmp(spec->read_only.items[j], path) == 0)
				complain_at(errors, place, "%.80s is both writable and read_only",
					path);
	}
}

static void check_memory(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place high = written(spec, SCHEMA_LIMITS, "memory_high");

	if (high.line > 0 && written(spec, SCHEMA_LIMITS, "memory").line > 0 &&
		spec->limits.memory_high > spec->limits.memory)
		complain_at(errors, high,
			"limits.memory_high is above limits.memory, so it would never be met");
}

static void check_tmp(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place kind = written(spec, SCHEMA_TMP, "kind");
	struct place size = written(spec, SCHEMA_TMP, "size");

	if (size.line > 0 && spec->tmp_kind == TMP_HOST)
		complain_at(errors, size, "the host's /tmp takes no size");
	if (spec->tmp_kind == TMP_DISK && spec->tmp_size < DISK_LEAST)
		complain_at(errors, size.line > 0 ? size : kind,
			"/tmp on disk needs a 'tmp.size' of at least \"1M\"");
}

static void check_privs(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place setuid = written(spec, SCHEMA_ROOM, "setuid");

	if (setuid.line > 0 && spec->no_new_privs && spec->setuid.kind != SETUID_NONE)
		complain_at(
			errors, setuid, "no_new_privs is true, so no program of 'setuid' elevates");
}

/* A room is at least a view and processes of its own. */
static void check_namespaces(const struct room_spec *spec, struct complaint_list *errors)
{
	const unsigned int least = ROOM_NS_MOUNT | ROOM_NS_PID;
	struct place place = written(spec, SCHEMA_ROOM, "namespaces");
	struct place hostname = written(spec, SCHEMA_ROOM, "hostname");

	if (place.line > 0 && (spec->namespaces & least) != least)
		complain_at(errors, place,
			"'namespaces' needs \"mount\" and \"pid\": they make it a room");
	if (place.line > 0 &&
		!(spec->namespaces & ROOM_NS_NETWORK) != (spec->network == NETWORK_HOST))
		complain_at(errors, place,
			"'namespaces' has %s \"network\", and 'network' says otherwise",
			spec->namespaces & ROOM_NS_NETWORK ? "a" : "no");
	if (hostname.line > 0 && !(spec->namespaces & ROOM_NS_UTS))
		complain_at(errors, hostname, "a host name needs \"uts\" in 'namespaces'");
}

/* keep_caps and no_setuid_fixup would leave root's capabilities with the work that sshd does as the
 * user. */
static void check_sets(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place bits = written(spec, SCHEMA_ROOM, "securebits");
	struct place inheritable = written(spec, SCHEMA_CAPABILITIES, "inheritable");

	if (bits.line > 0 && (spec->securebits & (SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP)))
		complain_at(errors, bits,
			"'securebits' with keep_caps or no_setuid_fixup would leave capabilities "
			"with login programs when they become the user");
	if (inheritable.line > 0 && (spec->inheritable & ~spec->bounding))
		complain_at(errors, inheritable,
			"'capabilities.inheritable' goes beyond 'capabilities.bounding'");
}

/* What the room is made of is not the policy's to lay something over. */
static const char *find_own(const char *path)
{
	static const char *const own[] = { "/proc", "/sys", "/dev", "/run/pam_room" };

	if (strcmp(path, "/") == 0)
		return "/";
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (is_beneath(path, own[i]))
			return own[i];
	return NULL;
}

static void check_places(const struct room_spec *spec, struct complaint_list *errors)
{
	static const struct {
		const char *key;
		size_t offset;
		bool sys; /* may lie below /proc and /sys */
	} lists[] = { { "writable", offsetof(struct room_spec, writable), false },
		{ "read_only", offsetof(struct room_spec, read_only), true },
		{ "no_entry", offsetof(struct room_spec, no_entry), true } };

	for (size_t i = 0; i < spec->binds.n; i++) {
		const struct room_bind *bind = &spec->binds.items[i];
		const char *source = bind->source ? find_own(bind->source) : NULL;
		const char *target = bind->target ? find_own(bind->target) : NULL;

		if (source || target)
			complain_at(errors, bind->place,
				"a bind cannot %s %s, which is the room's own",
				target ? "be at" : "be of", target ? target : source);
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct text_list *list = (const void *)((const char *)spec + lists[i].offset);

		for (size_t j = 0; j < list->n; j++) {
			const char *own = find_own(list->items[j]);

			if (own &&
				!(lists[i].sys &&
					(is_beneath(own, "/proc") || is_beneath(own, "/sys")) &&
					strcmp(own, list->items[j]) != 0))
				complain_at(errors, written(spec, SCHEMA_ROOM, lists[i].key),
					"'%s' cannot name %.80s: %s is the room's own",
					lists[i].key, list->items[j], own);
		}
	}
}

/* Each is a mount or two of every room. */
static void check_counts(const struct room_spec *spec, struct complaint_list *errors)
{
	const struct {
		const char *key;
		size_t n;
	} lists[] = { { "devices", spec->devices.n }, { "no_entry", spec->no_entry.n },
		{ "read_only", spec->read_only.n }, { "writable", spec->writable.n },
		{ "bind", spec->binds.n }, { "setuid", spec->setuid.programs.n } };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (lists[i].n > CROSS_PATHS_MAX)
			complain_at(errors, written(spec, SCHEMA_ROOM, lists[i].key),
				"'%s' has %zu items, more than %d", lists[i].key, lists[i].n,
				CROSS_PATHS_MAX);
}

static void check_syscalls(const struct room_spec *spec, struct complaint_list *errors)
{
	struct place place = written(spec, SCHEMA_SYSCALLS, "deny");

	for (size_t i = 0; i < spec->syscalls_deny.n; i++)
		for (size_t j = 0; j < spec->syscalls_allow.n; j++)
			if (strcmp(spec->syscalls_deny.items[i], spec->syscalls_allow.items[j]) ==
				0)
				complain_at(errors, place,
					"%.80s is both in syscalls.allow and in syscalls.deny",
					spec->syscalls_deny.items[i]);
}

/* --- warnings about a room -----------------------------------------------------------------------
 */

static void warn_sudo(const struct room_spec *spec, struct complaint_list *warnings)
{
	static const char *const programs[] = { "sudo", "su", "pkexec", "doas", "sudo-rs" };
	struct place place = written(spec, SCHEMA_ROOM, "setuid");

	for (size_t i = 0; place.line > 0 && i < spec->setuid.programs.n; i++) {
		const char *path = spec->setuid.programs.items[i];
		const char *name = strrchr(path, '/') + 1;

		for (size_t j = 0; j < sizeof programs / sizeof programs[0]; j++)
			if (strcmp(name, programs[j]) == 0)
				complain_at(warnings, place,
					"room '%s' has %s: its members become administrators of "
					"this host",
					spec->name, name);
	}
}

static void warn_capabilities(const struct room_spec *spec, struct complaint_list *warnings)
{
	static const uint64_t strong = CAPS_BIT(CAP_SYS_ADMIN) | CAPS_BIT(CAP_SYS_MODULE) |
		CAPS_BIT(CAP_SYS_RAWIO) | CAPS_BIT(CAP_SYS_PTRACE) | CAPS_BIT(CAP_BPF) |
		CAPS_BIT(CAP_SYS_BOOT) | CAPS_BIT(CAP_DAC_READ_SEARCH) | CAPS_BIT(CAP_MKNOD) |
		CAPS_BIT(CAP_MAC_ADMIN) | CAPS_BIT(CAP_SYS_TIME);
	struct place place = written(spec, SCHEMA_CAPABILITIES, "bounding");
	char text[160];

	if (place.line > 0 && (spec->bounding & strong))
		complain_at(warnings, place,
			"room '%s' may use %s: whoever becomes root in it administers the host",
			spec->name, caps_print(spec->bounding & strong, text, sizeof text));
}

/* What makes a room fail may be in its user's hands. */
static void warn_failure(const struct room_spec *spec, struct complaint_list *warnings)
{
	struct place place = written(spec, SCHEMA_ROOM, "on_failure");

	if (place.line > 0 && spec->on_failure == ON_FAILURE_ALLOW)
		complain_at(warnings, place,
			"users of room '%s' are outside when it cannot be opened, and may find a "
			"way to bring that about",
			spec->name);
}

static void warn_devices(const struct room_spec *spec, struct complaint_list *warnings)
{
	struct place place = written(spec, SCHEMA_ROOM, "devices");

	if (place.line > 0 && spec->dev == DEV_HOST)
		complain_at(warnings, place,
			"room '%s' has the host's /dev, so 'devices' adds nothing", spec->name);
}

typedef void check_room(const struct room_spec *spec, struct complaint_list *list);

static check_room *const room_errors[] = { check_binds, check_writable, check_memory, check_tmp,
	check_privs, check_namespaces, check_sets, check_places, check_counts, check_syscalls };
static check_room *const room_warnings[] = { warn_sudo, warn_capabilities, warn_devices,
	warn_failure };

void cross_check_room(
	const struct room_spec *spec, bool want_warnings, struct complaints *complaints)
{
	for (size_t i = 0; i < sizeof room_errors / sizeof room_errors[0]; i++)
		room_errors[i](spec, &complaints->errors);
	for (size_t i = 0; want_warnings && i < sizeof room_warnings / sizeof room_warnings[0]; i++)
		room_warnings[i](spec, &complaints->warnings);
}
