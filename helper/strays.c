/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What becomes of processes outside (see strays.h).
 */
#include "helper/strays.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "cgroup/cgroup.h"
#include "config/policy.h"
#include "helper/stray_find.h"
#include "lib/deadline.h"
#include "lib/why.h"

#define STRAYS_PAUSE_MS 50
/* What is just starting or ending has gone by then; only for the word "refuse". */
#define STRAYS_PASSING_MS 300
/* Leaves the rest of the helper's time to the room. */
#define STRAYS_MANAGER_MS 6000

static const char step[] = "look outside";

static void strays_print(const struct strays *strays, char note[STRAYS_NOTE_MAX])
{
	size_t at = 0;

	*note = '\0';
	for (size_t i = 0; i < strays->n && i < STRAYS_NAMED_MAX; i++)
		at += (size_t)snprintf(note + at, STRAYS_NOTE_MAX - at, "%s%d (%s)",
			i > 0 ? ", " : "", strays->named[i].pid, strays->named[i].name);
	if (strays->n > STRAYS_NAMED_MAX)
		snprintf(note + at, STRAYS_NOTE_MAX - at, " and %zu more",
			strays->n - STRAYS_NAMED_MAX);
}

/* Looks until none of them, or none of the manager's, is left; -EBUSY at the deadline. */
static int strays_wait(const struct strays_request *request, bool managed, int64_t deadline,
	struct strays *ret, struct why *why)
{
	const struct timespec pause = { .tv_nsec = STRAYS_PAUSE_MS * 1000000 };

	for (;;) {
		int r = strays_find(request->uid, request->rooms_dfd, ret, why);

		if (r < 0 || (managed ? ret->n_managed : ret->n) == 0)
			return r;
		if (deadline_left(deadline) == 0)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
}

int strays_settle(const struct strays_request *request, int64_t deadline,
	char note[STRAYS_NOTE_MAX], struct why *why)
{
	unsigned int word = request->spec->strays;
	bool managed = word == STRAYS_RESTART && !request->for_manager;
	struct strays strays;
	int r = strays_find(request->uid, request->rooms_dfd, &strays, why);

	*note = '\0';
	if (r == 0 && managed && strays.n_managed > 0) {
		r = cgroup_driver()->restart_manager(request->uid, deadline, why);
		if (r < 0)
			return r;
		r = strays_wait(
			request, true, deadline_sooner(deadline, STRAYS_MANAGER_MS), &strays, why);
	}
	if (r == 0 && word == STRAYS_REFUSE && strays.n > 0)
		r = strays_wait(
			request, false, deadline_sooner(deadline, STRAYS_PASSING_MS), &strays, why);
	strays_print(&strays, note);
	if (r == -EBUSY)
		why_set(why, 0, step,
			managed ? "the user manager outside is being restarted, and these have not "
				  "ended: %s" :
				  "these processes of the user run outside: %s",
			note);
	return r;
}
