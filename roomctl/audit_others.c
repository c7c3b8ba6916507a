/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a session sees of other people, and of what its own user runs outside. Nothing is read of
 * anybody, and no signal but the null one is sent (kill(2)).
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/audit.h"
#include "roomctl/audit_sockets.h"

#define SEEN_MAX 8 /* names of each kind that are told */

static bool add_user(struct finding *finding, uid_t uid)
{
	const struct passwd *found = getpwuid(uid);
	char name[64];

	if (found)
		snprintf(name, sizeof name, "%s", found->pw_name);
	else
		snprintf(name, sizeof name, "uid %u", uid);
	return strstr(finding->text, name) || finding_add(finding, name);
}

struct process {
	pid_t pid, parent;
	uid_t uid;
};

/* All that /proc shows: their number; at most max. */
static size_t read_processes(struct process *list, size_t max)
{
	cleanup_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	size_t n = 0;

	while (dir && n < max && (entry = readdir(dir))) {
		char name[64], text[4096];
		const char *at;
		uint64_t pid;

		if (text_u64(entry->d_name, INT32_MAX, &pid) < 0)
			continue;
		snprintf(name, sizeof name, "%.16s/status", entry->d_name);
		if (fd_read_small(dirfd(dir), name, text, sizeof text) < 0)
			continue;
		list[n].pid = (pid_t)pid;
		at = strstr(text, "\nPPid:\t");
		if (!at || sscanf(at, "\nPPid:\t%d", &list[n].parent) != 1)
			continue;
		at = strstr(at, "\nUid:\t");
		if (at && sscanf(at, "\nUid:\t%u", &list[n].uid) == 1)
			n++;
	}
	return n;
}

/* What a process of this user started, by sudo for example, is no other's. */
static bool is_descendant(const struct process *list, size_t n, pid_t pid, uid_t uid)
{
	for (int depth = 0; depth < 64 && pid > 0; depth++) {
		size_t i = 0;

		while (i < n && list[i].pid != pid)
			i++;
		if (i == n)
			return false;
		if (list[i].uid == uid)
			return true;
		pid = list[i].parent;
	}
	return false;
}

/* A process of somebody else, not counting the first one, which is a room's keeper. */
static size_t read_strangers(uid_t user, struct process *ret, size_t max)
{
	static struct process list[8192];
	size_t n = read_processes(list, sizeof list / sizeof list[0]), found = 0;

	for (size_t i = 0; i < n && found < max; i++)
		if (list[i].pid != 1 && !is_descendant(list, n, list[i].pid, user))
			ret[found++] = list[i];
	return found;
}

static void probe_processes(const struct audit *audit, struct finding *finding)
{
	static struct process strangers[8192];
	size_t n = read_strangers(audit->user, strangers, sizeof strangers / sizeof strangers[0]);

	finding_set(finding, n > 0 ? ANSWER_YES : ANSWER_NO, n > 0 ? "%zu, of " : NULL, n);
	for (size_t i = 0; i < n && i < 200; i++) {
		const struct passwd *found = getpwuid(strangers[i].uid);
		size_t len = strlen(finding->text);
		char name[64];

		snprintf(name, sizeof name, "%s ", found ? found->pw_name : "others");
		if (!strstr(finding->text, name) && len + sizeof name < sizeof finding->text)
			strcpy(finding->text + len, name);
	}
	if (n > 0)
		finding->text[strlen(finding->text) - 1] = '\0';
}

static void probe_signals(const struct audit *audit, struct finding *finding)
{
	static struct process strangers[8192];
	size_t n = read_strangers(audit->user, strangers, sizeof strangers / sizeof strangers[0]),
	       n_can = 0;

	for (size_t i = 0; i < n; i++)
		n_can += kill(strangers[i].pid, 0) == 0;
	finding_set(
		finding, n_can > 0 ? ANSWER_YES : ANSWER_NO, "%zu of %zu that it sees", n_can, n);
}

