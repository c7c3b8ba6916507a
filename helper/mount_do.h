/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Carries out a list of mount steps in the mount namespace of the calling process, which must be a
 * new one and must end when this fails: a view that is half made is no view. Needs CAP_SYS_ADMIN.
 */
#pragma once

#include "helper/mount_list.h"

struct why;

/* The source of every file system that a room makes, as mount tables show it. */
#define MOUNT_OWN_SOURCE "room"

/* 0 or -errno with the step and its path in why. room_pidfd: the process whose mount namespace
 * MOUNT_ENTER enters, disk_fd: a mount that is attached nowhere, for MOUNT_DISK; each -1 where no
 * step needs it. */
int mount_do(const struct mount_list *list, int room_pidfd, int disk_fd, struct why *why);
