/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A point in time on CLOCK_MONOTONIC, in milliseconds. Everything that waits takes one of these
 * rather than a duration, so that five short waits cannot add up to a long one.
 */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t deadline_in(int ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
}

/* The earlier one of the deadline and ms from now. */
static inline int64_t deadline_sooner(int64_t deadline, int ms)
{
	int64_t other = deadline_in(ms);

	return other < deadline ? other : deadline;
}

/* Milliseconds left, as poll(2) wants them; 0 when it has passed. */
static inline int deadline_left(int64_t deadline)
{
	int64_t left = deadline - deadline_in(0);

	return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}