/* Opening a process's memory asks for the right to trace it (proc(5)), and reads nothing. */
static void probe_trace(const struct audit *audit, struct finding *finding)
{
	static struct process strangers[8192];
	size_t n = read_strangers(audit->user, strangers, sizeof strangers / sizeof strangers[0]),
	       n_can = 0;

	for (size_t i = 0; i < n && i < 500; i++) {
		char path[64];
		cleanup_fd int fd = -1;

		snprintf(path, sizeof path, "/proc/%d/mem", strangers[i].pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n_can += fd >= 0;
	}
	finding_set(
		finding, n_can > 0 ? ANSWER_YES : ANSWER_NO, "%zu of %zu that it sees", n_can, n);
}

/* Entries of a directory that belong to somebody else; those of names[] are nobody's. */
static void add_of_others(struct finding *finding, const char *path, uid_t uid)
{
	static const char *const common[] = { ".", "..", ".X11-unix", ".ICE-unix", ".font-unix",
		".XIM-unix", ".Test-unix" };
	cleanup_dir DIR *dir = opendir(path);
	const struct dirent *entry;
	int n = 0;

	while (dir && n < SEEN_MAX && (entry = readdir(dir))) {
		char name[300];
		struct stat st;
		bool is_common = false;

		for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
			is_common |= strcmp(entry->d_name, common[i]) == 0;
		if (is_common || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			st.st_uid == uid)
			continue;
		snprintf(name, sizeof name, "%s/%.200s", path, entry->d_name);
		n += finding_add(finding, name);
	}
}

static void by_text(struct finding *finding)
{
	finding->answer = finding->text[0] ? ANSWER_YES : ANSWER_NO;
}

static void probe_tmp(const struct audit *audit, struct finding *finding)
{
	add_of_others(finding, "/tmp", audit->user);
	add_of_others(finding, "/var/tmp", audit->user);
	add_of_others(finding, "/dev/shm", audit->user);
	by_text(finding);
}

/* Beside one's own home, and of the accounts of passwd(5) that people have. */
static void probe_homes(const struct audit *audit, struct finding *finding)
{
	const struct passwd *own = getpwuid(audit->user);
	char home[512], above[512];
	cleanup_file FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *other;
	int n = 0;

	snprintf(home, sizeof home, "%s", own ? own->pw_dir : "/");
	strcpy(above, home);
	if (strcmp(home, "/") != 0 && strcmp(dirname(above), "/") != 0)
		add_of_others(finding, above, audit->user);
	while (file && n < SEEN_MAX && (other = fgetpwent(file))) {
		struct stat st;

		if (other->pw_uid < 1000 || other->pw_uid >= 60000 ||
			strcmp(other->pw_dir, home) == 0 || stat(other->pw_dir, &st) < 0 ||
			st.st_uid != other->pw_uid || strstr(finding->text, other->pw_dir))
			continue;
		n += finding_add(finding, other->pw_dir);
	}
	by_text(finding);
}

/* shmctl(2) and its like tell of every segment of the namespace; /proc/sysvipc lists them. */
static void probe_ipc(const struct audit *audit, struct finding *finding)
{
	static const char *const files[] = { "shm", "sem", "msg" };
	/* The column of the owner, counted from 0 (sysvipc(7)). */
	static const int columns[] = { 7, 4, 7 };
	unsigned int uid = audit->user;

	for (size_t i = 0; i < 3; i++) {
		char path[64], line[512];
		cleanup_file FILE *file = NULL;

		snprintf(path, sizeof path, "/proc/sysvipc/%s", files[i]);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof line, file)) {
			char *rest = line, *word = strtok_r(line, " \n", &rest);
			uint64_t owner;

			for (int j = 0; word && j < columns[i]; j++)
				word = strtok_r(NULL, " \n", &rest);
			if (word && text_u64(word, UINT32_MAX, &owner) == 0 && owner != uid)
				add_user(finding, (uid_t)owner);
		}
	}
	by_text(finding);
}

/* A pool of one's own says so among its options (mount options of devpts: max=). */
static void probe_ptys(const struct audit *audit, struct finding *finding)
{
	cleanup_file FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	bool found = false, capped = false;

	(void)audit;
	while (file && fgets(line, sizeof line, file))
		if (strstr(line, " /dev/pts ")) {
			found = true;
			capped = strstr(line, ",max=") != NULL;
		}
	if (!found)
		finding_set(finding, ANSWER_UNKNOWN, "nothing is mounted at /dev/pts");
	else
		finding_set(finding, capped ? ANSWER_NO : ANSWER_YES, NULL);
}

