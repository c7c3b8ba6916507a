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
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "cgroup/settle.h"
#include "config/rooms.h"
#include "helper/disk.h"
#include "helper/furnish.h"
#include "helper/mend.h"
#include "helper/network.h"
#include "helper/owner.h"
#include "helper/spawn.h"
#include "helper/view.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/why.h"

/* A keeper answers at once; one that is stopped keeps nobody waiting for all of the helper's time.
 */
#define ROOM_ANSWER_MS 5000

/* Outcomes of room_enter(). */
enum { ROOM_ENTERED = 0, ROOM_ENDING };

void room_key(char key[REGISTRY_KEY_MAX], uid_t uid, const struct room_spec *spec)
{
	struct timespec now;

	if (spec->share == SHARE_GROUP)
		uid = REGISTRY_GROUP;
	clock_gettime(CLOCK_BOOTTIME, &now);
	if (spec->share == SHARE_SESSION)
		snprintf(key, REGISTRY_KEY_MAX, "%u.%s.%" PRId64, uid, spec->name,
			(int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	else
		snprintf(key, REGISTRY_KEY_MAX, "%u.%s", uid, spec->name);
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

/* As the keeper is told: a word, or seconds. */
static const char *room_linger(const struct room_spec *spec, char buf[16])
{
	if (spec->linger == LINGER_DURATION)
		snprintf(buf, 16, "%u", spec->linger_s);
	else
		snprintf(buf, 16, "%s", spec->linger == LINGER_NONE ? "none" : "processes");
	return buf;
}

static int room_limit(int rooms_dfd, int room_dfd, const struct room_request *request, bool anew,
	const struct room *room, int64_t deadline, struct why *why)
{
	const struct settle_request settle = { request->policy, request->spec, room->key,
		request->uid, rooms_dfd, room_dfd };

	return settle_room(&settle, anew, deadline, why);
}

/*
 * No login takes over what a killed keeper of a session's room has left, as no other room has its
 * key. What is locked is somebody's.
 */
static int room_sweep(int rooms_dfd, const struct room_request *request, struct why *why)
{
	cleanup_dir DIR *dir = registry_list(rooms_dfd, why);
	char key[REGISTRY_KEY_MAX];
	int r = dir ? 1 : -errno;

	while (r == 1 && (r = registry_next(dir, request->uid, key, why)) == 1) {
		cleanup_fd int room_dfd = -1;
		cleanup_fd int pidfd = -1;
		cleanup_fd int sock = -1;
		pid_t pid;

		if (strchr(key, '.') == strrchr(key, '.'))
			continue;
		room_dfd = registry_lock_room(rooms_dfd, key, deadline_in(0), NULL);
		if (room_dfd < 0)
			continue;
		sock = registry_connect(room_dfd, &pidfd, &pid, NULL);
		if (sock == -ENOENT)
			registry_remove_room(rooms_dfd, room_dfd, key);
	}
	return r;
}

static int room_make(int rooms_dfd, int room_dfd, const struct room_request *request,
	int64_t deadline, struct room *room, struct why *why)
{
	static struct mount_list view;
	const struct view_facts facts = { room->key, request->home, request->uid, request->gid };
	cleanup_with(
		spawn_release) struct spawned keeper = { .pid = -1, .pidfd = -1, .birth_fd = -1 };
	cleanup_fd int listen_fd = -1;
	cleanup_fd int net_fd = -1;
	cleanup_fd int disk_fd = -1;
	char linger[16];
	const struct disk_request disk = { room->key, request->spec->tmp_size,
		request->spec->tmp_inodes };
	const struct strays_request strays = { request->spec, request->uid, rooms_dfd,
		request->for_manager };
	int r = view_make(request->spec, &facts, &view, why);

	if (r == 0 && request->spec->share == SHARE_SESSION)
		r = room_sweep(rooms_dfd, request, why);
	if (r == 0)
		r = room_limit(rooms_dfd, room_dfd, request, true, room, deadline, why);
	if (r == 0)
		r = strays_settle(&strays, deadline, room->note, why);
	if (r == 0)
		r = network_forget(room_dfd, why);
	/* Whom a killed keeper has left frozen died with it. */
	if (r == 0 && unlinkat(room_dfd, REGISTRY_FROZEN, 0) < 0 && errno != ENOENT)
		r = why_set(why, errno, "make room", "cannot remove the mark of a frozen one");
	if (r == 0 && request->spec->network == NETWORK_PRIVATE)
		net_fd = r = network_make(deadline, why);
	if (r >= 0 && request->spec->tmp_kind == TMP_DISK)
		disk_fd = r = disk_make(&disk, deadline, why);
	if (r < 0)
		return r;
	listen_fd = room_bind(room_dfd, why);
	if (listen_fd < 0)
		return listen_fd;
	r = spawn_keeper(&(struct spawn_request){ .view = &view,
				 .key = room->key,
				 .linger = room_linger(request->spec, linger),
				 .hostname = request->spec->hostname,
				 .ns_flags = furnish_ns_flags(request->spec),
				 .net_fd = net_fd,
				 .disk_fd = disk_fd,
				 .rooms_dfd = rooms_dfd,
				 .listen_fd = listen_fd,
				 .deadline = deadline },
		&keeper, why);
	return r < 0 ? r : furnish_room(room_dfd, request, &keeper, deadline, room, why);
}

/* Asks the keeper at the other end of sock, which is the room's of that key, for a lease. */
static int room_enter(
	const char *key, int sock, enum lease_kind kind, int64_t deadline, struct why *why)
{
	enum lease_kind got;
	int r = lease_say(sock, LEASE_HELLO, kind, deadline, why);
	int word = r < 0 ? r : lease_hear(sock, &got, deadline, why);

	/* One that has just ended closed the connection without a word. */
	if (word == -ECONNRESET || word == -EPIPE)
		return ROOM_ENDING;
	if (word == -EPROTO || word == LEASE_UNKNOWN)
		return why_set(why, EPROTO, "enter room",
			"another version made %s: it ends with its last process or by roomctl kill",
			key);
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

/* Whether the living room was made of the same description that holds now. */
static bool room_is_of(int room_dfd, const struct room_spec *spec)
{
	char text[1024], want[32];

	snprintf(want, sizeof want, "\nspec=%016" PRIx64 "\n", rooms_hash(spec));
	return fd_read_small(room_dfd, REGISTRY_STATE, text, sizeof text) > 0 && strstr(text, want);
}

/*
 * The room of an account that had this uid before is nobody's: it is ended, and this login makes
 * another.
 */
static int room_end_others(
	int room_dfd, const struct room_request *request, int pidfd, struct why *why)
{
	const struct owner owner = { request->user, request->home, request->uid, request->gid };
	int r = request->spec->share == SHARE_GROUP ? OWNER_SAME :
						      owner_check(room_dfd, &owner, why);

	if (r != OWNER_OTHER)
		return r;
	if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) < 0)
		return why_set(why, errno, "enter room", "it is another account's");
	return ROOM_ENDING;
}

/* Of another description than today's, the view is not looked at: it is what it was made to be. */
static int room_mend(const struct room_request *request, bool look, bool joins,
	const struct room *room, int pidfd, int64_t deadline, struct why *why)
{
	const struct mend_request mend = { .spec = request->spec,
		.facts = { room->key, request->home, request->uid, request->gid },
		.look = look,
		.joins = joins,
		.tty = request->tty,
		.keeper = room->keeper,
		.keeper_pidfd = pidfd };

	return mend_room(&mend, deadline_sooner(deadline, ROOM_ANSWER_MS), why);
}

static bool room_has_member(int room_dfd, uid_t uid)
{
	char name[REGISTRY_MEMBER_MAX];

	return faccessat(room_dfd, registry_member(REGISTRY_MEMBER, uid, name), F_OK,
		       AT_SYMLINK_NOFOLLOW) == 0;
}

static int room_enlist(int room_dfd, uid_t uid, struct why *why)
{
	char name[REGISTRY_MEMBER_MAX];
	cleanup_fd int fd = openat(room_dfd, registry_member(REGISTRY_MEMBER, uid, name),
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? why_set(why, errno, "enter room", "cannot note the member") : 0;
}

/* What has to be so before this login may be in the room. */
static int room_receive(int rooms_dfd, int room_dfd, const struct room_request *request, int pidfd,
	bool made, int64_t deadline, struct room *room, struct why *why)
{
	const struct strays_request strays = { request->spec, request->uid, rooms_dfd,
		request->for_manager };
	bool shared = request->spec->share == SHARE_GROUP;
	bool joins = shared && !made && !room_has_member(room_dfd, request->uid);
	int r = made ? 0 : room_limit(rooms_dfd, room_dfd, request, false, room, deadline, why);

	/* Whoever made it was asked before. */
	if (r == 0 && joins)
		r = strays_settle(&strays, deadline, room->note, why);
	if (r == 0)
		r = room_mend(request, !made && room_is_of(room_dfd, request->spec), joins, room,
			pidfd, deadline, why);
	if (r == 0 && !made)
		r = network_mend(room_dfd, room->keeper, pidfd,
			deadline_sooner(deadline, ROOM_ANSWER_MS), why);
	return r == 0 && shared ? room_enlist(room_dfd, request->uid, why) : r;
}

/*
 * Before anything of the login could be in there: it would stand still in the middle, without a
 * word. A mark that cannot be looked at counts.
 */
static int room_check_frozen(int room_dfd, struct room *room, struct why *why)
{
	room->frozen = faccessat(room_dfd, REGISTRY_FROZEN, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		errno != ENOENT;
	return room->frozen ?
		why_set(why, 0, "enter room", "an administrator has frozen %s", room->key) :
		0;
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
	bool made = false;

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
		made = true;
		sock = r = registry_connect(room_dfd, &pidfd, &room->keeper, why);
	}
	if (r < 0) {
		/* What this try has made, if it is empty; in a living room it is not (rmdir(2)). */
		if (room_dfd >= 0)
			unlinkat(rooms_dfd, room->key, AT_REMOVEDIR);
		return r == -ENOENT ? why_set(why, ESRCH, "enter room", "its keeper is gone") : r;
	}
	r = request && !made ? room_end_others(room_dfd, request, pidfd, why) : 0;
	if (r == ROOM_ENTERED)
		r = room_check_frozen(room_dfd, room, why);
	if (r != ROOM_ENTERED)
		return r;
	r = room_enter(room->key, sock, kind, deadline_sooner(deadline, ROOM_ANSWER_MS), why);
	if (r == ROOM_ENTERED && request)
		r = room_receive(rooms_dfd, room_dfd, request, pidfd, made, deadline, room, why);
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
		ret->frozen = false;
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

	room_key(key, request->uid, request->spec);
	return room_enter_key(key, request, kind, deadline, ret, why);
}

int room_find(
	const char *key, enum lease_kind kind, int64_t deadline, struct room *ret, struct why *why)
{
	return room_enter_key(key, NULL, kind, deadline, ret, why);
}
