/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The switch for an emergency: pam_room is off, whatever the policy says and whatever is wrong with
 * it.
 */
#pragma once

struct why;

#define OFF_FILE "disabled"
#define OFF_PARAMETER "pam_room" /* =off, on the kernel's command line */
#define OFF_CMDLINE "/proc/cmdline"

/*
 * 1: it is off, and *why says by what: the file OFF_FILE in the directory etc (what is in it does
 * not matter), or the parameter in the file cmdline (proc_cmdline(5)), of which the last one
 * counts. File and directory must be root's as those of a policy (config/load.h). 0: it is not;
 * when there was a file that is not believed, or no command line could be read, *why says so, else
 * its text is empty.
 */
int off_is_said(const char *etc, const char *cmdline, struct why *why);
