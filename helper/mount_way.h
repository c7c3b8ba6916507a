/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Directories in a part of the view that is read-only for everybody else.
 */
#pragma once

/*
 * Makes the directories from root, which is mounted read-only, to path below it, mode 0755; those
 * that are there stay. Only by a copy of the mount that nobody else sees is it writable meanwhile.
 * Returns 0 or -errno; -EROFS: the file system itself is read-only.
 */
int mount_way(const char *root, const char *path);
