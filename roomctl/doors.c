/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Ways past the rooms (see doors.h).
 */
#include "roomctl/doors.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/judge.h"
#include "roomctl/out.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"
#include "roomctl/wiring.h"

#define DOORS_SERVICES_MAX 1024

/* Files in pam.d through which no user comes in. */
static const char *const no_doors[] = {
	/* parts of other files */
	"common-*", "system-auth*", "password-auth*", "smartcard-auth*", "fingerprint-auth*",
	"postlogin*", "config-util",
	/* for root only */
	"runuser", "runuser-l", "newusers", "chpasswd", "groupmems", "useradd", "userdel",
	"usermod",
	/* run nothing for the user */
	"chfn", "chsh", "passwd", "vlock",
	/* what packages leave behind */
	"*.dpkg-*", "*.ucf-*", "*.rpmnew", "*.rpmsave", "*~", ".*"
};

struct names {
	char *list[DOORS_SERVICES_MAX];
	size_t n;
};

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->list[i]);
}

static bool is_no_door(const char *name)
{
	for (size_t i = 0; i < sizeof no_doors / sizeof no_doors[0]; i++)
		if (fnmatch(no_doors[i], name, 0) == 0)
			return true;
	for (size_t i = 0; i < WIRING_SERVICES; i++)
		if (strcmp(wiring_services[i], name) == 0)
			return true;
	return false;
}

static bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->list[i], name) == 0)
			return true;
	return false;
}

static int names_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the services that have a file in that directory of the tree. */
static int names_read(const struct tree *tree, const char *path, struct names *names)
{
	int fd = tree_open_dir(tree, path);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		int r = fd < 0 ? fd : -errno;

		fd_closep(&fd);
		return r == -ENOENT ? 0 : r;
	}
	while ((errno = 0, entry = readdir(dir))) {
		if (is_no_door(entry->d_name) || names_have(names, entry->d_name))
			continue;
		if (names->n == DOORS_SERVICES_MAX)
			return -E2BIG;
		names->list[names->n] = strdup(entry->d_name);
		if (!names->list[names->n])
			return -ENOMEM;
		names->n++;
	}
	return -errno;
}

static void look_at(const struct tree *tree, const char *service, struct report *report)
{
	cleanup_with(stack_free) struct stack stack = { 0 };
	struct why why = { 0 };
	char text[512];

	if (stack_read(tree, NULL, service, &stack, &why) < 0)
		report_line(report, REPORT_UNKNOWN, "%s: %s", service,
			why_print(&why, text, sizeof text));
	else if (stack_count_ours(&stack) > 0)
		judge_stack(&stack, service, true, report);
	else if (stack.n > 0)
		report_line(report, REPORT_NOTE,
			"%s: pam_room.so is not in its session stack, so whoever comes in that way "
			"is outside",
			service);
}

void doors_services(const struct tree *tree, struct report *report)
{
	cleanup_with(names_free) struct names names = { .n = 0 };
	int r = names_read(tree, STACK_DIR, &names);

	if (r == 0)
		r = names_read(tree, STACK_VENDOR_DIR, &names);
	if (r < 0)
		report_line(
			report, REPORT_UNKNOWN, "cannot list the PAM services: %s", strerror(-r));
	qsort(names.list, names.n, sizeof names.list[0], names_compare);
	for (size_t i = 0; i < names.n; i++)
		look_at(tree, names.list[i], report);
}

static bool is_manager_outside(int proc_dfd, const char *pid, ino_t mnt, uid_t *ret_uid)
{
	char path[64], comm[32];
	struct stat st, ns;

	if (fstatat(proc_dfd, pid, &st, 0) < 0 || st.st_uid == 0)
		return false;
	snprintf(path, sizeof path, "%.16s/comm", pid);
	if (fd_read_small(proc_dfd, path, comm, sizeof comm) < 0 || strcmp(comm, "systemd\n") != 0)
		return false;
	snprintf(path, sizeof path, "%.16s/ns/mnt", pid);
	*ret_uid = st.st_uid;
	return fstatat(proc_dfd, path, &ns, 0) == 0 && ns.st_ino == mnt;
}

void doors_managers(struct report *report)
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	struct stat own;
	uint64_t number;
	uid_t uid;

	if (geteuid() != 0)
		return;
	if (!dir || stat("/proc/self/ns/mnt", &own) < 0) {
		report_line(report, REPORT_UNKNOWN, "cannot look for user managers: %s",
			strerror(errno));
		return;
	}
	while ((entry = readdir(dir)))
		if (text_u64(entry->d_name, INT32_MAX, &number) == 0 &&
			is_manager_outside(dirfd(dir), entry->d_name, own.st_ino, &uid))
			report_line(report, REPORT_NOTE,
				"the user manager of uid %u (process %s) runs outside, with all "
				"that it "
				"starts, until it is restarted: systemctl restart user@%u",
				uid, entry->d_name, uid);
}
