/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Sockets and who listens on them, for probes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct audit;
struct finding;

/*
 * Connects to a unix socket and closes it again, saying nothing: what listens sees a caller that
 * went away. A name that begins with @ is an abstract one (unix(7)). Returns 0, *ret_pid the
 * process that listens, as it is seen from here (0: it is in none of this session's pid
 * namespaces), or -errno.
 */
int socket_touch(const char *name, int type, pid_t *ret_pid);

/* Of the user's own manager; its row is in audit_others.c. */
void probe_manager(const struct audit *audit, struct finding *finding);
