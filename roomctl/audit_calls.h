/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Probes of the kernel that ask the filters, and that of core dumps; their rows are in
 * audit_kernel.c.
 */
#pragma once

#include "roomctl/audit.h"

#define CLOSE_CALLS                                                                                \
	"a tighter syscalls.profile (walls = \"brick\" has one), a shorter syscalls.allow"

void probe_core(const struct audit *audit, struct finding *finding);
void probe_families(const struct audit *audit, struct finding *finding);
void probe_calls_host(const struct audit *audit, struct finding *finding);
void probe_calls_new(const struct audit *audit, struct finding *finding);
void probe_calls_count(const struct audit *audit, struct finding *finding);
