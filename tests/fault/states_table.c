/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The table of start-up states: a row of doc/threats.md, a name, how it is made, and what has to
 * come of it in each of the ways a program is started.
 */
#include "tests/fault/states_make.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/mempolicy.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "lib/sys.h"

#define W END_WORKS
#define R END_REFUSED
#define S END_SILENT
#define K END_KILLED
#define E END_EITHER
#define L END_RAISED
#define o END_NONE

/*                            helper pam su manager user */
#define EVERYWHERE                                                                                 \
	{                                                                                          \
		W, W, W, W, R                                                                      \
	}
#define HELPER_ONLY(end)                                                                           \
	{                                                                                          \
		end, o, o, o, o                                                                    \
	}
#define NO_FILTERS                                                                                 \
	{                                                                                          \
		E, E, E, o, o                                                                      \
	}

const struct state states[] = {
	{ "H-0", "nothing at all", make_nothing, 0, 0, EVERYWHERE },
	{ "H-1", "no name", make_name, 0, 0, { W, o, o, o, R } },
	{ "H-1", "an empty name", make_name, 1, 0, EVERYWHERE },
	{ "H-1", "a name of control bytes", make_name, 2, 0, EVERYWHERE },
	{ "H-1", "a name of 100000 bytes", make_name, 3, 0, EVERYWHERE },
	{ "H-1", "a path as a name", make_name, 4, 0, EVERYWHERE },
	{ "H-1", "an option", make_argument, 0, 0, { S, o, o, S, S } },
	{ "H-1", "a long option", make_argument, 1, 0, { S, o, o, S, S } },
	{ "H-1", "a word that is nearly right", make_argument, 2, 0, { S, o, o, S, S } },
	{ "H-1", "an empty word", make_argument, 3, 0, { S, o, o, S, S } },
	{ "H-1", "a newline", make_argument, 4, 0, { S, o, o, S, S } },
	{ "H-2", "a hostile environment", make_environment, 0, 0, { o, W, W, W, R } },
	{ "H-2", "an environment of 1.4 MB", make_huge_environment, 14, 0, EVERYWHERE },
	{ "H-3", "0 closed", make_closed, 1, 0, EVERYWHERE },
	{ "H-3", "1 closed", make_closed, 2, 0, { W, o, o, o, R } },
	{ "H-3", "2 closed", make_closed, 4, 0, EVERYWHERE },
	{ "H-3", "0, 1 and 2 closed", make_closed, 7, 0, { W, o, o, o, R } },
	{ "H-3", "0 and 2 closed", make_closed, 5, 0, EVERYWHERE },
	{ "H-4", "0 is a directory", make_stdio, 0, 0, { W, R, R, W, R } },
	{ "H-4", "2 is a directory", make_stdio, 2, 0, { W, R, R, W, R } },
	{ "H-4", "1 is a full disk", make_stdio, 1, 1, { W, o, o, o, R } },
	{ "H-4", "2 is a full disk", make_stdio, 2, 1, EVERYWHERE },
	{ "H-4", "0 is its own memory", make_stdio, 0, 2, EVERYWHERE },
	{ "H-4", "1 and 2 are broken pipes", make_broken_pipe, 0, 0, { W, o, o, o, R } },
	{ "H-5", "no descriptor 3", make_third, 0, 0, { R, o, o, W, R } },
	{ "H-5", "3 is a file", make_third, 1, 0, { R, W, W, W, R } },
	{ "H-5", "3 is a directory", make_third, 2, 0, { R, W, W, W, R } },
	{ "H-5", "3 is a pipe", make_third, 3, 0, { R, W, W, W, R } },
	{ "H-5", "3 is a stream socket", make_third, 4, 0, { R, W, W, W, R } },
	{ "H-5", "3 is a datagram socket", make_third, 5, 0, { R, W, W, W, R } },
	{ "H-5", "3 is a network socket", make_third, 6, 0, { R, W, W, W, R } },
	{ "H-5", "3 was made by a user", make_third, 7, 0, { R, W, W, W, R } },
	{ "H-5", "one of each kind, and the last number", make_many, 0, 0, EVERYWHERE },
	{ "H-5", "3000 descriptors", make_many, 3000, 0, EVERYWHERE },
	{ "H-6", "3 open files, for now", make_limit, RLIMIT_NOFILE, -4, { K, o, o, K, K } },
	{ "H-6", "no open files", make_limit, RLIMIT_NOFILE, 0, { o, o, o, K, K } },
	{ "H-6", "3 open files", make_limit, RLIMIT_NOFILE, 3, { K, o, o, K, K } },
	{ "H-6", "4 open files", make_limit, RLIMIT_NOFILE, 4, { K, o, o, o, K } },
	{ "H-6", "20 open files", make_limit, RLIMIT_NOFILE, 20, { L, o, o, L, R } },
	{ "H-6", "a file size of 0, for now", make_limit, RLIMIT_FSIZE, -1, { W, W, W, W, R } },
	{ "H-6", "a file size of 0", make_limit, RLIMIT_FSIZE, 0, { L, L, L, L, R } },
	{ "H-6", "no processes", make_limit, RLIMIT_NPROC, 0, { W, o, o, o, o } },
	{ "H-6", "a stack of 64 KiB, for now", make_limit, RLIMIT_STACK, -65537, EVERYWHERE },
	{ "H-6", "a stack of 256 KiB", make_limit, RLIMIT_STACK, 262144, { L, L, L, L, R } },
	{ "H-6", "an unlimited stack", make_unlimited_stack, 0, 0, EVERYWHERE },
	{ "H-6", "1 MiB of addresses", make_limit, RLIMIT_AS, 1 << 20, { K, o, o, K, K } },
	{ "H-6", "64 MiB of addresses", make_limit, RLIMIT_AS, 64 << 20, { L, L, L, L, R } },
	{ "H-6", "8 MiB of data", make_limit, RLIMIT_DATA, 8 << 20, { L, L, L, L, R } },
	{ "H-6", "one second of processor", make_limit, RLIMIT_CPU, 1, { L, L, L, L, R } },
	{ "H-6", "no locked memory", make_limit, RLIMIT_MEMLOCK, 0, EVERYWHERE },
	{ "H-6", "no pending signals", make_limit, RLIMIT_SIGPENDING, 0, EVERYWHERE },
	{ "H-6", "no message queues", make_limit, RLIMIT_MSGQUEUE, 0, EVERYWHERE },
	{ "H-6", "no core", make_limit, RLIMIT_CORE, 0, { W, L, L, L, R } },
	{ "H-6", "one byte of core", make_limit, RLIMIT_CORE, 1, EVERYWHERE },
	{ "H-6", "no priority", make_limit, RLIMIT_NICE, 0, EVERYWHERE },
	{ "H-6", "a microsecond in real time", make_limit, RLIMIT_RTTIME, 1, EVERYWHERE },
	{ "H-7", "all signals ignored", make_ignored, 0, 0, EVERYWHERE },
	{ "H-7", "SIGCHLD ignored", make_ignored, SIGCHLD, 0, EVERYWHERE },
	{ "H-7", "all signals blocked", make_blocked, 0, 0, EVERYWHERE },
	{ "H-8", "SIGTERM pending", make_blocked, SIGTERM, 0, { K, W, W, K, K } },
	{ "H-8", "SIGCHLD pending", make_blocked, SIGCHLD, 0, EVERYWHERE },
	{ "H-8", "SIGTSTP pending", make_blocked, SIGTSTP, 0, EVERYWHERE },
	{ "H-8", "SIGXFSZ pending", make_blocked, SIGXFSZ, 0, { K, W, W, K, K } },
	{ "H-8", "an alarm every 700 ms", make_timer, ITIMER_REAL, 700, EVERYWHERE },
	{ "H-8", "an alarm every 500 ms of work", make_timer, ITIMER_VIRTUAL, 500, EVERYWHERE },
	{ "H-8", "a profiling alarm every 500 ms", make_timer, ITIMER_PROF, 500, EVERYWHERE },
	{ "H-8", "SIGKILL when its parent ends", make_death_signal, SIGKILL, 0, EVERYWHERE },
	{ "H-9", "umask 000", make_umask, 0, 0, EVERYWHERE },
	{ "H-9", "umask 0777", make_umask, 0777, 0, EVERYWHERE },
	{ "H-10", "in a removed directory", make_cwd, 0, 0, EVERYWHERE },
	{ "H-10", "in a user's directory", make_cwd, 1, 0, EVERYWHERE },
	{ "H-10", "in a closed directory", make_cwd, 2, 0, EVERYWHERE },
	{ "H-10", "another root", make_chroot, 0, 0, { W, W, W, W, R } },
	{ "H-11", "a terminal", make_terminal, 0, 0, EVERYWHERE },
	{ "H-11", "a terminal, and ^Z", make_terminal, 26, 0, EVERYWHERE },
	{ "H-11", "a terminal that hangs up", make_terminal, -1, 0, { W, o, o, W, R } },
	{ "H-13", "traced", make_traced, 0, 0, { W, W, W, R, R } },
	{ "H-14", "idle, and at nice 19", make_standing, SCHED_IDLE, 0, EVERYWHERE },
	{ "H-14", "a batch job at nice 19", make_standing, SCHED_BATCH, 0, EVERYWHERE },
	{ "H-14", "the first to go without memory", make_oom_score, 1000, 0, EVERYWHERE },
	{ "H-14", "memory of one node", make_memory_policy, MPOL_BIND, 0, EVERYWHERE },
	{ "H-15", "no_new_privs", make_no_new_privs, 0, 0, { W, W, W, R, R } },
	{ "H-16", "no random addresses", make_personality, ADDR_NO_RANDOMIZE, 0, EVERYWHERE },
	{ "H-16", "readable is executable", make_personality, READ_IMPLIES_EXEC, 0, EVERYWHERE },
	{ "H-16", "PER_LINUX32", make_personality, PER_LINUX32, 0, EVERYWHERE },
	{ "H-16", "NOROOT", make_securebits, SECBIT_NOROOT, 0, { R, R, R, R, R } },
	{ "H-16", "NO_SETUID_FIXUP", make_securebits, SECBIT_NO_SETUID_FIXUP, 0,
		{ R, R, R, R, R } },
	{ "H-16", "no CAP_SYS_ADMIN", make_bounding, CAP_SYS_ADMIN, 0, { R, R, R, R, R } },
	{ "H-16", "no CAP_SETPCAP", make_bounding, CAP_SETPCAP, 0, { R, R, R, R, R } },
	{ "H-16", "no CAP_MKNOD", make_bounding, CAP_MKNOD, 0, { R, R, R, R, R } },
	{ "H-16", "no capability", make_bounding, -1, 0, { R, R, o, R, R } },
	{ "H-16", "all inheritable and ambient", make_ambient, 0, 0, EVERYWHERE },
	{ "H-16", "another session keyring", make_keyring, 0, 0, EVERYWHERE },
	{ "H-17", "a user namespace of its own", make_user_namespace, 0, 0, { o, o, o, o, R } },
	{ "H-18", "a hard link", make_another_file, 0, 0, { W, o, o, W, R } },
	{ "H-18", "a setuid copy", make_another_file, 1, 0, { R, o, o, R, R } },
	{ "H-18", "a symbolic link", make_another_file, 3, 0, { W, o, o, W, R } },
	{ "H-18", "by a descriptor", make_by_fd, 0, 0, { W, W, W, W, R } },
	{ "H-18", "by the loader", make_by_loader, 0, 0, { E, o, o, R, R } },
	{ "H-19", "on a nosuid mount", make_another_file, 2, 0, { W, o, o, R, R } },
#define FAKED(name)                                                                                \
	{                                                                                          \
		"H-15", #name " that does nothing", make_filter, SYS_##name, 0, NO_FILTERS         \
	}
#define DENIED(name)                                                                               \
	{                                                                                          \
		"H-15", #name " that fails", make_filter, SYS_##name, EPERM, NO_FILTERS            \
	}
	/* What a filter says it has done and has not, is read back. Other calls are not in this
	 * list: a filter is laid on a privileged process by root alone (seccomp(2)). */
	FAKED(setresuid),
	FAKED(setresgid),
	FAKED(setgroups),
	FAKED(rt_sigaction),
	FAKED(rt_sigprocmask),
	FAKED(setitimer),
	FAKED(prctl),
	FAKED(capset),
	FAKED(chdir),
	FAKED(setsid),
	FAKED(setns),
	FAKED(unshare),
	FAKED(chroot),
	FAKED(umask),
	DENIED(setresuid),
	DENIED(setresgid),
	DENIED(setgroups),
	DENIED(rt_sigaction),
	DENIED(rt_sigprocmask),
	DENIED(setitimer),
	{ "H-15", "prlimit64 that fails", make_filter, SYS_prlimit64, EPERM, HELPER_ONLY(E) },
	DENIED(close_range),
	DENIED(prctl),
	DENIED(capset),
	DENIED(capget),
	DENIED(chdir),
	DENIED(fchdir),
	DENIED(setsid),
	DENIED(setns),
	DENIED(unshare),
	DENIED(clone3),
	DENIED(pidfd_open),
	DENIED(open_tree),
	DENIED(mount_setattr),
	DENIED(move_mount),
	DENIED(mount),
	DENIED(umount2),
	DENIED(pivot_root),
	DENIED(seccomp),
	DENIED(openat2),
	DENIED(mkdirat),
	DENIED(socket),
	DENIED(bind),
	DENIED(listen),
	DENIED(sendmsg),
	DENIED(getrandom),
	DENIED(execveat),
	DENIED(waitid),
	{ "H-15", "poll that fails", make_filter, SYS_POLL_CALL, EPERM, NO_FILTERS },
};
const size_t n_states = sizeof states / sizeof states[0];
