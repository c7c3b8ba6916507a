/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Finds the living room of a user, or makes it (see room.h). All of it happens under the room's
 * lock, which dies with its owner, and a keeper that was not adopted ends by itself: a helper that
 * is killed anywhere here leaves at most a directory, which the next one takes over.
 */
#include "helper/room.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "config/rooms.h"
#include "helper/cgroup.h"
#include "helper/mount_list.h"
#include "helper/seccomp.h"
#include "helper/spawn.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "lib/why.h"

/* A keeper answers at once; one that is stopped keeps nobody waiting for all of the helper's time.
 */
#define ROOM_ANSWER_MS 5000

/* Outcomes of room_enter(). */
enum { ROOM_ENTERED, ROOM_ENDING };

static const char *const linger_words[] = {
	[LINGER_PROCESSES] = "processes",
	[LINGER_NONE] = "none",
};

void room_key(char key[REGISTRY_KEY_MAX], uid_t uid, const char *name)
{
	snprintf(key, REGISTRY_KEY_MAX, "%u.%s", uid, name);
}

void room_release(struct room *room)
{
	fd_closep(&room->pidfd);
	fd_closep(&room->lease_fd);
}

/* The room's socket, bound but not listening: the keeper listens, and so the kernel names it as
 * peer. */
static int room_bind(int room_dfd, struct why *why)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(
		addr.sun_path, sizeof addr.sun_path, "/proc/self/fd/%d/" REGISTRY_SOCKET, room_dfd);
	if (unlinkat(room_dfd, REGISTRY_SOCKET, 0) < 0 && errno != ENOENT)
		return why_set(why, errno, "make room", "old socket");
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
		return why_set(why, errno, "make room", "socket");
	return take_fd(&fd);
}

/* What a login does to itself to be in this room. */
static int room_plan(const struct room_spec *spec, pid_t keeper, struct plan *plan, struct why *why)
{
	char path[64];
	struct stat st;

	*plan = (struct plan){ .bounding = spec->bounding, .n_rlimits = 1 };
	/* A limit of one byte, unlike zero, keeps |core_pattern from being run on the host
	 * (core(5)). It */
	/* takes the filter to keep the limit: helper/seccomp.c. */
	plan->rlimits[0] = (struct plan_rlimit){ RLIMIT_CORE, 1, 1 };
	for (int i = 0; i < PLAN_N_NS; i++) {
		snprintf(path, sizeof path, "/proc/%d/ns/%s", keeper, plan_ns_table[i].name);
		if (stat(path, &st) < 0)
			return why_set(
				why, errno, "make room", "its %s namespace", plan_ns_table[i].name);
		plan->ns_ino[i] = st.st_ino;
	}
	return seccomp_compile(spec, plan, why);
}

static int room_write_plan(
	int room_dfd, const struct plan *plan, struct room *room, struct why *why)
{
	long len = plan_encode(plan, room->plan, sizeof room->plan);
	int r = len < 0 ? (int)len :
			  fd_replace_file(room_dfd, REGISTRY_PLAN, room->plan, (size_t)len);

	if (r < 0)
		return why_set(why, -r, "make room", "plan");
	room->plan_len = (size_t)len;
	return 0;
}

static int room_write_state(
	int room_dfd, const struct room_request *request, pid_t keeper, struct why *why)
{
	char text[1024], user[256], rule[256];
	int len, r;

	snprintf(user, sizeof user, "%s", request->user);
	snprintf(rule, sizeof rule, "%s", request->rule);
	text_tame(user);
	text_tame(rule);
	len = snprintf(text, sizeof text,
		"room=%s\nuser=%s\nuid=%u\nkeeper=%d\ncreated=%" PRId64
		"\nrule=%s\npolicy=%016" PRIx64 "\nspec=%016" PRIx64 "\n",
		request->spec->name, user, request->uid, keeper, (int64_t)time(NULL), rule,
		request->generation, rooms_hash(request->spec));
	r = fd_replace_file(room_dfd, REGISTRY_STATE, text, (size_t)len);
	return r < 0 ? why_set(why, -r, "make room", "state") : 0;
}

/* Everything that the room needs before anybody enters it, while its keeper waits. */
static int room_furnish(int room_dfd, const struct room_request *request, struct spawned *keeper,
	int64_t deadline, struct room *room, struct why *why)
{
	static struct plan plan;
	int r = cgroup_place_keeper(keeper->pid, room->key, request->uid, deadline, why);

	if (r == 0)
		r = room_plan(request->spec, keeper->pid, &plan, why);
	if (r == 0)
		r = room_write_plan(room_dfd, &plan, room, why);
	if (r == 0)
		r = room_write_state(room_dfd, request, keeper->pid, why);
	return r < 0 ? r : spawn_adopt(keeper, deadline, why);
}

