/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What one program becomes when it is started (see elevate.h). elevate_survey.c looks for them.
 */
#include "roomctl/elevate.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/sys.h"

#define ELEVATE_MS 2000 /* for a loader to come to its first library */

/* Ids and capabilities of a process, and whether it waits for something. */
struct become {
	unsigned int uid, gid; /* effective */
	uint64_t caps;         /* permitted */
	char state;
};

static bool become_read(pid_t pid, struct become *ret)
{
	cleanup_fd int proc_dfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[32], text[4096];
	const char *at;
	unsigned long long caps;

	snprintf(name, sizeof name, "%d/status", pid);
	if (proc_dfd < 0 || fd_read_small(proc_dfd, name, text, sizeof text) < 0)
		return false;
	at = strstr(text, "\nState:\t");
	if (!at || sscanf(at, "\nState:\t%c", &ret->state) != 1)
		return false;
	at = strstr(at, "\nUid:\t");
	if (!at || sscanf(at, "\nUid:\t%*u\t%u", &ret->uid) != 1)
		return false;
	at = strstr(at, "\nGid:\t");
	if (!at || sscanf(at, "\nGid:\t%*u\t%u", &ret->gid) != 1)
		return false;
	at = strstr(at, "\nCapPrm:\t");
	if (!at || sscanf(at, "\nCapPrm:\t%llx", &caps) != 1)
		return false;
	ret->caps = caps;
	return true;
}

enum kind { KIND_NONE, KIND_DYNAMIC, KIND_OTHER };

static bool elf_needs_library(int fd, const Elf64_Phdr *dynamic)
{
	for (size_t i = 0; i < dynamic->p_filesz / sizeof(Elf64_Dyn) && i < 256; i++) {
		Elf64_Dyn entry;

		if (pread(fd, &entry, sizeof entry,
			    (off_t)(dynamic->p_offset + i * sizeof entry)) != sizeof entry)
			return false;
		if (entry.d_tag == DT_NEEDED)
			return true;
		if (entry.d_tag == DT_NULL)
			return false;
	}
	return false;
}

/* Dynamic: its loader needs a library before anything of the program runs. */
static enum kind elf_kind(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool has_loader = false, needs = false;
	Elf64_Ehdr head;

	if (fd < 0)
		return KIND_OTHER;
	/* The kernel heeds setuid bits of programs, not of scripts. */
	if (pread(fd, &head, sizeof head, 0) != sizeof head ||
		memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return KIND_NONE;
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phentsize != sizeof(Elf64_Phdr))
		return KIND_OTHER;
	for (unsigned int i = 0; i < head.e_phnum; i++) {
		Elf64_Phdr part;

		if (pread(fd, &part, sizeof part, (off_t)(head.e_phoff + i * sizeof part)) !=
			sizeof part)
			return KIND_OTHER;
		has_loader |= part.p_type == PT_INTERP;
		if (part.p_type == PT_DYNAMIC)
			needs = elf_needs_library(fd, &part);
	}
	return has_loader && needs ? KIND_DYNAMIC : KIND_OTHER;
}

/* A pipe into which nothing more goes: whoever writes waits. */
static int full_pipe(int fds[2])
{
	static const char blanks[4096];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	fcntl(fds[1], F_SETPIPE_SZ, 4096);
	if (fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	while (write(fds[1], blanks, sizeof blanks) > 0)
		;
	while (write(fds[1], blanks, 1) > 0)
		;
	return errno == EAGAIN && fcntl(fds[1], F_SETFL, 0) == 0 ? 0 : -EIO;
}

/* The child: does not return. Tells by which errno execve(2) failed, or nothing. */
static void start(const char *path, int full_fd, int tell_fd)
{
	const struct rlimit none = { 0, 0 }, second = { 1, 1 };
	char name[] = "audit", *argv[] = { name, NULL }, *environment[] = { NULL };
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), error = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0 ||
		dup2(full_fd, STDERR_FILENO) < 0 || setrlimit(RLIMIT_CPU, &second) < 0 ||
		setrlimit(RLIMIT_NOFILE, &none) < 0)
		error = errno;
	if (error == 0) {
		execve(path, argv, environment);
		error = errno;
	}
	if (write(tell_fd, &error, sizeof error) != sizeof error)
		_exit(1);
	_exit(0);
}

