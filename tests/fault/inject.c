/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Runs a program and makes one system call of it, or of a process that comes of it, fail or be its
 * last (ptrace(2)). strace(1) can do that too, but counts in each process for itself; here a call
 * is the N-th of a role, and a role is who the process is:
 *
 *   module        the login program, between its marks (tests/fault/mark.h)
 *   ROLE/1, ...   its children, in order
 *   room-helper   and any other program of the product's, as soon as it runs
 * Everything else, what runs in a session for example, is left alone.
 *
 * usage: inject [-l FILE] [-r ROLE -n N (-e ERRNO | -k)] [-x] [-t SECONDS] -- PROGRAM [ARGUMENT...]
 * -l  lists every call: role, number, name, and where it was called from
 * -k  SIGKILL before the call
 * -x  keepers are told to end when the program has ended
 * -t  how long a process may outlive the program; default 20
 *
 * Prints, after what the program prints: "@ injected NAME", "@ signal ROLE NUMBER" for one that
 * died by itself, "@ left ROLE" for one that does not end, "@ status N" of the program (wait(2)).
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/sys.h"
#include "tests/fault/mark.h"

#define TRACED_MAX 256
#define ROLES_MAX 64
#define ROLE_LEN 48

struct role {
	char name[ROLE_LEN];
	unsigned int n_calls;
};

struct traced {
	pid_t pid;         /* 0: a free place */
	struct role *role; /* NULL: left alone */
	unsigned int n_children;
	bool waits;  /* it has stopped, and who it is is not known yet */
	bool killed; /* by this program */
	int fake;    /* errno that the call it is in ends with */
	bool active;
};

static struct traced list[TRACED_MAX];
static struct role roles[ROLES_MAX];
static const char *want_role = "";
static unsigned int want_n;
static int want_errno;
static bool want_kill, want_end;
static FILE *listing;
static pid_t root_pid;

static __attribute__((noreturn)) void die(const char *what)
{
	perror(what);
	exit(5);
}

static struct traced *find(pid_t pid)
{
	for (int i = 0; i < TRACED_MAX; i++)
		if (list[i].pid == pid)
			return &list[i];
	return NULL;
}

static struct traced *add(pid_t pid)
{
	struct traced *traced = find(0);

	if (!traced)
		die("too many processes");
	*traced = (struct traced){ .pid = pid };
	return traced;
}

static struct role *role_named(const char *name)
{
	for (int i = 0; i < ROLES_MAX; i++) {
		if (!roles[i].name[0])
			snprintf(roles[i].name, ROLE_LEN, "%s", name);
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	}
	die("too many roles");
}

static void go_on(const struct traced *traced, int sig)
{
	/* Nothing is looked for in one that is left alone. */
	bool watch = traced->role || traced->pid == root_pid;

	ptrace(watch ? PTRACE_SYSCALL : PTRACE_CONT, traced->pid, 0, sig);
}

/* --- who is who ------------------------------------------------------------------------------- */

static void is_born(struct traced *parent)
{
	unsigned long message = 0;
	struct traced *child;
	char name[ROLE_LEN];

	ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &message);
	child = find((pid_t)message);
	if (!child)
		child = add((pid_t)message);
	if (parent->role && parent->active) {
		snprintf(name, sizeof name, "%.32s/%u", parent->role->name, ++parent->n_children);
		child->role = role_named(name);
		child->active = true;
	}
	if (child->waits) {
		child->waits = false;
		go_on(child, 0);
	}
}

static void has_become(struct traced *traced)
{
	char link[64], path[256];
	const char *name;
	ssize_t len;

	snprintf(link, sizeof link, "/proc/%d/exe", traced->pid);
	len = readlink(link, path, sizeof path - 1);
	path[len < 0 ? 0 : len] = '\0';
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (traced->pid == root_pid && strncmp(name, "room-", 5) != 0) {
		traced->role = role_named("module");
		return;
	}
	/* Its file is a mount of its own, so it is "/" there. */
	if (!*name)
		name = "room-keeper";
	traced->role = strncmp(name, "room-", 5) == 0 ? role_named(name) : NULL;
	traced->active = traced->role != NULL;
	traced->n_children = 0;
}

/* --- system calls ----------------------------------------------------------------------------- */

static const char *call_name(uint64_t nr)
{
	static char text[64];
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);

	snprintf(text, sizeof text, "%s", name ? name : "unknown");
	free(name);
	return text;
}

static void write_down(const struct traced *traced, const struct __ptrace_syscall_info *info)
{
	fprintf(listing, "%s\t%u\t%s\t%llx\t%lx\n", traced->role->name, traced->role->n_calls,
		call_name(info->entry.nr), (unsigned long long)info->instruction_pointer,
		(unsigned long)ptrace(
			PTRACE_PEEKDATA, traced->pid, (void *)(uintptr_t)info->stack_pointer, 0));
}

