/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The table of ABIs (see sysabis.h).
 */
#include "config/sysabis.h"

#include <seccomp.h>

#include "lib/sys.h"

const struct sysabi sysabis[] = {
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, 0, SCMP_ARCH_X86_64, "x86-64" },
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, SYS_X32_BIT, SCMP_ARCH_X32, "x32" },
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 0, SCMP_ARCH_X86, "i386" },
	{ AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0, SCMP_ARCH_AARCH64, "aarch64" },
	{ AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0, SCMP_ARCH_ARM, "32-bit arm" },
};

const size_t n_sysabis = sizeof sysabis / sizeof sysabis[0];

const struct sysabi *sysabi_of(uint32_t arch, uint32_t nr)
{
	const struct sysabi *found = NULL;

	/* Below zero, where every bit is set, a number is of no ABI with a bit. */
	for (size_t i = 0; i < n_sysabis; i++)
		if (sysabis[i].arch == arch &&
			(sysabis[i].bit == 0 || ((nr & sysabis[i].bit) && nr <= INT32_MAX)))
			found = &sysabis[i];
	return found;
}
