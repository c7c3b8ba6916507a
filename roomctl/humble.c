/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Root's rights, given up (see humble.h): a policy that is only looked at may be anybody's, and
 * libconfig need not be root to parse it.
 */
#include "roomctl/humble.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/why.h"

#define HUMBLE_ID 65534 /* nobody: the kernel's overflow id */

int humble_become(struct why *why)
{
	static const char step[] = "drop root";

	if (geteuid() == 0 || getuid() == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(HUMBLE_ID, HUMBLE_ID, HUMBLE_ID) < 0 ||
			setresuid(HUMBLE_ID, HUMBLE_ID, HUMBLE_ID) < 0)
			return why_set(why, errno, step, "become nobody");
		if (setresuid(0, 0, 0) == 0 || geteuid() != HUMBLE_ID || getuid() != HUMBLE_ID)
			return why_set(why, EPERM, step, "there is a way back");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return why_set(why, errno, step, "no_new_privs");
	return 0;
}
