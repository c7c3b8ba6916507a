/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * An ordered list of mount steps, pure data: helper/view.c makes one without looking at the
 * machine, mount_do.c carries it out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a step does. Paths are absolute. A slot holds a mount that is not attached anywhere. */
enum mount_op {
	MOUNT_PRIVATE, /* nothing that is mounted from here on is seen outside, nor the other way
			  round */
	MOUNT_SET,     /* sets attrs on the mount at path and all below it */
	MOUNT_TAKE,    /* copies path and all that is mounted below it, with attrs, into slot */
	MOUNT_PUT,     /* attaches slot at path */
	MOUNT_TMPFS,   /* attaches a new tmpfs with attrs, size and inodes at path */
	MOUNT_PROC,    /* attaches the pid namespace's procfs with attrs at path */
	MOUNT_SYSFS,   /* attaches the network namespace's sysfs with attrs at path */
	MOUNT_MQUEUE,  /* attaches the ipc namespace's message queues with attrs at path */
	MOUNT_DEVPTS,  /* attaches a pool of pseudo-terminals with attrs at path, number of them */
	MOUNT_DISK,    /* attaches the mount that the room was given (helper/disk.h) at path */
	MOUNT_ENTER,   /* goes over to the mount namespace of the room */
	MOUNT_FILE, /* makes the empty file path, and the directories to it, unless it is there */
	MOUNT_DIR,  /* makes the directory path with mode */
	MOUNT_WAY,  /* makes the directories from text, a read-only mount of the room's own, to
		       path */
	MOUNT_MARK, /* writes text into the new file path */
	MOUNT_LINK, /* makes the symbolic link path to text */
	MOUNT_NODE, /* makes the character device path with mode and number */
	MOUNT_DEVICES, /* binds the devices of the pattern text, below /dev, to the same names below
			  path */
	MOUNT_SOCKET,  /* the same for the socket or link text alone, which may be missing */
	MOUNT_MASK,    /* covers path, if it is there, with nothing: an empty file or directory */
	MOUNT_DETACH,  /* takes away what is mounted at path */
	MOUNT_DETACH_BELOW, /* takes away what is mounted at each entry of the directory path */
	MOUNT_N_OPS,
};

/* What is to be done when a mount is found missing in a living room: the host has replaced the file
 * or directory that it lay over, and the kernel then took it away. */
enum mount_again {
	MOUNT_NO_MATTER, /* nobody looks */
	MOUNT_NEVER,     /* the room is no room any more */
	MOUNT_FROM_HOST, /* its source is taken once more, from the host's tree */
	MOUNT_FROM_ROOM, /* likewise, from the room's own */
};

#define MOUNT_SLOTS 300
#define MOUNT_STEPS_MAX 700
#define MOUNT_TEXT_MAX 65536
#define MOUNT_ANYBODY UINT32_MAX

struct mount_step {
	enum mount_op op;
	const char *path;
	unsigned int slot;
	uint64_t attrs; /* MOUNT_ATTR_* (mount_setattr(2)) to set, on the whole tree of a TAKE */
	bool slave;     /* TAKE: later mounts of the original appear in the copy as well */
	bool optional;  /* no such path is no error; the PUT of a slot that stayed empty is left out
			 */
	bool file;      /* TAKE: a regular file or nothing */
	uint32_t owner; /* TAKE: what a link leads to must be of this uid or of root, or
			   MOUNT_ANYBODY */
	uint32_t group; /* TAKE with an owner: where root may not go, he may, with this gid */
	mode_t mode;
	dev_t number;    /* NODE: makedev(3); DEVPTS: how many */
	uint64_t size;   /* TMPFS: bytes, 0: half of the memory */
	uint32_t inodes; /* TMPFS: files, 0: a million */
	const char *text;
	enum mount_again again; /* PUT and MASK */
	bool late;          /* PUT, FROM_HOST: what the host mounts there later belongs there too */
	const char *source; /* PUT: the path that was taken, with source_attrs */
	uint64_t source_attrs;
	bool source_file;
};

struct mount_list {
	struct mount_step steps[MOUNT_STEPS_MAX + 1]; /* the last takes what has no room */
	size_t n;
	bool full;
	unsigned int n_slots;
	char text[MOUNT_TEXT_MAX]; /* the paths that had to be put together */
	size_t text_len;
};

/* A lasting empty list. */
void mount_list_init(struct mount_list *list);

/* The step of list that takes into slot, last. */
const struct mount_step *mount_taken(const struct mount_list *list, unsigned int slot);

/* Each adds a step and returns it, to say more of it. What does not fit makes the list full. */
struct mount_step *mount_add(struct mount_list *list, enum mount_op op, const char *path);
struct mount_step *mount_take(struct mount_list *list, const char *path, uint64_t attrs);
struct mount_step *mount_put(struct mount_list *list, unsigned int slot, const char *path);
void mount_dir(struct mount_list *list, const char *path, mode_t mode);

/* Lays a copy of a directory over itself or another one, right away; where one of them is not
 * there, nothing. Returns the PUT. */
struct mount_step *mount_lay(
	struct mount_list *list, const char *from, const char *to, uint64_t attrs);

/* "a" "b" as one string that lives as long as the list; NULL when there is no more room. */
const char *mount_join(struct mount_list *list, const char *a, const char *b);
