/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The journal's native protocol (see journal.h).
 */
#include "lib/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/clean.h"
#include "lib/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define JOURNAL_MAX 2048

int journal_send(const struct journal_field *fields, size_t n)
{
	static const struct sockaddr_un addr = { AF_UNIX, JOURNAL_SOCKET };
	cleanup_fd int fd = -1;
	char text[JOURNAL_MAX];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char *begin = text + len;
		int more;

		if (!fields[i].value || !*fields[i].value)
			continue;
		more = snprintf(begin, sizeof text - len, "%s=%s", fields[i].name, fields[i].value);
		if (more < 0 || (size_t)more + 1 >= sizeof text - len)
			return -EMSGSIZE;
		text_tame(begin);
		len += (size_t)more;
		text[len++] = '\n';
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
		sendto(fd, text, len, MSG_NOSIGNAL, (const struct sockaddr *)&addr, sizeof addr) <
			0)
		return -errno;
	return 0;
}