static void enters(struct traced *traced, const struct __ptrace_syscall_info *info)
{
	struct user_regs_struct regs;

	if (info->entry.nr == SYS_prctl && info->entry.args[0] == MARK) {
		traced->active = info->entry.args[1] == MARK_BEGIN;
		return;
	}
	if (!traced->role || !traced->active)
		return;
	traced->role->n_calls++;
	if (listing)
		write_down(traced, info);
	if (traced->role->n_calls != want_n || strcmp(traced->role->name, want_role) != 0)
		return;
	printf("@ injected %s\n", call_name(info->entry.nr));
	if (want_kill) {
		traced->killed = true;
		kill(traced->pid, SIGKILL);
		return;
	}
	traced->fake = want_errno;
	/* It closes, whatever it answers (close(2)). */
	if (info->entry.nr == SYS_close)
		return;
	ptrace(PTRACE_GETREGS, traced->pid, 0, &regs);
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, traced->pid, 0, &regs);
}

static void leaves(struct traced *traced)
{
	struct user_regs_struct regs;

	if (!traced->fake)
		return;
	ptrace(PTRACE_GETREGS, traced->pid, 0, &regs);
	regs.rax = (unsigned long long)-traced->fake;
	ptrace(PTRACE_SETREGS, traced->pid, 0, &regs);
	traced->fake = 0;
}

static void calls(struct traced *traced)
{
	struct __ptrace_syscall_info info = { 0 };

	ptrace(PTRACE_GET_SYSCALL_INFO, traced->pid, sizeof info, &info);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enters(traced, &info);
	else
		leaves(traced);
	go_on(traced, 0);
}

/* --- the loop --------------------------------------------------------------------------------- */

static void has_stopped(pid_t pid, int status)
{
	struct traced *traced = find(pid);
	int event = status >> 16, sig = WSTOPSIG(status);

	/* Before its parent's own stop. */
	if (!traced) {
		add(pid)->waits = true;
		return;
	}
	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		event == PTRACE_EVENT_CLONE)
		is_born(traced);
	else if (event == PTRACE_EVENT_EXEC)
		has_become(traced);
	if (event == 0 && sig == (SIGTRAP | 0x80))
		calls(traced);
	else
		go_on(traced, event ? 0 : sig);
}

static void has_ended(struct traced *traced, int status)
{
	if (WIFSIGNALED(status) && !traced->killed && traced->role && WTERMSIG(status) != SIGKILL)
		printf("@ signal %s %d\n", traced->role->name, WTERMSIG(status));
	traced->pid = 0;
}

/* Those whose parent has died before it could tell of them. */
static void wake_orphans(void)
{
	for (int i = 0; i < TRACED_MAX; i++)
		if (list[i].pid && list[i].waits) {
			list[i].waits = false;
			go_on(&list[i], 0);
		}
}

static void tell_keepers(void)
{
	for (int i = 0; i < TRACED_MAX; i++)
		if (list[i].pid && list[i].role && strcmp(list[i].role->name, "room-keeper") == 0)
			kill(list[i].pid, SIGTERM);
}

static void watch(int64_t patience)
{
	int64_t deadline = deadline_in(60000);
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR && deadline_left(deadline) > 0) {
			wake_orphans();
			continue;
		}
		if (pid < 0 && errno == EINTR)
			break;
		if (pid < 0)
			return;
		if (WIFSTOPPED(status)) {
			has_stopped(pid, status);
			continue;
		}
		if (pid == root_pid) {
			printf("@ status %d\n", status);
			deadline = deadline_in(patience);
			if (want_end)
				tell_keepers();
		}
		if (find(pid))
			has_ended(find(pid), status);
	}
	for (int i = 0; i < TRACED_MAX; i++)
		if (list[i].pid)
			printf("@ left %s\n", list[i].role ? list[i].role->name : "session");
}

static void nothing(int sig)
{
	(void)sig;
}

static void begin(char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	const struct sigaction action = { .sa_handler = nothing };
	const struct itimerval tick = { { 0, 100000 }, { 0, 100000 } };

	root_pid = fork();
	if (root_pid == 0) {
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(root_pid, NULL, WUNTRACED) != root_pid ||
		ptrace(PTRACE_SEIZE, root_pid, 0, options) < 0)
		die("seize");
	add(root_pid);
	/* Interrupts waitpid(2), which has no patience of its own; not the one above, after which
	 * the program would stand still for ever. */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &tick, NULL);
	kill(root_pid, SIGCONT);
}

int main(int argc, char **argv)
{
	int64_t patience = 20000;
	int option;

	while ((option = getopt(argc, argv, "+l:r:n:e:kxt:")) >= 0)
		switch (option) {
		case 'l':
			listing = fopen(optarg, "we");
			break;
		case 'r':
			want_role = optarg;
			break;
		case 'n':
			want_n = (unsigned int)atoi(optarg);
			break;
		case 'e':
			want_errno = atoi(optarg);
			break;
		case 'k':
			want_kill = true;
			break;
		case 'x':
			want_end = true;
			break;
		case 't':
			patience = atoi(optarg) * 1000;
			break;
		default:
			return 5;
		}
	if (optind >= argc)
		return 5;
	begin(argv + optind);
	watch(patience);
	fflush(stdout);
	return listing ? fclose(listing) : 0;
}
