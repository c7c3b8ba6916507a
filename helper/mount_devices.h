/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Brings devices of the host into a directory that is, or becomes, a room's /dev. Bound, not made:
 * their owner, mode and access list go on being those that udev and login programs give them.
 */
#pragma once

/* Makes an empty file for something to be mounted over, below /dev, with the way to it. One that is
 * there already will do. */
int mount_file(const char *path);

/* Every device that the pattern (glob(7), below /dev) names, at the same name below dir. One that
 * is there already stays; none at all is no error. */
int mount_devices(const char *dir, const char *pattern);

/* The socket at path, below /dev, likewise; a symbolic link is made anew. */
int mount_socket(const char *dir, const char *path);
