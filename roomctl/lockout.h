/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether a policy would shut out those who could mend it: root, and whoever calls roomctl.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;
struct tree;

/* Whether a login can come by that service: it has a file of its own. */
bool lockout_has_service(const struct tree *tree, const char *service);

/*
 * Who calls, other than root: whom sudo(8) names, the kernel's login uid (loginuid in
 * proc_pid_loginuid(5)), and this process's uid; each once. Returns how many.
 */
#define LOCKOUT_CALLERS_MAX 3
size_t lockout_callers(uint32_t ret[LOCKOUT_CALLERS_MAX]);

/*
 * Asks the installed policy what it would do to a login of root, and of the caller, by each of the
 * services that roomctl wires and the tree has, at this moment. Says what each gets; a login that
 * would be refused is a problem. A policy that does not load is reported by others
 * (installed.h).
 */
void lockout_check(const struct tree *tree, struct report *report);