static int room_make(int rooms_dfd, int room_dfd, const struct room_request *request,
	int64_t deadline, struct room *room, struct why *why)
{
	static struct mount_list view;
	const struct mount_facts facts = { room->key, request->home, request->uid };
	cleanup_with(
		spawn_release) struct spawned keeper = { .pid = -1, .pidfd = -1, .birth_fd = -1 };
	cleanup_fd int listen_fd = -1;
	const struct strays_request strays = { request->spec, request->uid, rooms_dfd,
		request->for_manager };
	int r = mount_list_make(request->spec, &facts, &view, why);

	if (r == 0)
		r = strays_settle(&strays, deadline, room->note, why);
	if (r < 0)
		return r;
	listen_fd = room_bind(room_dfd, why);
	if (listen_fd < 0)
		return listen_fd;
	r = spawn_keeper(
		&(struct spawn_request){ &view, room->key, linger_words[request->spec->linger],
			rooms_dfd, listen_fd, deadline },
		&keeper, why);
	return r < 0 ? r : room_furnish(room_dfd, request, &keeper, deadline, room, why);
}

/* Asks the keeper at the other end of sock for a lease. */
static int room_enter(int sock, enum lease_kind kind, int64_t deadline, struct why *why)
{
	enum lease_kind got;
	int r = lease_say(sock, LEASE_HELLO, kind, deadline, why);
	int word = r < 0 ? r : lease_hear(sock, &got, deadline, why);

	/* One that has just ended closed the connection without a word. */
	if (word == -ECONNRESET || word == -EPIPE)
		return ROOM_ENDING;
	if (word < 0)
		return word;
	if (word == LEASE_READY && got == kind)
		return ROOM_ENTERED;
	if (word == LEASE_ENDING)
		return ROOM_ENDING;
	if (word == LEASE_FULL)
		return why_set(why, EUSERS, "enter room", "it has no place for another login");
	return why_set(why, EPROTO, "enter room", "its keeper answers %d", word);
}

static int room_read_plan(int room_dfd, struct room *room, struct why *why)
{
	cleanup_fd int fd = fd_open_beneath(room_dfd, REGISTRY_PLAN, O_RDONLY);
	cleanup_free char *data = NULL;
	int r = fd < 0 ? why_set(why, -fd, "read plan", "%s", room->key) :
			 fd_check_root_owned(fd, S_IFREG, "plan", why);

	if (r < 0)
		return r;
	r = fd_read_all(fd, sizeof room->plan, &data, &room->plan_len);
	if (r < 0)
		return why_set(why, -r, "read plan", "%s", room->key);
	memcpy(room->plan, data, room->plan_len);
	return 0;
}

/* One try, under the room's lock: ROOM_ENTERED, ROOM_ENDING, or -errno; -ENOENT: there is no room.
 */
static int room_try(int rooms_dfd, const struct room_request *request, enum lease_kind kind,
	int64_t deadline, struct room *room, struct why *why)
{
	cleanup_fd int room_dfd = registry_lock_room(rooms_dfd, room->key, deadline, why);
	cleanup_fd int pidfd = -1;
	cleanup_fd int sock = -1;
	int r = room_dfd < 0 ? room_dfd : 0;

	if (r == 0)
		sock = r = registry_connect(room_dfd, &pidfd, &room->keeper, why);
	if (r == -ENOENT && room_dfd >= 0) {
		r = request ? room_make(rooms_dfd, room_dfd, request, deadline, room, why) :
			      -ENOENT;
		if (r < 0) {
			/* Under the lock: nobody else can have put anything there. */
			registry_remove_room(rooms_dfd, room_dfd, room->key);
			return r;
		}
		sock = r = registry_connect(room_dfd, &pidfd, &room->keeper, why);
	}
	if (r < 0)
		return r == -ENOENT ? why_set(why, ESRCH, "enter room", "its keeper is gone") : r;
	r = room_enter(sock, kind, deadline_sooner(deadline, ROOM_ANSWER_MS), why);
	if (r == ROOM_ENTERED && room->plan_len == 0)
		r = room_read_plan(room_dfd, room, why);
	if (r == ROOM_ENTERED) {
		room->lease_fd = take_fd(&sock);
		room->pidfd = take_fd(&pidfd);
	}
	return r;
}

static int room_enter_key(const char *key, const struct room_request *request, enum lease_kind kind,
	int64_t deadline, struct room *ret, struct why *why)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	cleanup_fd int rooms_dfd = registry_open(request != NULL, why);
	int r;

	ret->pidfd = ret->lease_fd = -1;
	snprintf(ret->key, sizeof ret->key, "%s", key);
	if (rooms_dfd < 0)
		return rooms_dfd;
	for (;;) {
		ret->plan_len = 0;
		r = room_try(rooms_dfd, request, kind, deadline, ret, why);
		if (r != ROOM_ENDING)
			return r;
		if (deadline_left(deadline) == 0)
			return why_set(
				why, ETIMEDOUT, "enter room", "%s does not come to its end", key);
		nanosleep(&pause, NULL);
	}
}

int room_open(const struct room_request *request, enum lease_kind kind, int64_t deadline,
	struct room *ret, struct why *why)
{
	char key[REGISTRY_KEY_MAX];

	room_key(key, request->uid, request->spec->name);
	return room_enter_key(key, request, kind, deadline, ret, why);
}

int room_find(
	const char *key, enum lease_kind kind, int64_t deadline, struct room *ret, struct why *why)
{
	return room_enter_key(key, NULL, kind, deadline, ret, why);
}
