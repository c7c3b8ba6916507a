/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The rooms in the registry, and which of them live (see listed.h). A room lives when its keeper's
 * socket answers. The room's lock is held while asking: registry_connect() removes a socket nobody
 * listens on, and between bind(2) and listen(2) a room being made looks just like that.
 */
#include "roomctl/listed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/out.h"
#include "roomctl/own.h"
#include "roomctl/verb.h"

#define LIST_WAIT_MS 1000
#define LIST_ROOMS_MAX 65536

const char *const life_notes[] = {
	[LIFE_LIVING] = "",
	[LIFE_STALE] = "stale",
	[LIFE_BUSY] = "busy",
};

const struct field_row field_rows[N_FIELDS] = {
	[FIELD_ROOM] = { "room", false },
	[FIELD_USER] = { "user", false },
	[FIELD_UID] = { "uid", true },
	[FIELD_KEEPER] = { "keeper", true },
	[FIELD_CREATED] = { "created", true },
	[FIELD_RULE] = { "rule", false },
	[FIELD_POLICY] = { "policy", false },
	[FIELD_SPEC] = { "spec", false },
};

void rooms_freep(struct rooms *rooms)
{
	free(rooms->list);
}

static void listed_read_state(int room_dfd, struct listed *listed)
{
	char *rest = listed->state, *line;

	if (fd_read_small(room_dfd, REGISTRY_STATE, listed->state, sizeof listed->state) < 0)
		return;
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < N_FIELDS; i++)
			if (strcmp(line, field_rows[i].name) == 0)
				listed->fields[i] = value;
	}
}

