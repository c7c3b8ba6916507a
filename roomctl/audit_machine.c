/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Devices and the system's files. Devices are never opened, because for some that does something (a
 * tape winds back): faccessat(2) asks the kernel whether it would let them be. Nothing is written:
 * whether a place is read-only, the kernel says of its mount.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/clean.h"
#include "roomctl/audit.h"

#define DEVICES_MAX 12

static const char *const usual[] = { "null", "zero", "full", "random", "urandom", "tty", "ptmx",
	"pts", "shm", "mqueue", "hugepages", "stdin", "stdout", "stderr", "fd", "log" };

static bool is_usual(const char *name)
{
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (strcmp(usual[i], name) == 0)
			return true;
	return name[0] == '.';
}

/* Adds the nodes of a type below that directory, two levels deep; openable: only those that this
 * process may open. */
static void add_nodes(
	struct finding *finding, int dfd, const char *path, mode_t type, bool openable, int depth)
{
	int fd = openat(dfd, depth ? path : "/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int n = 0;

	while (dir && n < DEVICES_MAX && (entry = readdir(dir))) {
		char name[300];
		struct stat st;

		if ((!depth && is_usual(entry->d_name)) || entry->d_name[0] == '.' ||
			fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < 2)
			add_nodes(finding, dirfd(dir), entry->d_name, type, openable, depth + 1);
		if ((st.st_mode & S_IFMT) != type ||
			(openable && faccessat(dirfd(dir), entry->d_name, R_OK, AT_EACCESS) < 0 &&
				faccessat(dirfd(dir), entry->d_name, W_OK, AT_EACCESS) < 0))
			continue;
		snprintf(name, sizeof name, "%s%s%.200s", depth ? path : "", depth ? "/" : "",
			entry->d_name);
		n += finding_add(finding, name);
	}
}

static void by_text(struct finding *finding)
{
	finding->answer = finding->text[0] ? ANSWER_YES : ANSWER_NO;
}

static void probe_disks(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	add_nodes(finding, AT_FDCWD, "", S_IFBLK, false, 0);
	by_text(finding);
}

static void probe_devices(const struct audit *audit, struct finding *finding)
{
	(void)audit;
	add_nodes(finding, AT_FDCWD, "", S_IFCHR, true, 0);
	by_text(finding);
}

/* SYSLOG_ACTION_READ_ALL of no bytes: the kernel looks at the right to read it, and reads nothing
 * (syslog(2)). */
static void probe_kernel_log(const struct audit *audit, struct finding *finding)
{
	char none = 0;

	(void)audit;
	if (faccessat(AT_FDCWD, "/dev/kmsg", R_OK, AT_EACCESS) == 0 ||
		faccessat(AT_FDCWD, "/dev/kmsg", W_OK, AT_EACCESS) == 0)
		finding_add(finding, "/dev/kmsg");
	if (klogctl(3, &none, 0) >= 0)
		finding_add(finding, "syslog(2)");
	by_text(finding);
}

/* Which of these are on a mount that could be written to by whoever has the right. */
static void add_writable(struct finding *finding, const char *const *paths, size_t n)
{
	struct statvfs vfs;

	for (size_t i = 0; i < n; i++)
		if (statvfs(paths[i], &vfs) == 0 && !(vfs.f_flag & ST_RDONLY))
			finding_add(finding, paths[i]);
	by_text(finding);
}

static void probe_usr(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/usr", "/boot", "/usr/lib", "/usr/bin" };

	(void)audit;
	add_writable(finding, paths, 4);
}

static void probe_etc(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/etc", "/var", "/opt" };

	(void)audit;
	add_writable(finding, paths, 3);
}

static void probe_sysctl(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/proc/sys", "/proc/sysrq-trigger" };

	(void)audit;
	add_writable(finding, paths, 2);
}

static void probe_sys(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/sys", "/sys/kernel", "/sys/fs/bpf" };

	(void)audit;
	add_writable(finding, paths, 3);
}

/* Whether there is anything in them; what is covered is empty. */
static void probe_secrets(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/proc/keys", "/proc/key-users", "/proc/interrupts",
		"/proc/timer_list", "/proc/sched_debug", "/proc/kcore", "/sys/kernel/debug",
		"/sys/kernel/security", "/sys/firmware" };

