/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whether pam_room itself is in order (see installed.h). A login that meets a missing or unfit
 * program is refused, and so is one that meets a policy with a mistake: better to hear it from
 * here.
 */
#include "roomctl/installed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"

void installed_check_policy(struct report *report)
{
	cleanup_with(ruling_close) struct ruling ruling;

	ruling_open(NULL, &ruling);
	ruling_judge(&ruling);
	ruling_report(&ruling, false, report);
}

static const struct program {
	const char *path;
	mode_t mode; /* bits that must be set; 0: this build has none */
} programs[] = {
	{ ROOM_PAMDIR "/pam_room.so", 0444 },
	{ ROOM_LIBEXECDIR "/room-helper", S_ISUID | 0111 },
	{ ROOM_LIBEXECDIR "/room-keeper", 0100 },
	{ ROOM_LIBEXECDIR "/room-lookup", 0111 },
	{ ROOM_LIBEXECDIR "/room-bus", ROOM_HAS_BUS * 0111 },
};

static int program_check(const struct program *program, struct why *why)
{
	cleanup_fd int fd = program->mode == 0 ? -1 : open(program->path, O_PATH | O_CLOEXEC);
	struct statvfs vfs;
	struct stat st;
	int r;

	if (program->mode == 0)
		return 0;
	if (fd < 0)
		return why_set(why, errno, "check program", "%s", program->path);
	r = fd_check_root_owned(fd, S_IFREG, program->path, why);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0 || fstatvfs(fd, &vfs) < 0)
		return why_set(why, errno, "check program", "%s", program->path);
	if ((st.st_mode & program->mode) != program->mode)
		return why_set(why, 0, "check program", "%s has mode %04o and needs at least %04o",
			program->path, st.st_mode & 07777, program->mode);
	if ((program->mode & S_ISUID) && (vfs.f_flag & ST_NOSUID))
		return why_set(why, 0, "check program", "%s is on a file system mounted nosuid",
			program->path);
	return 0;
}

void installed_check_programs(bool say_ok, struct report *report)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		struct why why = { 0 };
		char text[512];
		int r = program_check(&programs[i], &why);

		if (r < 0)
			report_line(report, r == -EACCES ? REPORT_UNKNOWN : REPORT_PROBLEM, "%s",
				why_print(&why, text, sizeof text));
		else if (say_ok)
			report_line(report, REPORT_OK, "%s is installed as it must be",
				programs[i].path);
	}
}
