/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Who is asking, what was started, and may they ask this.
 */
#pragma once

#include <sys/types.h>

struct why;

/*
 * The question mode is for the module alone: real uid 0, and on fd a SOCK_SEQPACKET socket whose
 * other end was made by uid 0 (unix(7): SO_PEERCRED).
 */
int caller_check_module(uid_t real_uid, int fd, struct why *why);

/*
 * That this process runs the very file that is installed as path: not a copy that kept the setuid
 * bit, nor an older one that somebody still has by a hard link (proc_pid_exe(5)). -EPERM.
 */
int caller_check_program(const char *path, struct why *why);
