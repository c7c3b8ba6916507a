/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/scrub.c: a child is given everything a hostile launcher can leave to a setuid
 * program, and looked at after its first steps.
 */
#include "tests/unit/unit.h"

#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "helper/scrub.h"
#include "lib/why.h"

/* The eleven of helper/scrub.c, as /proc/self/status has them. */
#define THE_ELEVEN "0000000008ac11e4"

static struct why why;

static void start(void)
{
	struct scrubbed scrubbed;

	if (scrub_start(&scrubbed, 4, true, &why) < 0) {
		char text[512];

		dprintf(2, "# %s\n", why_print(&why, text, sizeof text));
		_exit(2);
	}
}

static void status_line(const char *name, char value[64])
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];

	unit_must(file != NULL);
	value[0] = '\0';
	while (fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			sscanf(line + strlen(name) + 1, " %63s", value);
	fclose(file);
}

static void environment(void *arg)
{
	(void)arg;
	unit_must(
		setenv("LD_PRELOAD", "/tmp/x.so", 1) == 0 && setenv("TZ", ":/etc/shadow", 1) == 0);
	start();
	unit_must(environ && !environ[0]);
}

static bool is_ignored(int sig)
{
	return sig == SIGPIPE || sig == SIGHUP || sig == SIGINT || sig == SIGQUIT ||
		sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

static void signals(void *arg)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	struct itimerval left;
	struct sigaction action;
	sigset_t set;

	(void)arg;
	sigfillset(&set);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_IGN);
	unit_must(sigprocmask(SIG_SETMASK, &set, NULL) == 0);
	unit_must(setitimer(ITIMER_REAL, &soon, NULL) == 0 &&
		setitimer(ITIMER_VIRTUAL, &soon, NULL) == 0 &&
		setitimer(ITIMER_PROF, &soon, NULL) == 0);
	start();
	unit_must(sigprocmask(SIG_SETMASK, NULL, &set) == 0);
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		unit_must(sigismember(&set, sig) <= 0);
		if (sigaction(sig, NULL, &action) == 0)
			unit_must(action.sa_handler == (is_ignored(sig) ? SIG_IGN : SIG_DFL));
	}
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		unit_must(getitimer((__itimer_which_t)which, &left) == 0 &&
			left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);
	usleep(60000);
}

/* Any of the first five closed, many others open: 0 to 2 are there, 3 is what it was, no other. */
static void descriptors(void *arg)
{
	int closed = *(int *)arg;

	for (int fd = 4; fd < 64; fd++)
		if (fd % 3)
			dup2(2, fd);
	unit_must(dup2(2, 3) == 3);
	for (int fd = 0; fd < 5; fd++)
		if (closed & 1 << fd)
			close(fd);
	start();
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			_exit(3);
	if ((fcntl(3, F_GETFD) >= 0) != !(closed & 1 << 3))
		_exit(4);
	for (int fd = 4; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			_exit(5);
}

static void limits(void *arg)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t least;
	} rows[] = { { RLIMIT_NOFILE, 256 }, { RLIMIT_FSIZE, 1 << 24 },
		{ RLIMIT_CPU, RLIM_INFINITY }, { RLIMIT_STACK, 1 << 20 } };
	const struct rlimit low = { 8, 4096 };
	struct rlimit limit;
	struct scrubbed scrubbed;

	(void)arg;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_must(getrlimit(rows[i].resource, &limit) == 0);
		limit.rlim_cur = rows[i].resource == RLIMIT_STACK ? 65536 : low.rlim_cur;
		unit_must(setrlimit(rows[i].resource, &limit) == 0);
	}
	unit_must(scrub_start(&scrubbed, 4, true, &why) == 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		unit_must(getrlimit(rows[i].resource, &limit) == 0 &&
			limit.rlim_cur >= rows[i].least);
	unit_must(scrub_restore_limits(&scrubbed, &why) == 0);
	unit_must(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == low.rlim_cur);
	unit_must(getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == low.rlim_cur);
}

static void process(void *arg)
{
	char cwd[64];

	(void)arg;
	unit_must(chdir("/tmp") == 0);
	umask(0);
	unit_must(setgroups(2, (gid_t[]){ 4, 6 }) == 0);
	unit_must(setresgid(1, 1, 0) == 0 && setresuid(1, 0, 0) == 0);
	start();
	unit_must(getcwd(cwd, sizeof cwd) && strcmp(cwd, "/") == 0);
	unit_must(umask(0) == 077);
	unit_must(getuid() == 0 && geteuid() == 0 && getgid() == 0 && getegid() == 0);
	unit_must(getgroups(0, NULL) == 0);
	unit_must(prctl(PR_GET_DUMPABLE) == 0);
	unit_must(getsid(0) == getpid());
}

/* What a caller did to his own standing, the keeper would have for good. */
static void standing(void *arg)
{
	const struct sched_param param = { 0 };
	char text[16] = "";
	int fd;

	(void)arg;
	unit_must(setpriority(PRIO_PROCESS, 0, 19) == 0);
	unit_must(sched_setscheduler(0, SCHED_BATCH, &param) == 0);
	start();
	unit_must(getpriority(PRIO_PROCESS, 0) == 0 && sched_getscheduler(0) == SCHED_OTHER);
	fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
	unit_must(read(fd, text, sizeof text - 1) > 0 && atoi(text) <= 0);
}

