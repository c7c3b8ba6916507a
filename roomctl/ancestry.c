/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What stands above a process (see ancestry.h).
 */
#include "roomctl/ancestry.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"

#define ANCESTRY_ENVIRON_MAX (1u << 20)

int ancestor_read(pid_t pid, struct ancestor *ret, struct why *why)
{
	char path[64], text[1024];
	const char *open, *close;
	unsigned long long start;
	ssize_t len;
	int parent;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	len = fd_read_small(AT_FDCWD, path, text, sizeof text);
	if (len < 0)
		return why_set(why, (int)-len, "look at process", "%s", path);
	open = strchr(text, '(');
	/* The name may hold brackets, what follows it does not. */
	close = strrchr(text, ')');
	if (!open || !close ||
		sscanf(close + 1,
			" %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&parent, &start) != 2)
		return why_set(why, 0, "look at process", "%s is not what proc(5) tells of", path);
	*ret = (struct ancestor){ .pid = pid, .parent = parent, .start = start };
	snprintf(ret->comm, sizeof ret->comm, "%.*s", (int)(close - open - 1), open + 1);
	return 0;
}

/* The first word of SSH_CONNECTION in that process's environment. */
static const char *ssh_from(pid_t pid, char *buf, size_t size)
{
	static const char name[] = "SSH_CONNECTION=";
	cleanup_free char *text = NULL;
	cleanup_fd int fd = -1;
	char path[64];
	size_t len = 0;

	snprintf(path, sizeof path, "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_all(fd, ANCESTRY_ENVIRON_MAX, &text, &len) < 0)
		return NULL;
	for (const char *at = text; at < text + len; at += strlen(at) + 1) {
		if (strncmp(at, name, strlen(name)) != 0)
			continue;
		at += strlen(name);
		snprintf(buf, size, "%.*s", (int)strcspn(at, " "), at);
		return *buf && !strpbrk(buf, "/*") ? buf : NULL;
	}
	return NULL;
}

const char *ancestry_ssh_from(char *buf, size_t size)
{
	struct ancestor process = { 0 };

	for (pid_t pid = getpid(); pid > 1; pid = process.parent) {
		if (ssh_from(pid, buf, size))
			return buf;
		if (ancestor_read(pid, &process, NULL) < 0)
			break;
	}
	return NULL;
}
