/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether the running kernel will do (see kernel.h). A call is asked for with arguments that it can
 * only refuse: ENOSYS tells that it is not there, and a number of a version tells nothing of a
 * kernel that was built without it.
 */
#include "roomctl/kernel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/limits.h"
#include "cgroup/settle.h"
#include "config/policy.h"
#include "lib/clean.h"
#include "lib/sys.h"
#include "lib/why.h"
#include "roomctl/out.h"

#define KERNEL_ADVICE "run Linux 5.14 or later"

/* Each is the youngest of its kind, or one that is configured apart. */
static const struct call {
	const char *name, *since;
	long number;
} calls[] = {
	{ "seccomp", "3.17", SYS_seccomp },
	{ "pidfd_send_signal", "5.1", SYS_pidfd_send_signal },
	{ "fsopen", "5.2", SYS_fsopen },
	{ "open_tree", "5.2", SYS_open_tree },
	{ "move_mount", "5.2", SYS_move_mount },
	{ "clone3", "5.3", SYS_clone3 },
	{ "pidfd_open", "5.3", SYS_pidfd_open },
	{ "openat2", "5.6", SYS_openat2 },
	{ "close_range", "5.9", SYS_close_range },
	{ "mount_setattr", "5.12", SYS_mount_setattr },
};

static const char *const namespaces[] = { "mnt", "pid", "ipc", "uts", "net", "cgroup" };

/* All ones: no descriptor, no address, and flags that no call knows. */
static bool call_is_there(const struct call *call)
{
	long none = -1;
	long r = syscall(call->number, none, none, none, none, none, none);

	return r >= 0 || errno != ENOSYS;
}

static bool namespace_is_there(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/ns/%s", name);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

void kernel_check(struct report *report)
{
	char missing[512] = "";
	struct utsname self;
	size_t len = 0;

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (!call_is_there(&calls[i]))
			len += (size_t)snprintf(missing + len, sizeof missing - len, "%s%s (%s)",
				len ? ", " : "", calls[i].name, calls[i].since);
	for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
		if (!namespace_is_there(namespaces[i]))
			len += (size_t)snprintf(missing + len, sizeof missing - len,
				"%s%s namespaces", len ? ", " : "", namespaces[i]);
	if (len == 0)
		return;
	report_line(report, REPORT_PROBLEM,
		"this kernel, Linux %s, has no %s: no room can be made, and who has one is "
		"refused: " KERNEL_ADVICE,
		uname(&self) == 0 ? self.release : "of an unknown release", missing);
}

/* Whether what is mounted below /run/user shows in peers, mount_namespaces(7): 1 or 0, or -errno.
 */
static int run_user_is_shared(void)
{
	static const char *const ways[] = { "/", "/run", "/run/user" };
	cleanup_file FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[256], fields[256];
	size_t best = 0;
	bool shared = true;

	if (!file)
		return -errno;
	while (fgets(line, sizeof line, file)) {
		/* A private one has no field there. */
		*fields = '\0';
		if (sscanf(line, "%*s %*s %*s %*s %255s %*s %255[^-]", point, fields) < 1)
			continue;
		for (size_t i = best; i < sizeof ways / sizeof ways[0]; i++)
			if (strcmp(point, ways[i]) == 0) {
				best = i;
				shared = strstr(fields, "shared:") != NULL;
			}
	}
	return shared;
}

void kernel_check_sharing(struct report *report)
{
	int shared = access("/run/systemd/system", F_OK) == 0 ? run_user_is_shared() : 1;

	if (shared < 0)
		report_line(report, REPORT_UNKNOWN, "the mounts of this host: %s",
			strerrordesc_np(-shared));
	if (shared == 0)
		report_line(report, REPORT_WARNING,
			"the mounts of this host are private, and what systemd mounts below "
			"/run/user does not reach a living room: mount --make-rshared / changes "
			"it");
}

void kernel_check_limits(const struct policy *policy, struct report *report)
{
	cleanup_fd int root_fd = cgroup_root();

	for (size_t i = 0; i < policy->n_rooms; i++) {
		const struct room_spec *spec = &policy->rooms[i];
		struct limits limits;
		struct why why = { 0 };
		char place[512];
		int r = limits_of(spec, &limits, &why);

		if (r == 0)
			r = cgroup_check_controllers(root_fd, &limits, &why);
		if (r == 0)
			r = settle_check(cgroup_driver(), spec, spec->share == SHARE_GROUP, &why);
		if (r < 0)
			report_line(report, REPORT_PROBLEM,
				"%s: the limits of room '%s' cannot be set, and its logins are "
				"refused: %s%s",
				place_print(&spec->place, place, sizeof place), spec->name,
				why.text,
				root_fd < 0 ? ": mount cgroup2 on /sys/fs/cgroup "
					      "(systemd.unified_cgroup_hierarchy=1)" :
					      "");
	}
}
