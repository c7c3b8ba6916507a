/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A PAM application with threads: one of them opens a session and starts a program, the others
 * stay. usage: thread USER PROGRAM [ARGS] Prints "NAME: mnt pid root-inode cwd" for the main thread
 * before and after, and for the one that opened; runs the program in between, from the thread that
 * opened.
 */
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char **words;
static int failed = 1;

static int converse(
	int n, const struct pam_message **messages, struct pam_response **ret, void *data)
{
	(void)data;
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%s\n", messages[i]->msg);
	*ret = calloc((size_t)n, sizeof **ret);
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void tell(const char *name)
{
	char mnt[64] = "", cwd[4096] = "";
	struct stat root = { 0 };
	ssize_t len = readlink("/proc/thread-self/ns/mnt", mnt, sizeof mnt - 1);

	if (stat("/", &root) < 0 || !getcwd(cwd, sizeof cwd))
		exit(3);
	/* In the room this thread is in no procfs. */
	printf("%s: %s %ju %s\n", name, len < 0 ? "none" : mnt, (uintmax_t)root.st_dev, cwd);
	fflush(stdout);
}

static void run(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execvp(words[1], words + 1);
		_exit(127);
	}
	failed = pid < 0 || waitpid(pid, &status, 0) != pid || status != 0;
}

static void *session(void *arg)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = arg;
	int r = pam_start("roomtest", words[0], &conv, &pamh);

	if (r == PAM_SUCCESS)
		r = pam_open_session(pamh, 0);
	if (r == PAM_SUCCESS) {
		tell("opened");
		run();
	}
	pam_end(pamh, r);
	return NULL;
}

static void *idle(void *arg)
{
	pause();
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t other, opener;

	words = argv + 1;
	if (argc < 3 || pthread_create(&other, NULL, idle, NULL) != 0)
		return 2;
	tell("before");
	if (pthread_create(&opener, NULL, session, NULL) != 0 || pthread_join(opener, NULL) != 0)
		return 2;
	tell("after");
	return failed;
}
