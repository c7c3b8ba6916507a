/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What "wired" means (see wiring.h).
 *
 * The order of wiring, because a machine may lose power between two files and people log in
 * meanwhile: first the drop-ins. Alone the one for user@.service changes nothing, the helper starts
 * a manager without a room as it always was. Then systemd-user: with it but without the drop-in, a
 * manager would be counted to a room and run outside it. Only then the logins: a session in a room
 * whose manager is outside has a side door (systemd-run --user). sshd is last: the administrator
 * who comes that way comes in as before until all else stands. disable goes the other way round.
 *
 * The line goes to the end of each service file and not into a common file that they include,
 * because service files go on after including it: sshd's sets limits and SELinux contexts there.
 */
#include "roomctl/wiring.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"
#include "roomctl/stack.h"
#include "roomctl/tree.h"

/*
 * polkit-1 is pkexec's; other is for what has no file, run0 on Debian for one. Not runuser: it is
 * for root's scripts, which start services of the host with it.
 */
const char *const wiring_services[WIRING_SERVICES] = { "systemd-user", "cron", "crond", "atd",
	"polkit-1", "systemd-run0", "other", "su", "su-l", "sudo", "sudo-i", "remote", "login",
	"sshd" };

#define DROPIN(unit) "etc/systemd/system/" unit ".d/50-pam_room.conf"

/*
 * at(1) tells atd by a signal to the pid in its file, which means nothing in a room's pid
 * namespace: atd would look only once an hour. So a path unit looks at the jobs and tells it.
 */
const struct wiring_dropin wiring_dropins[WIRING_DROPINS] = {
	{ "user@.service", DROPIN("user@.service"),
		"[Service]\n"
		"NotifyAccess=all\n"
		"ExecStart=\n"
		"ExecStart=" ROOM_LIBEXECDIR "/room-helper user-manager\n",
		"starts user managers through the helper", "user managers start outside" },
	{ "atd.service", DROPIN("atd.service"),
		"[Unit]\n"
		"Upholds=pam_room-at.path\n",
		"tells atd of new jobs", "at jobs wait for atd's hourly look" },
};

#define MARK_BEGIN "# pam_room: begin (roomctl enable wrote this, roomctl disable removes it)\n"
#define MARK_NO_NEWLINE "# pam_room: the line before had no newline at its end\n"
#define MARK_COPY "# pam_room: this file was copied from /" STACK_VENDOR_DIR ", sum "
#define MARK_LINE "session required " STACK_OURS "\n"
#define MARK_END "# pam_room: end\n"

bool wiring_wants(const struct tree *tree, const struct wiring_dropin *dropin)
{
	char path[96];

	snprintf(path, sizeof path, "usr/lib/systemd/system/%s", dropin->unit);
	return tree_has(tree, path) || tree_has(tree, path + strlen("usr/"));
}

bool wiring_has_dropin(const struct tree *tree)
{
	for (size_t i = 0; i < WIRING_DROPINS; i++)
		if (tree_has(tree, wiring_dropins[i].path))
			return true;
	return false;
}

/* FNV-1a, 64 bits. */
uint64_t wiring_sum(const char *text)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		sum = (sum ^ *c) * 0x100000001b3;
	return sum;
}

char *wiring_add(const char *text, const struct wiring_block *block)
{
	size_t len = strlen(text);
	bool no_newline = len > 0 && text[len - 1] != '\n';
	char copy[sizeof MARK_COPY + 32] = "";
	char *ret;

	if (block->is_copy)
		snprintf(copy, sizeof copy, MARK_COPY "%016" PRIx64 "\n", block->copy_sum);
	if (asprintf(&ret, "%s%s" MARK_BEGIN "%s%s" MARK_LINE MARK_END, text,
		    no_newline ? "\n" : "", no_newline ? MARK_NO_NEWLINE : "", copy) < 0)
		return NULL;
	return ret;
}

/* The start of a line that begins with mark, or NULL. */
static const char *find_mark(const char *text, const char *mark)
{
	const char *at = strstr(text, mark);

	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, mark);
	return at;
}

int wiring_strip(const char *text, struct wiring_block *ret_block, char **ret)
{
	const char *begin = find_mark(text, MARK_BEGIN), *end, *copy, *bare, *rest;
	size_t before;

	*ret_block = (struct wiring_block){ .found = begin != NULL };
	if (!begin) {
		*ret = strdup(text);
		return *ret ? 0 : -ENOMEM;
	}
	end = find_mark(begin, MARK_END);
	if (!end || find_mark(begin + 1, MARK_BEGIN))
		return -EINVAL;
	copy = find_mark(begin, MARK_COPY);
	if (copy && copy < end) {
		ret_block->is_copy = true;
		ret_block->copy_sum = strtoull(copy + strlen(MARK_COPY), NULL, 16);
	}
	rest = end + strlen(MARK_END);
	before = (size_t)(begin - text);
	bare = find_mark(begin, MARK_NO_NEWLINE);
	if (bare && bare < end)
		ret_block->no_newline = true;
	/* Lines that somebody added after the block need the newline that came with it. */
	if (ret_block->no_newline && *rest == '\0' && before > 0)
		before--;
	return asprintf(ret, "%.*s%s", (int)before, text, rest) < 0 ? -ENOMEM : 0;
}
