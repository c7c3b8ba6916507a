/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Takes times: rows in turn, so that a slow moment of the machine meets all alike. Each sample is
 * taken in a process of its own, which has done everything before that the row is not about.
 *
 * usage: driver ROUNDS ROW...
 * A row is NAME|KIND|..., and prints "NAME<tab>nanoseconds<tab>of processors" for each sample:
 *   NAME|open|SERVICE|USER         pam_open_session(3)
 *   NAME|enter|SERVICE|USER[|KEY]  the same, and it must lead into a room; with a key, into one
 * that was not there before NAME|credit|SERVICE|USER       pam_authenticate(3) and pam_setcred(3)
 *   NAME|floor-join|KEY            the room of that key, by system calls alone (floor.h)
 *   NAME|floor-create|KEY          another one like it
 *   NAME|run|COMMAND ARGUMENT...   a program, from fork to its end; a status of 100 is good too
 *   NAME|inside|SERVICE|USER||COMMAND ARGUMENT...   the same, as the user, after the session was
 *                                  opened
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/registry.h"
#include "lib/sys.h"
#include "tests/bench/floor.h"

#define ROWS_MAX 64
#define FIELDS_MAX 6
#define WORDS_MAX 48
#define GONE_TRIES 4000

struct row {
	const char *fields[FIELDS_MAX]; /* name, kind, ... */
	struct floor *floor;
};

/* Nanoseconds that passed, and those that processors spent on this process and on children that it
 * has waited for: the second do not grow when the machine has other things to do. */
struct span {
	int64_t wall, cpu;
};

typedef bool sample(const struct row *row, struct span *ret);

static int64_t spent(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) +
		(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * INT64_C(1000);
}

static struct span start(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (struct span){ time.tv_sec * INT64_C(1000000000) + time.tv_nsec,
		spent(RUSAGE_SELF) + spent(RUSAGE_CHILDREN) };
}

static void stop(struct span *ret, struct span begun)
{
	struct span ended = start();

	*ret = (struct span){ ended.wall - begun.wall, ended.cpu - begun.cpu };
}

static int say_nothing(
	int n, const struct pam_message **messages, struct pam_response **ret, void *data)
{
	(void)messages, (void)data;
	*ret = calloc((size_t)n, sizeof **ret);
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

static pam_handle_t *begin(const struct row *row)
{
	static const struct pam_conv conv = { say_nothing, NULL };
	pam_handle_t *pamh = NULL;

	if (pam_start(row->fields[2], row->fields[3], &conv, &pamh) != PAM_SUCCESS)
		return NULL;
	pam_set_item(pamh, PAM_TTY, "ssh");
	pam_set_item(pamh, PAM_RHOST, "127.0.0.1");
	return pamh;
}

static bool sample_open(const struct row *row, struct span *ret)
{
	pam_handle_t *pamh = begin(row);
	struct span begun = start();
	int r = pamh ? pam_open_session(pamh, 0) : PAM_ABORT;

	stop(ret, begun);
	return r == PAM_SUCCESS;
}

static bool sample_enter(const struct row *row, struct span *ret)
{
	return sample_open(row, ret) && access(ROOM_RUNDIR "/" REGISTRY_MARK, F_OK) == 0;
}

static bool sample_credit(const struct row *row, struct span *ret)
{
	pam_handle_t *pamh = begin(row);
	struct span begun = start();
	int r = pamh ? pam_authenticate(pamh, 0) : PAM_ABORT;

	if (r == PAM_SUCCESS)
		r = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	stop(ret, begun);
	return r == PAM_SUCCESS;
}

static bool sample_floor_join(const struct row *row, struct span *ret)
{
	struct span begun = start();
	bool done = floor_join(row->floor);

	stop(ret, begun);
	return done;
}

/* The capabilities that a process's children can have at most. */
static unsigned long long bounded(pid_t pid)
{
	char name[48], text[256];
	unsigned long long set = 0;
	cleanup_file FILE *file = NULL;

	snprintf(name, sizeof name, "/proc/%d/status", pid);
	file = fopen(name, "re");
	while (file && fgets(text, sizeof text, file))
		sscanf(text, "CapBnd: %llx", &set);
	return set;
}

static bool sample_floor_create(const struct row *row, struct span *ret)
{
	static struct floor floor;
	cleanup_fd int proc_dfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned long long before = bounded(getpid());
	struct span begun;
	pid_t pid = -1;
	size_t lines;
	bool done;

	floor = *row->floor;
	begun = start();
	done = floor_create(&floor, &pid);
	stop(ret, begun);
	/* What it made is what we make. */
	done = done && fchdir(proc_dfd) == 0 && chroot("..") == 0;
	lines = done ? floor_lines(pid) : 0;
	if (done && lines != floor.lines) {
		fprintf(stderr, "%s: %zu mounts, and the room has %zu\n", row->fields[0], lines,
			floor.lines);
		done = false;
	}
	if (done && bounded(getpid()) != (before & floor.plan.bounding)) {
		fprintf(stderr, "%s: other capabilities\n", row->fields[0]);
		done = false;
	}
	if (pid > 0)
		kill(pid, SIGKILL);
	return done;
}

static bool run(const char *command, const struct passwd *user, struct span *ret)
{
	char text[1024], *rest = text, *word, *argv[WORDS_MAX + 1] = { NULL };
	struct span begun;
	int n = 0, status = 0;
	pid_t pid;

	snprintf(text, sizeof text, "%s", command);
	while (n < WORDS_MAX && (word = strsep(&rest, " ")))
		argv[n++] = word;
	begun = start();
	pid = vfork();
	if (pid == 0) {
		if (!user || (setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0))
			execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	stop(ret, begun);
	return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 100);
}

static bool sample_run(const struct row *row, struct span *ret)
{
	return run(row->fields[2], NULL, ret);
}

static bool sample_inside(const struct row *row, struct span *ret)
{
	const struct passwd *user = getpwnam(row->fields[3]);

	return user && sample_open(row, ret) && run(row->fields[5], user, ret);
}

static const struct kind {
	const char *name;
	sample *take;
	bool is_floor;
	int least; /* fields */
} kinds[] = {
	{ "open", sample_open, false, 4 },
	{ "enter", sample_enter, false, 4 },
	{ "credit", sample_credit, false, 4 },
	{ "floor-join", sample_floor_join, true, 3 },
	{ "floor-create", sample_floor_create, true, 3 },
	{ "run", sample_run, false, 3 },
	{ "inside", sample_inside, false, 6 },
};

static const struct kind *kind_of(const struct row *row)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (row->fields[1] && strcmp(kinds[i].name, row->fields[1]) == 0 &&
			row->fields[kinds[i].least - 1])
			return &kinds[i];
	return NULL;
}

