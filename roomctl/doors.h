/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Ways past the rooms that are there although everything is wired as it should be. None of them is
 * a mistake by itself, so each is a note.
 */
#pragma once

struct report;
struct tree;

/* PAM services that open sessions without our line. */
void doors_services(const struct tree *tree, struct report *report);

/* User managers of this machine that run outside: they were there before the wiring, or the policy
 * wants them so. Says nothing to callers who may not see it. */
void doors_managers(struct report *report);
