/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Opens and closes PAM sessions, one after the other, each in a process of its own, as login
 * programs do. usage: opener SERVICE TIMES KILL_EVERY USER...
 *
 * Every KILL_EVERYth process ends by SIGKILL instead of closing (0: none). Prints how many were
 * opened, and how many were refused.
 */
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int say_nothing(
	int n, const struct pam_message **messages, struct pam_response **answers, void *data)
{
	(void)messages, (void)data;
	*answers = calloc((size_t)n, sizeof **answers);
	return *answers ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int open_and_close(const char *service, const char *user, int killed)
{
	const struct pam_conv conv = { say_nothing, NULL };
	pam_handle_t *pamh = NULL;
	int r = pam_start(service, user, &conv, &pamh);

	if (r == PAM_SUCCESS)
		r = pam_open_session(pamh, 0);
	if (r == PAM_SUCCESS && killed)
		kill(getpid(), SIGKILL);
	if (r == PAM_SUCCESS)
		r = pam_close_session(pamh, 0);
	pam_end(pamh, r);
	return r;
}

int main(int argc, char **argv)
{
	int times = argc > 4 ? atoi(argv[2]) : 0, every = argc > 4 ? atoi(argv[3]) : 0;
	int opened = 0, refused = 0, killed = 0, status;

	for (int i = 1; i <= times; i++) {
		int kills = every > 0 && i % every == 0;
		pid_t pid = fork();

		if (pid == 0)
			_exit(open_and_close(argv[1], argv[4 + i % (argc - 4)], kills) ==
						PAM_SUCCESS ?
					0 :
					1);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 2;
		if (WIFSIGNALED(status))
			killed++;
		else if (WEXITSTATUS(status) == 0)
			opened++;
		else
			refused++;
	}
	printf("opened %d, refused %d, killed %d\n", opened, refused, killed);
	return times == 0;
}
