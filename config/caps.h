/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Sets of capabilities as policies write them, capabilities(7). Bit N is capability N.
 */
#pragma once

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPS_BIT(cap) (UINT64_C(1) << (cap))

/* What the two engines leave a container by default. */
#define CAPS_PODMAN                                                                                \
	(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_FOWNER) |                 \
		CAPS_BIT(CAP_FSETID) | CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_NET_BIND_SERVICE) |       \
		CAPS_BIT(CAP_SETFCAP) | CAPS_BIT(CAP_SETGID) | CAPS_BIT(CAP_SETPCAP) |             \
		CAPS_BIT(CAP_SETUID) | CAPS_BIT(CAP_SYS_CHROOT))
#define CAPS_DOCKER                                                                                \
	(CAPS_PODMAN | CAPS_BIT(CAP_MKNOD) | CAPS_BIT(CAP_NET_RAW) | CAPS_BIT(CAP_AUDIT_WRITE))

/* Docker's, less raw frames, device nodes, chroot and file capabilities. */
#define CAPS_BRICK                                                                                 \
	(CAPS_DOCKER &                                                                             \
		~(CAPS_BIT(CAP_NET_RAW) | CAPS_BIT(CAP_MKNOD) | CAPS_BIT(CAP_SYS_CHROOT) |         \
			CAPS_BIT(CAP_SETFCAP)))

/* All but the administration of the host. What the kernel will add is left out. */
#define CAPS_ALL (CAPS_BIT(CAP_LAST_CAP + 1) - 1)
#define CAPS_GLASS                                                                                 \
	(CAPS_ALL &                                                                                \
		~(CAPS_BIT(CAP_SYS_MODULE) | CAPS_BIT(CAP_SYS_RAWIO) | CAPS_BIT(CAP_SYS_BOOT) |    \
			CAPS_BIT(CAP_SYS_TIME) | CAPS_BIT(CAP_MAC_ADMIN) |                         \
			CAPS_BIT(CAP_MAC_OVERRIDE) | CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON) |   \
			CAPS_BIT(CAP_SYSLOG) | CAPS_BIT(CAP_SYS_PACCT) |                           \
			CAPS_BIT(CAP_AUDIT_CONTROL)))

/*
 * Reads a list from left to right. "all", "none", "docker" and "podman" stand first and start from
 * that set, +NAME or NAME then adds, -NAME takes away. A list of bare names starts from nothing,
 * one of names with + or - from *set as it is; the two do not mix. True, or false with *set as it
 * was, the number of the item that is wrong in *bad and what is wrong in phrase.
 */
bool caps_read(
	const char *const *items, size_t n, uint64_t *set, size_t *bad, char *phrase, size_t size);

/* "none", "all", or the names with commas between. Returns buf. */
const char *caps_print(uint64_t set, char *buf, size_t size);