	(void)audit;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		cleanup_fd int fd = open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		cleanup_dir DIR *dir = NULL;
		char byte;
		int n = 0;

		if (fd < 0)
			continue;
		dir = opendir(paths[i]);
		while (dir && readdir(dir))
			n++;
		if (dir ? n > 2 : read(fd, &byte, 1) == 1)
			finding_add(finding, paths[i]);
	}
	by_text(finding);
}

/* By permissions, mount flags and capabilities as they are for this process. */
static void probe_writable(const struct audit *audit, struct finding *finding)
{
	static const char *const paths[] = { "/", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib",
		"/usr/local/bin", "/usr/local/lib", "/boot", "/etc", "/etc/cron.d", "/etc/pam.d",
		"/etc/passwd", "/etc/sudoers", "/opt", "/srv", "/var", "/var/lib",
		"/var/spool/cron/crontabs", "/lib/modules", "/proc/sys/kernel/core_pattern",
		"/proc/sysrq-trigger", "/sys/kernel" };

	(void)audit;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (faccessat(AT_FDCWD, paths[i], W_OK, AT_EACCESS) == 0)
			finding_add(finding, paths[i]);
	by_text(finding);
}

const struct audit_row audit_machine[] = {
	{ "disks", "Are the host's disks in /dev?", 20, "D-43", probe_disks,
		"Disks are in /dev, for whoever may open them: %s.", "No disk is in /dev.",
		"dev = \"minimal\"" },
	{ "devices", "Are there devices that it may open?", 10, "D-43", probe_devices,
		"It may open devices besides the usual ones: %s.",
		"It may open no device but the usual ones.",
		"dev = \"minimal\", fewer devices; take the user out of groups like disk and kvm" },
	{ "kernel-log", "Does it read the kernel's log?", 10, "", probe_kernel_log,
		"It reads the kernel's log, with addresses and what others' programs do (%s).",
		"It does not read the kernel's log.", "dev = \"minimal\"" },
	{ "writable", "May it write to the system's files?", 0, "", probe_writable,
		"It may write to %s.", "It may write to no place of the system's.",
		"file permissions; setuid = \"none\" for what root may do" },
	{ "usr", "Could root in it write to programs (/usr, /boot)?", 20, "", probe_usr,
		"Whoever becomes root in it can change programs: %s.",
		"Programs are read-only, for root in it too.", "system = \"protected\"" },
	{ "etc", "Could root in it write to /etc and /var?", 10, "", probe_etc,
		"Whoever becomes root in it can change the host's settings, and so is its "
		"administrator: %s.",
		"/etc and /var are read-only, for root in it too.", "system = \"read_only\"" },
	{ "sysctl", "Could root in it change the kernel's settings (/proc/sys)?", 20, "D-24",
		probe_sysctl,
		"Whoever becomes root in it can have the kernel run programs outside: %s.",
		"The kernel's settings are read-only, for root in it too.",
		"system = \"protected\"" },
	{ "sys", "Could root in it change devices in /sys?", 10, "D-42 D-24", probe_sys,
		"Whoever becomes root in it can change devices and the kernel by %s.",
		"/sys is read-only, for root in it too.", "system = \"protected\"" },
	{ "secrets", "Does it read what the kernel tells of the host?", 10, "", probe_secrets,
		"It reads what the kernel tells of the whole host: %s.",
		"What the kernel tells of the whole host is covered.", "system = \"protected\"" },
};

const size_t audit_n_machine = sizeof audit_machine / sizeof audit_machine[0];
