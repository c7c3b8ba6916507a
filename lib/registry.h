/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * /run/pam_room: what the host knows of its living rooms.
 *
 *   /run/pam_room/                    0700 root
 *   /run/pam_room/rooms/UID.NAME/     one directory per room; flock(2) on it is the room's lock
 *   /run/pam_room/rooms/UID.NAME/keeper   the keeper's listening socket
 *   /run/pam_room/rooms/UID.NAME/plan     the confinement plan of the room, made once
 *   /run/pam_room/rooms/UID.NAME/state    facts for people, "name=value" lines
 *   /run/pam_room/rooms/UID.NAME/manager  the user's manager, when it starts, belongs in here
 *   /run/pam_room/rooms/0.NAME/           a group's room; no room is root's
 *   /run/pam_room/rooms/0.NAME/member.UID   a user who has been let into it
 *   /run/pam_room/rooms/0.NAME/manager.UID  as manager
 *   /run/pam_room/rooms/UID.NAME/limits   which limits hold: a number (config/rooms.h)
 *   /run/pam_room/rooms/UID.NAME/network  flock(2) on it: the way out of a private network is open
 *   /run/pam_room/rooms/UID.NAME/frozen   an administrator has frozen it: no login enters; the
 *                                         name of the control groups that hold its processes
 *   /run/pam_room/limits/UID          what the slice of that user had before (cgroup/before.h)
 *
 * Inside a room the directory is covered by a read-only one that holds the single file "inside"
 * with the room's key: the mark that says "this is a room". Only root outside could forge it, and
 * no process inside can take it away, because no process in a room may mount.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct why;

#define REGISTRY_KEY_MAX 64
#define REGISTRY_SOCKET "keeper"
#define REGISTRY_PLAN "plan"
#define REGISTRY_STATE "state"
#define REGISTRY_PROMISE "manager"
#define REGISTRY_LIMITS "limits"
#define REGISTRY_NETWORK "network"
#define REGISTRY_FROZEN "frozen"
#define REGISTRY_MARK "inside"

/* Opens (and makes, when create) /run/pam_room/rooms. Returns a dfd or -errno. */
int registry_open(int create, struct why *why);

/* Likewise another folder of /run/pam_room. */
#define REGISTRY_LIMITS_FOLDER "limits"
int registry_open_folder(const char *name, int create, struct why *why);

#define REGISTRY_ALL ((uid_t)-1)

/* For registry_next(): the rooms, living and stale. NULL with errno and why. */
DIR *registry_list(int rooms_dfd, struct why *why);

/* The uid in the keys of rooms that a group shares. */
#define REGISTRY_GROUP ((uid_t)0)

/* Whether the key is that of a group's room. */
bool registry_is_group(const char *key);

/* A file of one member's in a group's room: "member.1001". */
#define REGISTRY_MEMBER "member"
#define REGISTRY_MEMBER_MAX 32
const char *registry_member(const char *what, uid_t uid, char buf[REGISTRY_MEMBER_MAX]);

/* As registry_next(), and the rooms that the user may share with a group. */
int registry_next_shared(DIR *dir, uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why);

/* The key of the next room of uid (or REGISTRY_ALL): 1, or 0 at the end, or -errno. */
int registry_next(DIR *dir, uid_t uid, char key[REGISTRY_KEY_MAX], struct why *why);

/*
 * Reads the mark: 1 when this process is inside a room (*key filled), 0 when not, -errno when it
 * cannot be told. Only a mark that root owns, on a read-only mount, counts.
 */
int registry_inside(char key[REGISTRY_KEY_MAX], struct why *why);

/* Likewise of a mark elsewhere: by /proc/PID/root, that of another process's room. */
int registry_read_mark(const char *path, char key[REGISTRY_KEY_MAX], struct why *why);

/*
 * Opens and locks the room's directory, making it first. Waits for the lock until deadline
 * (lib/deadline.h). Returns the directory's fd (closing it unlocks; the lock dies with its owner)
 * or -errno, -ETIMEDOUT among them.
 */
int registry_lock_room(int rooms_dfd, const char *key, int64_t deadline, struct why *why);

/* Removes the room's files and its directory; what is already gone is no error. The caller holds
 * the room's lock, or it takes away what another helper is just making. */
int registry_remove_room(int rooms_dfd, int room_dfd, const char *key);

/*
 * Connects to the room's keeper. Returns the connected socket; *ret_pidfd is a pidfd and *ret_pid
 * the pid of the process that listens, which is proven to be the keeper once it answers on the
 * socket. -ENOENT: there is no keeper (a stale socket is removed).
 */
int registry_connect(int room_dfd, int *ret_pidfd, pid_t *ret_pid, struct why *why);
