/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Carries out a list of mount steps in the mount namespace of the calling process, which must be a
 * new one and must end when this fails: a view that is half made is no view. Needs CAP_SYS_ADMIN.
 */
#pragma once

#include "helper/mount_list.h"

/* 0 or -errno with the step and its path in why. */
int mount_do(const struct mount_list *list, struct why *why);
