/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * One's own rooms (see own.h). Who arranges files so that they look like a room's tells a lie to
 * nobody but himself.
 */
#include "roomctl/own.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"
#include "roomctl/out.h"
#include "roomctl/verb.h"

#define OWN_MAX 64

/* proc_pid_stat(5): starttime is the 20th after the name, in ticks since the boot, whose time is
 * btime in proc_stat(5). */
static void own_since(const char *pid, char buf[32])
{
	char path[32], text[1024];
	cleanup_file FILE *file = fopen("/proc/stat", "re");
	unsigned long long ticks, btime = 0;
	const char *at;

	*buf = '\0';
	snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
	if (!file || fd_read_small(AT_FDCWD, path, text, sizeof text) < 0)
		return;
	at = strrchr(text, ')');
	while (btime == 0 && fgets(path, sizeof path, file))
		sscanf(path, "btime %llu", &btime);
	if (at && btime &&
		sscanf(at + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&ticks) == 1)
		snprintf(buf, 32, "%llu", btime + ticks / (unsigned long long)sysconf(_SC_CLK_TCK));
}

/* The state that can be told, as the registry's file would. */
static void own_fill(struct listed *listed, const char *key, ino_t namespace, const char *since)
{
	char name[TEXT_ROOM_NAME_MAX + 1];
	char *at = listed->state, *end = listed->state + sizeof listed->state;
	const struct passwd *found;
	uint32_t uid = 0;

	snprintf(listed->key, sizeof listed->key, "%s", key);
	listed->namespace = namespace;
	listed->life = LIFE_LIVING;
	for (size_t i = 0; i < N_FIELDS; i++)
		listed->fields[i] = "";
	listed->fields[FIELD_ROOM] = at;
	at += snprintf(at, (size_t)(end - at), "%s", text_key_name(key, name)) + 1;
	listed->fields[FIELD_UID] = at;
	at += snprintf(at, (size_t)(end - at), "%.*s", (int)strcspn(key, "."), key) + 1;
	listed->fields[FIELD_CREATED] = at;
	at += snprintf(at, (size_t)(end - at), "%s", since) + 1;
	if (text_id(listed->fields[FIELD_UID], &uid) == 0 && uid != 0 && (found = getpwuid(uid))) {
		listed->fields[FIELD_USER] = at;
		snprintf(at, (size_t)(end - at), "%.200s", found->pw_name);
	}
}

static bool own_has(const struct rooms *rooms, ino_t namespace)
{
	for (size_t i = 0; i < rooms->n; i++)
		if (rooms->list[i].namespace == namespace)
			return true;
	return false;
}

/* From outside: by each process of the caller's that is somewhere else. */
static void own_scan(struct rooms *rooms)
{
	cleanup_dir DIR *dir = opendir("/proc");
	ino_t here = dir ? members_namespace(dirfd(dir), "self") : 0;
	const struct dirent *entry;
	char path[96], key[REGISTRY_KEY_MAX];
	struct stat st;

	while (dir && rooms->n < OWN_MAX && (entry = readdir(dir))) {
		ino_t there;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
			fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 || st.st_uid != getuid())
			continue;
		there = members_namespace(dirfd(dir), entry->d_name);
		snprintf(path, sizeof path, "/proc/%.16s/root" ROOM_RUNDIR "/" REGISTRY_MARK,
			entry->d_name);
		if (there && there != here && !own_has(rooms, there) &&
			registry_read_mark(path, key, NULL) == 1)
			own_fill(&rooms->list[rooms->n++], key, there, "");
	}
}

int own_list(struct rooms *ret)
{
	char key[REGISTRY_KEY_MAX], since[32];
	struct stat st;

	*ret = (struct rooms){ .own = true, .list = calloc(OWN_MAX, sizeof *ret->list) };
	if (!ret->list) {
		complain("no memory");
		return EXIT_CANNOT_TELL;
	}
	if (registry_inside(key, NULL) == 1 && stat("/proc/self/ns/pid", &st) == 0) {
		own_since("1", since);
		own_fill(&ret->list[ret->n++], key, st.st_ino, since);
		/* Process 1 of a room is its keeper. */
		ret->list[0].fields[FIELD_KEEPER] = "1";
		return 0;
	}
	own_scan(ret);
	if (ret->n > 0)
		return 0;
	complain("you are in no room, and no process of yours that you may look at is in one; only "
		 "root may see the rooms of others");
	return EXIT_NO;
}
