/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether the names in a policy mean anything on this machine, and what root alone decides about.
 */
#pragma once

struct policy;
struct report;

/* A warning for each user, group and service that a rule names and that is not here, and for each
 * place of a room that is shaky (shaky.h). */
void names_check(const struct policy *policy, struct report *report);
