/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system call profiles, call by call (see profiles.h). Which arguments they look into is in
 * profiles_rules.c.
 */
#include "helper/profiles.h"

#include <errno.h>
#include <string.h>

/* The machine itself: nobody's work, whoever is root in a room. */
static const char *const login_refused[] = { "acct", "bpf", "clock_settime", "clock_settime64",
	"create_module", "delete_module", "finit_module", "init_module", "ioperm", "iopl",
	"kexec_file_load", "kexec_load", "open_by_handle_at", "query_module", "reboot",
	"settimeofday", "stime", "swapoff", "swapon",
	/* Old, and an attack's only: nothing that is built today calls them. */
	"_sysctl", "bdflush", "get_kernel_syms", "lookup_dcookie", "nfsservctl", "uselib", "vm86",
	"vm86old", NULL };

/* The view is the helper's work alone, and so are namespaces. */
static const char *const namespace_calls[] = { "fsconfig", "fsmount", "fsopen", "fspick", "mount",
	"mount_setattr", "move_mount", "open_tree", "open_tree_attr", "pivot_root", "setns",
	"umount", "umount2", NULL };

static const char *const developer_refused[] = {
	/* Ways around a filter, and large attack surface. */
	"io_uring_enter", "io_uring_register", "io_uring_setup", "perf_event_open", "userfaultfd",
	/* Keyrings have no namespace, and request_key runs a root program on the host. */
	"add_key", "keyctl", "request_key", NULL
};

/*
 * What a shell, a compiler, an interpreter, an editor and an ssh session need, and the login
 * program: it changes ids, groups and owners, and enters a ChrootDirectory. Not in it, and in the
 * list of containers: looking into other processes, the IPC of System V and POSIX that nobody can
 * see the end of, priorities beyond nice(2), the clock's state, file handles and the rarer ways to
 * map memory.
 */
static const char *const strict_passed[] = {
	/* Files and directories. */
	"access", "chdir", "chmod", "chown", "chroot", "close", "close_range", "copy_file_range",
	"creat", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate",
	"fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat", "fcntl", "fdatasync",
	"fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs",
	"fsync", "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr",
	"getxattrat", "ioctl", "lchown", "lgetxattr", "link", "linkat", "listmount", "listxattr",
	"listxattrat", "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "mkdir",
	"mkdirat", "mknod", "mknodat", "newfstatat", "open", "openat", "openat2", "pread64",
	"preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink",
	"readlinkat", "readv", "removexattr", "removexattrat", "rename", "renameat", "renameat2",
	"rmdir", "sendfile", "setxattr", "setxattrat", "splice", "stat", "statfs", "statmount",
	"statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs", "tee", "truncate",
	"umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "write", "writev",
	/* Events and pipes. */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
	"eventfd", "eventfd2", "inotify_add_watch", "inotify_init", "inotify_init1",
	"inotify_rm_watch", "pipe", "pipe2", "poll", "ppoll", "pselect6", "select", "signalfd",
	"signalfd4", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	/* Sockets. */
	"accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
	"listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt",
	"shutdown", "socket", "socketpair",
	/* Memory. */
	"brk", "madvise", "map_shadow_stack", "membarrier", "memfd_create", "mincore", "mlock",
	"mlock2", "mlockall", "mmap", "mprotect", "mremap", "mseal", "msync", "munlock",
	"munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
	/* Processes and threads. */
	"arch_prctl", "clone", "execve", "execveat", "exit", "exit_group", "fork", "futex",
	"futex_requeue", "futex_wait", "futex_waitv", "futex_wake", "get_robust_list", "getcpu",
	"gettid", "pidfd_open", "pidfd_send_signal", "prctl", "restart_syscall", "rseq",
	"sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
	"sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity",
	"sched_yield", "set_robust_list", "set_tid_address", "vfork", "wait4", "waitid",
	/* Signals. */
	"kill", "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
	"rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack",
	"tgkill", "tkill",
	/* Ids, groups, sessions and capabilities. */
	"capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp",
	"getpid", "getppid", "getresgid", "getresuid", "getsid", "getuid", "setfsgid", "setfsuid",
	"setgid", "setgroups", "setpgid", "setregid", "setresgid", "setresuid", "setreuid",
	"setsid", "setuid",
	/* Time. */
	"alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
	"nanosleep", "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun",
	"timer_gettime", "timer_settime", "times",
	/* Limits, and what the machine is. */
	"getpriority", "getrandom", "getrlimit", "getrusage", "prlimit64", "setpriority",
	"setrlimit", "sysinfo", "uname",
	/* A program may confine itself further. */
	"landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp", NULL
};

/* Besides those. Docker's asynchronous I/O is not in it: its contexts are counted for the whole
 * host. */
static const char *const container_passed[] = { "adjtimex", "cachestat", "clock_adjtime",
	"get_thread_area", "ioprio_get", "ioprio_set", "memfd_secret", "modify_ldt",
	"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink",
	"msgctl", "msgget", "msgrcv", "msgsnd", "name_to_handle_at", "personality",
	"process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace", "remap_file_pages",
	"sched_setattr", "sched_setparam", "sched_setscheduler", "semctl", "semget", "semop",
	"semtimedop", "set_thread_area", "shmat", "shmctl", "shmdt", "shmget", "uretprobe",
	"vmsplice", NULL };

static bool is_in(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

int profiles_error(const char *name)
{
	/* The C library takes an older call when there is no such call, and only then. */
	return strcmp(name, "clone3") == 0 ? ENOSYS : EPERM;
}

int profiles_call(unsigned int profile, const char *name)
{
	bool passes;

	/* clone3 takes its flags from memory, where a filter cannot look. */
	if (strcmp(name, "clone3") == 0)
		return ENOSYS;
	switch (profile) {
	case PROFILE_LOGIN:
		passes = !is_in(login_refused, name);
		break;
	case PROFILE_DEVELOPER:
		passes = !is_in(login_refused, name) && !is_in(developer_refused, name) &&
			!is_in(namespace_calls, name);
		break;
	case PROFILE_CONTAINER:
		passes = is_in(strict_passed, name) || is_in(container_passed, name);
		break;
	default:
		passes = is_in(strict_passed, name);
		break;
	}
	return passes ? PROFILES_PASS : profiles_error(name);
}

bool profiles_is_open(unsigned int profile)
{
	return profile == PROFILE_LOGIN;
}

bool profiles_is_of_namespaces(const char *name)
{
	/* A UTS namespace is made to be given a name. */
	static const char *const others[] = { "clone", "clone3", "setdomainname", "sethostname",
		"unshare", NULL };

	return is_in(namespace_calls, name) || is_in(others, name);
}
