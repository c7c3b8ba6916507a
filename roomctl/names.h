/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether the names in a policy mean anything on this machine.
 */
#pragma once

struct policy;
struct report;

/* A warning for each user, group and service that a rule names and that is not here. */
void names_check(const struct policy *policy, struct report *report);
