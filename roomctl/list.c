/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl list: the rooms in the registry, and which of them live. A room lives when its keeper's
 * socket answers. The room's lock is held while asking: registry_connect() removes a socket nobody
 * listens on, and between bind(2) and listen(2) a room being made looks just like that.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/why.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define LIST_WAIT_MS 1000
#define LIST_ROOMS_MAX 4096

enum life { LIFE_LIVING, LIFE_STALE, LIFE_BUSY };

static const char *const life_notes[] = {
	[LIFE_LIVING] = "",
	[LIFE_STALE] = "stale",
	[LIFE_BUSY] = "busy",
};

/* The lines of a room's state file, in the order of the table's columns. */
enum field { FIELD_ROOM, FIELD_USER, FIELD_UID, FIELD_KEEPER, FIELD_CREATED, FIELD_RULE, N_FIELDS };

static const struct field_row {
	const char *name;
	bool number;
} field_rows[N_FIELDS] = {
	[FIELD_ROOM] = { "room", false },
	[FIELD_USER] = { "user", false },
	[FIELD_UID] = { "uid", true },
	[FIELD_KEEPER] = { "keeper", true },
	[FIELD_CREATED] = { "created", true },
	[FIELD_RULE] = { "rule", false },
};

struct listed {
	char key[REGISTRY_KEY_MAX];
	enum life life;
	char state[2048];             /* the file, cut into strings */
	const char *fields[N_FIELDS]; /* never NULL */
	char keeper[16];
};

struct rooms {
	struct listed *list;
	size_t n;
};

static void rooms_freep(struct rooms *rooms)
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

/* Under the room's lock its keeper takes nothing away. False when it is busy until the deadline. */
static bool listed_lock(int room_dfd)
{
	const struct timespec pause = { .tv_nsec = 3000000 };
	int64_t deadline = deadline_in(LIST_WAIT_MS);

	while (flock(room_dfd, LOCK_SH | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || deadline_left(deadline) == 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* False when the room has ended meanwhile. */
static bool listed_fill(int room_dfd, const char *key, struct listed *listed)
{
	bool locked = listed_lock(room_dfd);
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
	/* Who the keeper is, the kernel says, not the file; and a dead keeper has no pid. */
	snprintf(listed->keeper, sizeof listed->keeper, "%d", (int)pid);
	if (locked)
		listed->fields[FIELD_KEEPER] = pid > 0 ? listed->keeper : "";
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

static void print_json(const struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++) {
		const struct listed *listed = &rooms->list[i];

		fputs(i ? ",\n  {\"key\": " : "[\n  {\"key\": ", stdout);
		json_string(stdout, listed->key);
		for (size_t j = 0; j < N_FIELDS; j++) {
			uint64_t number;

			printf(", \"%s\": ", field_rows[j].name);
			if (!field_rows[j].number)
				json_string(stdout, listed->fields[j]);
			else if (text_u64(listed->fields[j], INT64_MAX, &number) == 0)
				printf("%llu", (unsigned long long)number);
			else
				fputs("null", stdout);
		}
		printf(", \"living\": %s, \"note\": ",
			listed->life == LIFE_LIVING ? "true" : "false");
		json_string(stdout, life_notes[listed->life]);
		fputs("}", stdout);
	}
	puts(rooms->n ? "\n]" : "[]");
}

static int print_table(const struct rooms *rooms)
{
	static const char *const heads[] = { "ROOM", "USER", "UID", "KEEPER", "SINCE", "RULE", "" };
	cleanup_with(table_free) struct table table = { .heads = heads, .n_cols = N_FIELDS + 1 };
	int r = 0;

	for (size_t i = 0; i < rooms->n && r == 0; i++) {
		const struct listed *listed = &rooms->list[i];
		const char *row[N_FIELDS + 1];
		char since[32] = "-";
		uint64_t created;
		struct tm tm;
		time_t at;

		for (size_t j = 0; j < N_FIELDS; j++)
			row[j] = *listed->fields[j] ? listed->fields[j] : "-";
		if (text_u64(listed->fields[FIELD_CREATED], INT32_MAX * 4ULL, &created) == 0) {
			at = (time_t)created;
			if (localtime_r(&at, &tm))
				strftime(since, sizeof since, "%Y-%m-%d %H:%M", &tm);
		}
		row[FIELD_CREATED] = since;
		row[N_FIELDS] = life_notes[listed->life];
		r = table_add(&table, row);
	}
	if (r == 0)
		table_print(&table, stdout);
	return r;
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

int verb_list(int argc, char **argv, bool json)
{
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	cleanup_fd int rooms_dfd = -1;
	struct options options;
	int r = options_read(argc, argv, 0, &options);

	if (r)
		return r;
	rooms_dfd = rooms_open();
	if (rooms_dfd < 0 && rooms_dfd != -ENOENT)
		return EXIT_CANNOT_TELL;
	if (rooms_dfd >= 0)
		r = rooms_read(rooms_dfd, &rooms);
	if (r == 0 && json)
		print_json(&rooms);
	else if (r == 0)
		r = print_table(&rooms);
	if (r == 0)
		return EXIT_YES;
	complain("cannot read the registry: %s", strerrordesc_np(-r));
	return EXIT_CANNOT_TELL;
}
