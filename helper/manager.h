/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Starts a user manager, systemd --user, in its user's room: what user@.service runs.
 */
#pragma once

#include <stdint.h>

#include "helper/scrub.h"

/*
 * The caller's own manager in the caller's own room; without a promise (helper/promise.h) it is run
 * as it would have been without pam_room. Returns the exit status of this program, after the
 * manager has ended; a manager that was ended by a signal ends this program by the same one. On a
 * failure before the manager runs, why is filled and the result is negative.
 */
int manager_run(const struct scrubbed *caller, int64_t deadline, struct why *why);