/* By their permissions, which mesg(1) sets; none is opened. */
static void probe_terminals(const struct audit *audit, struct finding *finding)
{
	cleanup_dir DIR *dir = opendir("/dev/pts");
	const struct dirent *entry;
	char name[300];
	int n = 0;

	while (dir && n < SEEN_MAX && (entry = readdir(dir))) {
		struct stat st;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
			fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 ||
			st.st_uid == audit->user ||
			faccessat(dirfd(dir), entry->d_name, W_OK, AT_EACCESS) < 0)
			continue;
		snprintf(name, sizeof name, "/dev/pts/%.200s", entry->d_name);
		n += finding_add(finding, name);
	}
	by_text(finding);
}

/* What is written into the home is read by whatever runs with it outside. */
static void probe_home(const struct audit *audit, struct finding *finding)
{
	const struct passwd *own = getpwuid(audit->user);

	if (!own)
		finding_set(finding, ANSWER_UNKNOWN, "this user has no entry in passwd(5)");
	else if (faccessat(AT_FDCWD, own->pw_dir, W_OK | X_OK, AT_EACCESS) < 0)
		finding_set(finding, ANSWER_NO, "%s: %s", own->pw_dir, strerrordesc_np(errno));
	else
		finding_set(finding, ANSWER_YES, "%s", own->pw_dir);
}

const struct audit_row audit_others[] = {
	{ "processes", "Does it see processes of others?", 50, "D-33 D-34", probe_processes,
		"It sees what others run, with their command lines: %s.",
		"It sees no process of anybody else.", "any room does" },
	{ "signals", "Does it signal processes of others?", 0, "D-33", probe_signals,
		"It can end processes of others: %s.",
		"It can signal no process of anybody else (%s).",
		"capabilities.bounding = \"-kill\"" },
	{ "trace", "Does it look into processes of others?", 0, "D-34", probe_trace,
		"It can read the memory of others' processes: %s.",
		"It can look into no process of anybody else (%s).",
		"capabilities.bounding = \"-sys_ptrace\"" },
	{ "homes", "Does it see homes of others?", 40, "", probe_homes,
		"It sees other homes, and enters those whose permissions let it: %s.",
		"It sees no home but its own.", "homes = \"hidden\"" },
	{ "tmp", "Does it see files of others in /tmp, /var/tmp and /dev/shm?", 30, "D-36 D-13",
		probe_tmp, "It sees what others keep in /tmp, /var/tmp or /dev/shm: %s.",
		"In /tmp, /var/tmp and /dev/shm nothing of others is seen.",
		"tmp.kind = \"memory\"" },
	{ "ipc", "Does it see shared memory and queues of others?", 10, "D-35", probe_ipc,
		"It sees System V objects of others: %s.",
		"It sees no shared memory, semaphore or queue of others.",
		"namespaces with \"ipc\"" },
	{ "ptys", "Are its terminals of the host's pool?", 10, "D-62 D-39", probe_ptys,
		"Its terminals come from the host's pool: it can use the pool up, and write to the "
		"user's terminals outside.",
		"It has a pool of terminals of its own.", "limits.ptys = NUMBER" },
	{ "terminals", "Does it write to terminals of others?", 0, "D-39", probe_terminals,
		"It can write to terminals of others: %s.",
		"It can write to no terminal of anybody else.", "limits.ptys = NUMBER; mesg(1)" },
	{ "manager", "Does it reach a user manager that runs outside?", 20, "D-1 D-5",
		probe_manager, "It reaches a systemd --user that starts programs %s.",
		"It reaches no user manager that would start programs outside (%s).",
		"roomctl enable; strays = \"restart\"" },
	{ "home", "Is its home that of programs outside too?", 20,
		"D-7 D-8 D-12 D-13 D-31 D-38 D-46", probe_home,
		"What it writes to %s is read, and some of it run, by programs outside: mail "
		"(.forward), services, other logins of the user; it reaches their sockets and "
		"locks there.",
		"It cannot write to its home (%s).",
		"lead every way in through PAM, strays = \"refuse\", no pipes in .forward" },
};

const size_t audit_n_others = sizeof audit_others / sizeof audit_others[0];
