/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * An account as a policy sees it (see account.h).
 */
#include "roomctl/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/decide.h"
#include "config/week.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

int account_find(const char *name, struct account *ret)
{
	struct passwd *found;

	errno = 0;
	found = getpwnam(name);
	if (!found)
		return errno ? -errno : -ENOENT;
	if (strlen(found->pw_name) >= sizeof ret->name)
		return -ENAMETOOLONG;
	/* As the directory calls it, whatever spelling was asked for. */
	strcpy(ret->name, found->pw_name);
	ret->uid = found->pw_uid;
	ret->gid = found->pw_gid;
	return 0;
}

const char *account_usual_tty(const char *service)
{
	static const char *const rows[][2] = { { "sshd", "ssh" }, { "cron", "cron" },
		{ "login", "tty1" } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i][0], service) == 0)
			return rows[i][1];
	return "";
}

int account_login(const struct options *options, struct subject *ret)
{
	const char *phrase = NULL;

	if (options->from && strpbrk(options->from, "/* ")) {
		complain("--from: '%s' is neither an address nor a host", options->from);
		return EXIT_USAGE;
	}
	*ret = (struct subject){ .user = "",
		.service = options->service ? options->service : "sshd",
		.tty = options->tty };
	if (!ret->tty)
		ret->tty = account_usual_tty(ret->service);
	/* The helper knows the host's time only. */
	unsetenv("TZ");
	from_host_read(options->from ? options->from : "", &ret->from);
	subject_set_now(ret);
	if (options->at)
		phrase = week_parse_moment(options->at, &ret->wday, &ret->minute);
	if (!phrase)
		return 0;
	complain("--at: '%s' %s", options->at, phrase);
	return EXIT_USAGE;
}
