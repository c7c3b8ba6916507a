/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a login program has put into the host's /tmp for the session before it opened it: a Kerberos
 * ticket cache (sshd's GSSAPI, pam_krb5), which the room's own /tmp would hide.
 */
#pragma once

#include <sys/types.h>

struct why;

/* Whose, and where to. */
struct carry_request {
	uid_t uid;
	gid_t gid;
	pid_t keeper;
	int keeper_pidfd;
};

/*
 * Moves the cache into the room's /tmp when it is a file of the user's right in /tmp: ccache is
 * what KRB5CCNAME says, "FILE:/tmp/NAME" or "/tmp/NAME"; of any other there is nothing to move. It
 * is the user who reads, writes and removes (setfsuid(2)), in both places. Returns 0, or -errno
 * when it was not moved.
 */
int carry_ccache(const char *ccache, const struct carry_request *request, struct why *why);