/* Waits until the loader waits. False: it ended, or is not seen. */
static bool watch(pid_t pid, struct become *ret)
{
	const struct timespec pause = { .tv_nsec = 300000 };
	int64_t deadline = deadline_in(ELEVATE_MS);

	while (become_read(pid, ret)) {
		if (ret->state == 'S')
			return true;
		if (ret->state == 'Z' || deadline_left(deadline) == 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* 0 and what it became; -EPERM when it may not run with its capabilities; another -errno when
 * nothing was seen. */
static int start_and_see(const char *path, struct become *ret)
{
	int full[2] = { -1, -1 }, tell[2] = { -1, -1 }, error = 0;
	int r = full_pipe(full);
	ssize_t len;
	pid_t pid;

	if (r == 0 && pipe2(tell, O_CLOEXEC) < 0)
		r = -errno;
	pid = r == 0 ? fork() : -1;
	if (pid == 0)
		start(path, full[1], tell[1]);
	if (r == 0 && pid < 0)
		r = -errno;
	fd_closep(&tell[1]);
	if (r == 0) {
		/* Its end closes when execve(2) has gone through. */
		len = read(tell[0], &error, sizeof error);
		r = len == sizeof error ? -error : watch(pid, ret) ? 0 : -ESRCH;
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	fd_closep(&tell[0]);
	fd_closep(&full[0]);
	fd_closep(&full[1]);
	return r;
}

static uint64_t bounding_set(void)
{
	uint64_t set = 0;

	for (unsigned int cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1)
			set |= UINT64_C(1) << cap;
	return set;
}

/* What the kernel would do by what it says of mount and process. */
static void judge(const char *path, const struct stat *st, struct become *ret)
{
	struct statvfs vfs;

	if (statvfs(path, &vfs) == 0 && (vfs.f_flag & (ST_NOSUID | ST_NOEXEC)))
		return;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return;
	if (st->st_mode & S_ISUID)
		ret->uid = st->st_uid;
	if (st->st_mode & S_ISGID)
		ret->gid = st->st_gid;
	if (!(st->st_mode & S_ISUID) ||
		(st->st_uid == 0 && !(prctl(PR_GET_SECUREBITS) & SECBIT_NOROOT)))
		ret->caps |= st->st_mode & S_ISGID && !(st->st_mode & S_ISUID) ? 0 : bounding_set();
}

int elevate_try(const char *path, struct elevation *ret)
{
	struct become own, found;
	struct stat st;
	enum kind kind;
	bool has_caps;
	int r;

	*ret = (struct elevation){ 0 };
	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -ENOENT;
	has_caps = lgetxattr(path, "security.capability", NULL, 0) > 0;
	if (!(st.st_mode & S_ISUID) && (st.st_mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) &&
		!has_caps)
		return -ENOENT;
	kind = elf_kind(path);
	if (kind == KIND_NONE || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -ENOENT;
	if (!become_read(getpid(), &own))
		return -EIO;
	found = own;
	r = kind == KIND_DYNAMIC ? start_and_see(path, &found) : -ENOEXEC;
	ret->started = r == 0 || r == -EPERM;
	if (r < 0)
		found = own;
	if (!ret->started)
		judge(path, &st, &found);
	ret->to_root = found.uid == 0 && own.uid != 0;
	ret->other_ids = !ret->to_root && (found.uid != own.uid || found.gid != own.gid);
	ret->caps = found.caps & ~own.caps;
	return 0;
}
