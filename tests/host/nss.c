/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A directory that knows the account "alice" by another spelling too, as those do that ignore case.
 * Built with -DALICE=UID as libnss_stage.so.2.
 */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>

enum nss_status _nss_stage_getpwnam_r(
	const char *name, struct passwd *ret, char *buf, size_t len, int *ret_errno)
{
	static const char text[] = "alice\0x\0/home/alice\0/bin/bash";

	if (strcmp(name, "ALICE") != 0)
		return NSS_STATUS_NOTFOUND;
	if (len < sizeof text) {
		*ret_errno = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buf, text, sizeof text);
	*ret = (struct passwd){ .pw_name = buf,
		.pw_passwd = buf + 6,
		.pw_uid = ALICE,
		.pw_gid = ALICE,
		.pw_gecos = buf + 7,
		.pw_dir = buf + 8,
		.pw_shell = buf + 20 };
	return NSS_STATUS_SUCCESS;
}