static void not_root(void *arg)
{
	struct scrubbed scrubbed;

	(void)arg;
	unit_must(setresuid(1, 1, 1) == 0);
	unit_must(scrub_start(&scrubbed, 4, true, &why) == -EPERM);
	unit_must(strstr(why.text, "not setuid root") != NULL);
}

/* What follows is the child of a process 1 of its own, whose /proc it sees. */
static void own_pid_namespace(void)
{
	int status;
	pid_t pid;

	unit_must(unshare(CLONE_NEWNS | CLONE_NEWPID) == 0);
	for (int i = 0; i < 2; i++) {
		pid = fork();
		unit_must(pid >= 0);
		if (pid > 0) {
			unit_must(waitpid(pid, &status, 0) == pid);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
		}
		if (i == 0)
			unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
				mount("proc", "/proc", "proc", 0, NULL) == 0);
	}
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	unit_must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void confined(void *arg)
{
	char value[64];

	(void)arg;
	own_pid_namespace();
	start();
	unit_must(scrub_confine(&why) == 0);
	for (const char *const *name = (const char *const[]){ "CapPrm", "CapEff", NULL }; *name;
		name++) {
		status_line(*name, value);
		unit_must(strcmp(value, THE_ELEVEN) == 0);
	}
	status_line("CapInh", value);
	unit_must(strtoull(value, NULL, 16) == 0);
}

/* In a user namespace of somebody's uid 0 is not root. */
static void in_another_pid_namespace(void *arg)
{
	int status;
	pid_t pid;

	(void)arg;
	own_pid_namespace();
	unit_must(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	if (pid == 0)
		_exit(scrub_confine(&why) == -EPERM && strstr(why.text, "pid namespace") ? 0 : 1);
	unit_must(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void in_userns(void *arg)
{
	(void)arg;
	own_pid_namespace();
	unit_must(unshare(CLONE_NEWUSER) == 0);
	write_to("/proc/self/setgroups", "deny");
	write_to("/proc/self/uid_map", "0 0 1");
	write_to("/proc/self/gid_map", "0 0 1");
	/* The kernel may not even let it look. */
	unit_must(scrub_confine(&why) < 0);
	unit_must(strstr(why.text, "user namespace") != NULL);
}

/* A service with mounts of its own, in a chroot: the host's are what counts. */
static void own_mounts(void *arg)
{
	struct stat init, own;

	(void)arg;
	own_pid_namespace();
	unit_must(stat("/", &init) == 0);
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount("tmpfs", "/mnt", "tmpfs", 0, NULL) == 0 && mkdir("/mnt/proc", 0755) == 0);
	unit_must(mount("/proc", "/mnt/proc", NULL, MS_BIND, NULL) == 0);
	unit_must(mkdir("/mnt/dev", 0755) == 0);
	unit_must(mount("/dev", "/mnt/dev", NULL, MS_BIND, NULL) == 0);
	unit_must(chroot("/mnt") == 0);
	start();
	unit_must(stat("/", &own) == 0 && own.st_dev != init.st_dev);
	unit_must(scrub_confine(&why) == 0);
	unit_must(stat("/", &own) == 0);
	unit_must(own.st_dev == init.st_dev && own.st_ino == init.st_ino);
	unit_must(stat("/proc/1/ns/mnt", &init) == 0 && stat("/proc/self/ns/mnt", &own) == 0);
	unit_must(own.st_ino == init.st_ino);
}

/* One of the seven is missing: it is told which. */
static void without_a_capability(void *arg)
{
	(void)arg;
	start();
	unit_must(prctl(PR_CAPBSET_DROP, 19 /* CAP_SYS_PTRACE */) == 0);
	execl("/proc/self/exe", "scrub_test", "confine", NULL);
	_exit(9);
}

#define CHILD_TEST(name)                                                                           \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(name, NULL), 0);                                       \
	}

CHILD_TEST(environment)
CHILD_TEST(signals)
CHILD_TEST(limits)
CHILD_TEST(process)
CHILD_TEST(standing)
CHILD_TEST(not_root)
CHILD_TEST(confined)
CHILD_TEST(in_another_pid_namespace)
CHILD_TEST(in_userns)
CHILD_TEST(own_mounts)
CHILD_TEST(without_a_capability)

static void test_descriptors(void **state)
{
	(void)state;
	unit_need_root();
	for (int closed = 0; closed < 32; closed++)
		assert_int_equal(unit_child(descriptors, &closed), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_standing),
		cmocka_unit_test(test_not_root),
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_in_another_pid_namespace),
		cmocka_unit_test(test_in_userns),
		cmocka_unit_test(test_own_mounts),
		cmocka_unit_test(test_without_a_capability),
	};

	if (argc > 1 && strcmp(argv[1], "confine") == 0)
		return !(scrub_confine(&why) == -EPERM && strstr(why.text, "cap_sys_ptrace"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
