/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What rooms and Docker's default let (see features.h). Of Docker: the capabilities are
 * CAPS_DOCKER, the filter is the one that doc/syscalls.md is held against
 * (tests/unit/features_test.c does it for this table too), the rest its default configuration:
 * namespaces, masked and read-only paths, devices.
 */
#include "roomctl/features.h"

#include <linux/capability.h>
#include <string.h>

#include "config/caps.h"

/* How tight a profile is. */
static unsigned int rank(unsigned int profile)
{
	static const unsigned int ranks[] = { [PROFILE_LOGIN] = 0,
		[PROFILE_DEVELOPER] = 1,
		[PROFILE_CONTAINER] = 2,
		[PROFILE_STRICT] = 3 };

	return ranks[profile];
}

static bool has(const struct text_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

bool feature_call(const struct room_spec *spec, const struct feature *feature)
{
	if (spec->action == ACTION_LOG)
		return true;
	if (has(&spec->syscalls_deny, feature->call))
		return false;
	return has(&spec->syscalls_allow, feature->call) ||
		rank(spec->profile) <= rank(feature->stands);
}

static bool lets_namespaces(const struct room_spec *spec, const struct feature *feature)
{
	return spec->user_namespaces == USER_NAMESPACES_ALLOW &&
		!has(&spec->syscalls_deny, feature->call);
}

static bool lets_homes(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->homes == HOMES_VISIBLE;
}

static bool lets_host_network(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->network == NETWORK_HOST;
}

static bool lets_network(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->network != NETWORK_NONE;
}

static bool lets_elevate(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return !spec->no_new_privs && spec->setuid.kind != SETUID_NONE;
}

static bool lets_all_elevate(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return !spec->no_new_privs && spec->setuid.kind == SETUID_ALL;
}

static bool lets_system(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->system == SYSTEM_WRITABLE;
}

static bool lets_etc(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->system != SYSTEM_READ_ONLY;
}

static bool lets_devices(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->dev == DEV_HOST;
}

static bool lets_ptys(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->limits.ptys == 0;
}

static bool lets_tmp(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->tmp_kind == TMP_HOST;
}

static bool lets_memory(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->limits.memory == 0;
}

static bool lets_tasks(const struct room_spec *spec, const struct feature *feature)
{
	(void)feature;
	return spec->limits.tasks == 0;
}

/* What every room refuses, and what every room has. */
static bool lets_never(const struct room_spec *spec, const struct feature *feature)
{
	(void)spec;
	(void)feature;
	return false;
}

static bool lets_always(const struct room_spec *spec, const struct feature *feature)
{
	(void)spec;
	(void)feature;
	return true;
}

#define IT "It"
#define ROOT "Root in it"

const struct feature features[] = {
	{ "home", IT, "use the user's home on the host", lets_always, false, NULL, 0 },
	{ "homes", IT, "see other users' homes", lets_homes, false, NULL, 0 },
	{ "tmp", IT, "see what others keep in /tmp", lets_tmp, false, NULL, 0 },
	{ "host-network", IT,
		"use the host's own network, with its loopback, its abstract sockets and its ports",
		lets_host_network, false, NULL, 0 },
	{ "network", IT, "reach other machines", lets_network, true, NULL, 0 },
	{ "elevate", IT, "start programs that make it root", lets_elevate, true, NULL, 0 },
	{ "elevate-any", IT, "start every setuid program there is, with effect", lets_all_elevate,
		true, NULL, 0 },
	{ "usr", ROOT, "change the programs that the host runs", lets_system, false, NULL, 0 },
	{ "etc", ROOT, "change the host's settings in /etc", lets_etc, false, NULL, 0 },
	{ "sysctl", ROOT, "change the kernel's settings in /proc/sys", lets_system, false, NULL,
		0 },
	{ "devices", IT, "see the host's devices", lets_devices, false, NULL, 0 },
	{ "ptys", IT, "use up the host's terminals", lets_ptys, false, NULL, 0 },
	{ "memory", IT, "use all of the machine's memory", lets_memory, true, NULL, 0 },
	{ "tasks", IT, "start processes until the machine has no more", lets_tasks, true, NULL, 0 },
	{ "core", IT, "have the host's core dump program run, by crashing", lets_never, true, NULL,
		0 },
	{ "typing", IT, "type into terminals (TIOCSTI)", lets_never, true, NULL, 0 },
	{ "userns", IT, "make user namespaces, and mount in them", lets_namespaces, false,
		"unshare", 0 },
	{ "ptrace", IT, "trace its own programs", feature_call, true, "ptrace", PROFILE_CONTAINER },
	{ "keyrings", IT, "use kernel keyrings, which have no walls", feature_call, false, "keyctl",
		PROFILE_LOGIN },
	{ "request-key", IT, "have the host's request-key program run", feature_call, false,
		"request_key", PROFILE_LOGIN },
	{ "io_uring", IT, "use io_uring", feature_call, false, "io_uring_setup", PROFILE_LOGIN },
	{ "perf", IT, "use perf events", feature_call, false, "perf_event_open", PROFILE_LOGIN },
	{ "userfaultfd", IT, "use userfaultfd", feature_call, false, "userfaultfd", PROFILE_LOGIN },
	{ "aio", IT, "use up the machine's asynchronous I/O", feature_call, true, "io_setup",
		PROFILE_DEVELOPER },
	{ "handles", IT, "turn paths into file handles", feature_call, true, "name_to_handle_at",
		PROFILE_CONTAINER },
};

const size_t n_features = sizeof features / sizeof features[0];

static const char *const caps[] = {
	[CAP_CHOWN] = "give files to other owners",
	[CAP_DAC_OVERRIDE] = "pass over file permissions",
	[CAP_DAC_READ_SEARCH] = "read every file and directory",
	[CAP_FOWNER] = "change permissions of others' files",
	[CAP_FSETID] = "keep setuid bits of files that it changes",
	[CAP_KILL] = "signal processes of others",
	[CAP_SETGID] = "take on any group",
	[CAP_SETUID] = "become any user",
	[CAP_SETPCAP] = "give capabilities on and drop them from its sets",
	[CAP_LINUX_IMMUTABLE] = "change files that are marked as unchangeable",
	[CAP_NET_BIND_SERVICE] = "listen on ports below 1024",
	[CAP_NET_BROADCAST] = "broadcast",
	[CAP_NET_ADMIN] = "change network devices, routes and firewalls",
	[CAP_NET_RAW] = "send raw frames, and read others' traffic",
	[CAP_IPC_LOCK] = "keep memory from being swapped out",
	[CAP_IPC_OWNER] = "pass over permissions of System V objects",
	[CAP_SYS_MODULE] = "load code into the kernel",
	[CAP_SYS_RAWIO] = "reach hardware past the kernel",
	[CAP_SYS_CHROOT] = "use chroot",
	[CAP_SYS_PTRACE] = "look into and change programs of others",
	[CAP_SYS_PACCT] = "switch process accounting",
	[CAP_SYS_ADMIN] = "mount, and administer the machine",
	[CAP_SYS_BOOT] = "reboot the machine",
	[CAP_SYS_NICE] = "take processor time before others",
	[CAP_SYS_RESOURCE] = "pass over limits",
	[CAP_SYS_TIME] = "set the clock",
	[CAP_SYS_TTY_CONFIG] = "change and hang up terminals",
	[CAP_MKNOD] = "make device files",
	[CAP_LEASE] = "hold leases on any file",
	[CAP_AUDIT_WRITE] = "write to the audit log",
	[CAP_AUDIT_CONTROL] = "switch auditing off",
	[CAP_SETFCAP] = "give capabilities to files",
	[CAP_MAC_OVERRIDE] = "pass over mandatory access control",
	[CAP_MAC_ADMIN] = "change mandatory access control",
	[CAP_SYSLOG] = "read the kernel's log",
	[CAP_WAKE_ALARM] = "wake the machine up",
	[CAP_BLOCK_SUSPEND] = "keep the machine from sleeping",
	[CAP_AUDIT_READ] = "read the audit log",
	[CAP_PERFMON] = "watch the whole machine by perf",
	[CAP_BPF] = "load BPF programs into the kernel",
	[CAP_CHECKPOINT_RESTORE] = "set process ids and read others' maps",
};

const char *feature_cap(unsigned int cap)
{
	return cap < sizeof caps / sizeof caps[0] ? caps[cap] : NULL;
}

bool feature_has_cap(const struct room_spec *spec, unsigned int cap)
{
	return lets_elevate(spec, NULL) && spec->bounding & CAPS_BIT(cap);
}
