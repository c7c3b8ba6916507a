/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The system calls of each ABI (see syscalls.h).
 */
#include "helper/syscalls.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "config/sysnames.h"
#include "lib/clean.h"

bool syscalls_name(const struct sysabi *abi, unsigned int nr, char name[static SYSCALLS_NAME_MAX])
{
	const char *own = sysnames_own(abi->arch, nr | abi->bit);
	cleanup_free char *found = NULL;

	/* What libseccomp may know beyond our table is not judged by any profile. x32's old numbers
	 * are the exception. */
	if (!own && (nr < SYSNAMES_LATE || (abi->bit && nr >= 512)))
		found = seccomp_syscall_resolve_num_arch(abi->token, (int)nr);
	if (!own && !found)
		return false;
	snprintf(name, SYSCALLS_NAME_MAX, "%s", own ? own : found);
	return true;
}
