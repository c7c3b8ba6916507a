/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Start-up states that are about what the caller may do, and about which file is run (see
 * states.h).
 */
#include "tests/fault/states_make.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/sys.h"

bool make_nothing(const struct state *state)
{
	(void)state;
	return true;
}

bool make_no_new_privs(const struct state *state)
{
	(void)state;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* The tracer has the ids of whoever starts the program, and ends as that ends. */
bool make_traced(const struct state *state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	/* One that has no capability traces nobody who has. */
	if (start.by_user &&
		(setresgid(states_gid, states_gid, states_gid) < 0 ||
			setresuid(states_uid, states_uid, states_uid) < 0))
		_exit(1);
	start.became = start.by_user;
	if (pid == 0)
		return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* a: a system call that fails with errno b from here on; 0: it says that it was done. */
bool make_filter(const struct state *state)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)state->a, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)state->b),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof insns / sizeof insns[0], .filter = insns };

	return sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool make_securebits(const struct state *state)
{
	return prctl(PR_SET_SECUREBITS, state->a) == 0;
}

/* a: a capability that the bounding set loses; below 0: all of them */
bool make_bounding(const struct state *state)
{
	for (long cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if ((state->a < 0 || state->a == cap) && prctl(PR_CAPBSET_DROP, cap) < 0)
			return false;
	return true;
}

/* All of them inheritable, and ambient where the kernel takes that. */
bool make_ambient(const struct state *state)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	(void)state;
	if (sys_capget(&header, data) < 0)
		return false;
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	if (sys_capset(&header, data) < 0)
		return false;
	for (unsigned int cap = 0; cap < 64; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
	return true;
}

/* The same tree, seen from another place, in a mount namespace of its own. */
bool make_chroot(const struct state *state)
{
	(void)state;
	return unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0 &&
		mount("/", "/mnt", NULL, MS_BIND | MS_REC, NULL) == 0 && chroot("/mnt") == 0 &&
		chdir("/") == 0;
}

static bool write_file(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* A user who is root in a user namespace of his own, with a registry and a policy of his own. */
bool make_user_namespace(const struct state *state)
{
	char uids[64], gids[64];

	(void)state;
	snprintf(uids, sizeof uids, "0 %u 1", states_uid);
	snprintf(gids, sizeof gids, "0 %u 1", states_gid);
	if (setresgid(states_gid, states_gid, states_gid) < 0 ||
		setresuid(states_uid, states_uid, states_uid) < 0 ||
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	start.became = true;
	return write_file("/proc/self/setgroups", "deny") &&
		write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids) &&
		mount("tmpfs", "/run", "tmpfs", 0, NULL) == 0 &&
		mount("tmpfs", "/etc/pam_room", "tmpfs", 0, NULL) == 0;
}

static bool copy_file(const char *from, const char *to)
{
	cleanup_fd int in = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_fd int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	struct stat st;

	return in >= 0 && out >= 0 && fstat(in, &st) == 0 &&
		sendfile(out, in, NULL, (size_t)st.st_size) == st.st_size &&
		fchmod(out, 04755) == 0;
}

/* a: 0 a hard link, 1 a copy, setuid too, 2 by a mount with nosuid, 3 a symbolic link */
bool make_another_file(const struct state *state)
{
	static const char other[] = "/usr/local/lib/stage/another";
	const char *program = start.program;

	unlink(other);
	start.program = other;
	if (state->a == 0)
		return link(program, other) == 0;
	if (state->a == 1)
		return copy_file(program, other);
	if (state->a == 3)
		return symlink(program, other) == 0;
	start.program = program;
	return unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0 &&
		mount(program, program, NULL, MS_BIND, NULL) == 0 &&
		mount(NULL, program, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID, NULL) == 0;
}

bool make_by_fd(const struct state *state)
{
	(void)state;
	start.by_fd = true;
	return true;
}

/* As a program that the dynamic loader reads, so that no bit of its file counts. */
bool make_by_loader(const struct state *state)
{
	static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2",
		"/lib/ld-linux-aarch64.so.1" };
	static char program[128];

	(void)state;
	snprintf(program, sizeof program, "%s", start.program);
	for (int i = start.argc; i > 1; i--)
		start.argv[i] = start.argv[i - 1];
	start.argv[1] = program;
	start.argc++;
	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
		if (access(loaders[i], X_OK) == 0)
			start.program = loaders[i];
	return strcmp(start.program, program) != 0;
}