/* The room of the sample before has come to its end. */
static bool wait_gone(const char *key)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	char path[128];

	snprintf(path, sizeof path, ROOM_RUNDIR "/rooms/%s", key);
	for (int i = 0; i < GONE_TRIES; i++) {
		if (access(path, F_OK) < 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static bool take_sample(const struct row *row)
{
	struct span span = { 0, 0 };
	int report[2], status = 0;
	ssize_t len;
	pid_t pid;

	if (row->fields[4] && *row->fields[4] && !wait_gone(row->fields[4]))
		return false;
	if (pipe2(report, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		int null_fd = open("/dev/null", O_RDWR);

		dup2(null_fd, 0);
		dup2(null_fd, 1);
		if (strcmp(row->fields[1], "run") == 0 || strcmp(row->fields[1], "inside") == 0)
			dup2(null_fd, 2);
		if (!kind_of(row)->take(row, &span) ||
			write(report[1], &span, sizeof span) != sizeof span)
			_exit(1);
		_exit(0);
	}
	close(report[1]);
	len = read(report[0], &span, sizeof span);
	close(report[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || len != sizeof span)
		return false;
	printf("%s\t%lld\t%lld\n", row->fields[0], (long long)span.wall, (long long)span.cpu);
	return true;
}

static bool read_row(char *text, struct row *ret)
{
	*ret = (struct row){ .floor = NULL };
	for (size_t i = 0; i < FIELDS_MAX && text; i++)
		ret->fields[i] = strsep(&text, "|");
	if (!kind_of(ret)) {
		fprintf(stderr, "driver: what kind of row is %s?\n", ret->fields[0]);
		return false;
	}
	if (!kind_of(ret)->is_floor)
		return true;
	ret->floor = malloc(sizeof *ret->floor);
	return ret->floor && floor_read(ret->fields[2], ret->floor);
}

int main(int argc, char **argv)
{
	static struct row rows[ROWS_MAX];
	size_t n = 0;
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	for (int i = 2; i < argc && n < ROWS_MAX; i++)
		if (!read_row(argv[i], &rows[n++]))
			return 1;
	if (rounds <= 0 || n == 0)
		return 2;
	for (long round = 0; round < rounds; round++)
		for (size_t i = 0; i < n; i++)
			if (!take_sample(&rows[i])) {
				fprintf(stderr, "driver: %s failed in round %ld\n",
					rows[i].fields[0], round);
				return 1;
			}
	return 0;
}
