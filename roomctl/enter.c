/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl enter and roomctl kill: going into a living room as its user, and ending one.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "roomctl/freezer.h"
#include "roomctl/join.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

/* The keeper gives its programs 2 s, and a login at the door as much again. */
#define KILL_MS 10000

/* The words after ROOM are the command's own, options too. */
int verb_enter(int argc, char **argv, bool json)
{
	static struct host host;
	static struct guest guest;
	char *shell[] = { guest.shell, NULL };
	int r;

	(void)json;
	if (argc < 2 || argv[1][0] == '-') {
		complain("enter: which room, or whose?");
		return EXIT_USAGE;
	}
	r = join_find(argv[1], true, &host);
	if (r == 0)
		r = join_guest(&host, &guest);
	if (r == 0)
		r = join_run(&host, &guest, argc > 2 ? argv + 2 : shell, argc == 2, -1);
	join_release(&host);
	return r;
}

static void say_killed(const struct host *host, int64_t ms, bool json)
{
	if (!json) {
		say("room %s has ended, with all that ran in it, after %d.%d s (keeper %d)",
			host->key, (int)(ms / 1000), (int)(ms % 1000 / 100), host->keeper);
		return;
	}
	json_member(stdout, "{", "key", host->key);
	printf(", \"keeper\": %d, \"ms\": %d, \"exit\": 0}\n", host->keeper, (int)ms);
}

/*
 * The keeper ends its room when it is told so from outside (keeper/keeper.c); the pidfd is of the
 * process that has just answered on the room's socket, so no other one gets the signal.
 */
int verb_kill(int argc, char **argv, bool json)
{
	static struct host host;
	cleanup_with(freezer_release) struct freezer freezer = { 0 };
	struct options options;
	int64_t begun = deadline_in(0);
	struct pollfd poll_fd = { .events = POLLIN };
	int r = options_read(argc, argv, 0, 1, &options), ready;

	if (r == 0 && options.n_words != 1) {
		complain("kill: which room, or whose?");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = join_find(options.words[0], false, &host);
	if (r)
		return r;
	poll_fd.fd = host.pidfd;
	/* What stands still ends as well, and leaves its control groups. */
	freezer.keeper = host.keeper;
	if (freezer_find(host.key, &freezer))
		freezer_look(&freezer, NULL);
	if (pidfd_send_signal(host.pidfd, SIGTERM, NULL, 0) < 0 && errno != ESRCH) {
		complain("cannot tell the keeper: %s", strerrordesc_np(errno));
		join_release(&host);
		return EXIT_CANNOT_TELL;
	}
	do
		ready = poll(&poll_fd, 1, deadline_left(begun + KILL_MS));
	while (ready < 0 && errno == EINTR);
	if (ready == 1)
		freezer_sweep(&freezer);
	if (ready == 1)
		say_killed(&host, deadline_in(0) - begun, json);
	else
		complain("room %s has not ended within %d s; its keeper is process %d", host.key,
			KILL_MS / 1000, host.keeper);
	join_release(&host);
	return ready == 1 ? EXIT_YES : EXIT_NO;
}
