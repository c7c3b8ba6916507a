/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Which room a user manager is to start in: kept from the moment its PAM session is opened until
 * its program is run, which are two processes (lib/registry.h, rooms/KEY/manager).
 */
#pragma once

#include <sys/types.h>

#include "lib/registry.h"

struct why;

/* Promises uid's manager the living room key, or, with NULL, no room; no earlier promise stays. */
int promise_write(uid_t uid, const char *key, struct why *why);

/* 1 with the key of uid's own room, 0 when there is no promise, or -errno. */
int promise_read(uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why);
