/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether a policy would shut out those who could mend it: root, and whoever calls roomctl.
 */
#pragma once

struct report;
struct tree;

/*
 * Asks the installed policy what it would do to a login of root, and of the caller, by each of the
 * services that roomctl wires and the tree has, at this moment. Says what each gets; a login that
 * would be refused is a problem. The caller is who sudo(8) names and the kernel's login uid
 * (loginuid in proc_pid_loginuid(5)). A policy that does not load is reported by others
 * (installed.h).
 */
void lockout_check(const struct tree *tree, struct report *report);