bool listed_lock(int room_dfd, bool alone, int ms)
{
	const struct timespec pause = { .tv_nsec = 3000000 };
	int64_t deadline = deadline_in(ms);

	while (flock(room_dfd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || deadline_left(deadline) == 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* False when the room has ended meanwhile. */
static bool listed_fill(int room_dfd, const char *key, struct listed *listed)
{
	bool locked = listed_lock(room_dfd, false, LIST_WAIT_MS);
	cleanup_fd int sock = -1;
	cleanup_fd int pidfd = -1;
	struct stat st;
	pid_t pid = 0;

	snprintf(listed->key, sizeof listed->key, "%s", key);
	for (size_t i = 0; i < N_FIELDS; i++)
		listed->fields[i] = "";
	if (locked)
		sock = registry_connect(room_dfd, &pidfd, &pid, NULL);
	listed->life = !locked ? LIFE_BUSY : sock < 0 ? LIFE_STALE : LIFE_LIVING;
	listed_read_state(room_dfd, listed);
	if (fd_read_small(room_dfd, REGISTRY_LIMITS, listed->limits, sizeof listed->limits) < 0)
		listed->limits[0] = '\0';
	listed->frozen = faccessat(room_dfd, REGISTRY_FROZEN, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	/* Who the keeper is, the kernel says, not the file; and a dead keeper has no pid. */
	snprintf(listed->keeper, sizeof listed->keeper, "%d", (int)pid);
	if (locked)
		listed->fields[FIELD_KEEPER] = pid > 0 ? listed->keeper : "";
	listed->keeper_pid = locked ? pid : 0;
	if (!*listed->fields[FIELD_ROOM])
		listed->fields[FIELD_ROOM] = listed->key;
	return fstat(room_dfd, &st) == 0 && st.st_nlink > 0;
}

static int listed_compare(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys in the registry, sorted. */
static int rooms_keys(int rooms_dfd, char keys[][REGISTRY_KEY_MAX], const char **ret, size_t *ret_n)
{
	cleanup_dir DIR *dir = registry_list(rooms_dfd, NULL);
	size_t n = 0;
	int r = dir ? 1 : -errno;

	while (r == 1 && n < LIST_ROOMS_MAX &&
		(r = registry_next(dir, REGISTRY_ALL, keys[n], NULL)) == 1) {
		ret[n] = keys[n];
		n++;
	}
	if (r < 0)
		return r;
	qsort(ret, n, sizeof *ret, listed_compare);
	*ret_n = n;
	return 0;
}

static int rooms_read(int rooms_dfd, struct rooms *ret)
{
	cleanup_free char(*keys)[REGISTRY_KEY_MAX] = calloc(LIST_ROOMS_MAX, sizeof *keys);
	cleanup_free const char **sorted = calloc(LIST_ROOMS_MAX, sizeof *sorted);
	size_t n_keys = 0;
	int r;

	if (!keys || !sorted)
		return -ENOMEM;
	r = rooms_keys(rooms_dfd, keys, sorted, &n_keys);
	if (r < 0)
		return r;
	ret->list = calloc(n_keys + 1, sizeof *ret->list);
	if (!ret->list)
		return -ENOMEM;
	for (size_t i = 0; i < n_keys; i++) {
		cleanup_fd int room_dfd =
			fd_open_beneath(rooms_dfd, sorted[i], O_RDONLY | O_DIRECTORY);

		/* It ended while we were looking. */
		if (room_dfd >= 0 && listed_fill(room_dfd, sorted[i], &ret->list[ret->n]))
			ret->n++;
	}
	return 0;
}

bool rooms_are_same(const struct rooms *rooms)
{
	cleanup_fd int rooms_dfd = rooms->own ? -1 : registry_open(0, NULL);
	cleanup_free char(*keys)[REGISTRY_KEY_MAX] = NULL;
	cleanup_free const char **sorted = NULL;
	size_t n = 0;

	if (rooms_dfd < 0 || !(keys = calloc(LIST_ROOMS_MAX, sizeof *keys)) ||
		!(sorted = calloc(LIST_ROOMS_MAX, sizeof *sorted)) ||
		rooms_keys(rooms_dfd, keys, sorted, &n) < 0 || n != rooms->n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct listed *listed = &rooms->list[i];
		char path[REGISTRY_KEY_MAX + sizeof REGISTRY_FROZEN + 1];

		snprintf(path, sizeof path, "%s/" REGISTRY_FROZEN, listed->key);
		if (strcmp(listed->key, sorted[i]) != 0 || listed->life != LIFE_LIVING ||
			kill(listed->keeper_pid, 0) < 0 ||
			listed->frozen !=
				(faccessat(rooms_dfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0))
			return false;
	}
	return true;
}

/* Opens the registry: a dfd, -ENOENT when no room was ever made, or -errno after saying why. */
static int rooms_open(void)
{
	char key[REGISTRY_KEY_MAX], text[512];
	struct why why = { 0 };
	int r = registry_inside(key, &why);

	/* Inside a room the registry is covered: an empty list would be a lie. */
	if (r == 1) {
		complain("this is inside room %s, and rooms are seen from outside only", key);
		return -EPERM;
	}
	if (r == 0)
		r = registry_open(0, &why);
	if (r == -EACCES || r == -EPERM)
		complain("only root may see the rooms");
	else if (r < 0 && r != -ENOENT)
		complain("%s", why_print(&why, text, sizeof text));
	return r;
}

int rooms_list_seen(struct rooms *ret)
{
	char key[REGISTRY_KEY_MAX];

	if (geteuid() == 0 && registry_inside(key, NULL) != 1)
		return rooms_list(ret);
	return own_list(ret);
}

int rooms_list(struct rooms *ret)
{
	cleanup_fd int rooms_dfd = rooms_open();
	int r = 0;

	*ret = (struct rooms){ 0 };
	if (rooms_dfd < 0 && rooms_dfd != -ENOENT)
		return EXIT_CANNOT_TELL;
	if (rooms_dfd >= 0)
		r = rooms_read(rooms_dfd, ret);
	if (r == 0)
		return 0;
	complain("cannot read the registry: %s", strerrordesc_np(-r));
	return EXIT_CANNOT_TELL;
}

const char *listed_note(const struct listed *listed)
{
	return listed->life == LIFE_LIVING && listed->frozen ? "frozen" : life_notes[listed->life];
}

void listed_since(const struct listed *listed, char buf[32])
{
	uint64_t created;
	struct tm tm;
	time_t at;

	strcpy(buf, "-");
	if (text_u64(listed->fields[FIELD_CREATED], INT32_MAX * 4ULL, &created) < 0)
		return;
	at = (time_t)created;
	if (localtime_r(&at, &tm))
		strftime(buf, 32, "%Y-%m-%d %H:%M", &tm);
}
