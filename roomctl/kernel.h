/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether the running kernel has what rooms are made of (doc/kernel.md). A login that meets one
 * without is refused; better to hear it from here.
 */
#pragma once

struct policy;
struct report;

/* Reports the system calls and namespaces that are missing, on one line. */
void kernel_check(struct report *report);

/* Under systemd, reports mounts that are handed on to no room (mount_namespaces(7)): those of the
 * namespace it runs in. */
void kernel_check_sharing(struct report *report);

/* Reports every room of the policy whose limits this machine's control groups cannot hold. */
void kernel_check_limits(const struct policy *policy, struct report *report);
