/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who is asking (see caller.h). The module starts the helper with all three uids 0, so a real uid
 * other than 0 means that a user found the setuid bit by himself.
 */
#include "helper/caller.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/why.h"

int caller_check_module(uid_t real_uid, int fd, struct why *why)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof domain;
	struct ucred peer;

	if (real_uid != 0)
		return why_set(why, EPERM, "check caller", "real uid %u", real_uid);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return why_set(why, errno, "check caller", "no socket");
	if (domain != AF_UNIX || type != SOCK_SEQPACKET)
		return why_set(why, EPROTOTYPE, "check caller", "another kind of socket");
	len = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return why_set(why, errno, "check caller", "no peer credentials");
	if (peer.uid != 0)
		return why_set(why, EPERM, "check caller", "uid %u asks", peer.uid);
	return 0;
}

int caller_check_program(const char *path, struct why *why)
{
	struct stat own, installed;

	if (stat("/proc/self/exe", &own) < 0 || stat(path, &installed) < 0)
		return why_set(why, errno, "check program", "%s", path);
	if (own.st_ino != installed.st_ino || own.st_dev != installed.st_dev)
		return why_set(why, EPERM, "check program", "another file than %s runs", path);
	return 0;
}
