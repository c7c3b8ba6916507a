/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Opens what an absolute path names, without being led by anybody but root.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * An O_PATH descriptor, or -errno. A symbolic link counts only when root made it, in a directory
 * that nobody else may write to: any other is -ELOOP.
 */
int place_open(const char *path);

/*
 * A home: a directory whose path its user may have had a hand in. Links are followed wherever they
 * stand, but then what they lead to must be his, or root's if the links can only be root's too;
 * otherwise it would show him what the view hides (-EPERM). Where root may not go (NFS with
 * root_squash), he goes himself.
 */
int place_open_home(const char *path, uid_t uid, gid_t gid);
