/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's /tmp on disk: a file system of its own in a file that has no name, so that the kernel
 * takes all of it away when the room's last mount of it goes, whoever was killed before, and nobody
 * ever walks through what users have left there.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct why;

/* Where the files are. It needs a file system with O_TMPFILE (open(2)). */
#define DISK_DIR ROOM_STATEDIR

/* How much, and who is told of in losetup(8). */
struct disk_request {
	const char *key;
	uint64_t size;   /* bytes */
	uint32_t inodes; /* files, 0: as many as mke2fs(8) thinks right */
};

/*
 * Makes the file system and a mount of it that is attached nowhere, nosuid and nodev, with root's
 * empty top directory. Returns its descriptor, or -errno with what is missing. Closing it before it
 * was attached leaves nothing.
 */
int disk_make(const struct disk_request *request, int64_t deadline, struct why *why);
